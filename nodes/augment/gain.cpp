#include <memory>
#include <utility>
#include <vector>

#include "engine/node.hpp"
#include "nodes/augment/draw.hpp"
#include "nodes/ops/audio/augment.hpp"

namespace millrace::nodes {
namespace {

using Shared = std::shared_ptr<const types::Audio>;

struct Gain {
    double low = -6;
    double high = 6;
    double probability = 1;

    static engine::NodeSpec spec() {
        return {
            .id = "augment.gain",
            .title = "Gain",
            .group = "Augmentation",
            .doc =
                "Makes a recording louder or softer by a random gain. What lies beyond full scale "
                "then is cut off, as a converter would, and reported.",
            .inputs = {{"audio", "[frames, channels]"}},
            .outputs = {{"audio", "of the same length, -1 to 1 unless unchanged"}},
            .params = {{.name = "low",
                        .field = &Gain::low,
                        .unit = "dB",
                        .range = {-120, 120},
                        .doc = "Gain from here"},
                       {.name = "high",
                        .field = &Gain::high,
                        .unit = "dB",
                        .range = {-120, 120},
                        .doc = "to here, each as likely; 0 to 0: unchanged"},
                       probability_param(&Gain::probability)},
            .pure = kWorthKeeping,
            .random = true,
        };
    }

    std::vector<engine::Problem> check() const { return check_order(low, high, "low"); }

    Shared operator()(Shared audio, engine::RunContext& context) const {
        engine::Random random = context.random();
        if (!random.chance(probability)) return audio;
        const double gain = random.uniform(low, high);
        if (gain == 0) return audio;
        ops::Leveled louder = ops::with_gain(*audio, gain);
        if (louder.over > 0) context.warn("Samples beyond full scale were cut off");
        return std::make_shared<const types::Audio>(std::move(louder.audio));
    }
};

}  // namespace

void register_gain(engine::Registry& registry) { registry.add<Gain>(); }

}  // namespace millrace::nodes
