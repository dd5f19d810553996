#include <cstdint>
#include <memory>

#include "engine/node.hpp"
#include "nodes/augment/draw.hpp"
#include "nodes/ops/audio/augment.hpp"

namespace millrace::nodes {
namespace {

using Shared = std::shared_ptr<const types::Audio>;

struct TimeShift {
    double most = 100;
    double probability = 1;

    static engine::NodeSpec spec() {
        return {
            .id = "augment.time_shift",
            .title = "Shift in time",
            .group = "Augmentation",
            .doc =
                "Moves a recording earlier or later by a random time. Silence moves in, the length "
                "is kept, and what moves out is lost.",
            .inputs = {{"audio", "[frames, channels]"}},
            .outputs = {{"audio", "of the same length"}},
            .params = {{.name = "most",
                        .field = &TimeShift::most,
                        .unit = "ms",
                        .range = {0, 3.6e6},
                        .doc = "Longest shift either way; 0: none"},
                       probability_param(&TimeShift::probability)},
            .pure = kWorthKeeping,
            .random = true,
        };
    }

    Shared operator()(Shared audio, engine::RunContext& context) const {
        engine::Random random = context.random();
        if (!random.chance(probability)) return audio;
        const std::int64_t shift = ops::draw_shift(audio->sample_rate, most, random);
        if (shift == 0) return audio;
        return std::make_shared<const types::Audio>(ops::shifted(*audio, shift));
    }
};

}  // namespace

void register_time_shift(engine::Registry& registry) { registry.add<TimeShift>(); }

}  // namespace millrace::nodes
