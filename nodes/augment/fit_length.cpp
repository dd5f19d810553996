#include <cmath>
#include <cstddef>
#include <memory>

#include "engine/node.hpp"
#include "nodes/augment/draw.hpp"
#include "nodes/ops/audio/augment.hpp"

namespace millrace::nodes {
namespace {

using Shared = std::shared_ptr<const types::Audio>;

struct FitLength {
    double seconds = 1;
    ops::Place place = ops::Place::Start;

    static engine::NodeSpec spec() {
        return {
            .id = "augment.fit_length",
            .title = "Fit to a length",
            .group = "Augmentation",
            .doc =
                "Brings recordings to one length: pads with silence what is shorter, cuts what is "
                "longer.",
            .inputs = {{"audio", "[frames, channels]"}},
            .outputs = {{"audio", "of the length"}},
            .params = {{.name = "seconds",
                        .field = &FitLength::seconds,
                        .unit = "s",
                        .range = {0, 86400},
                        .doc = "Length, to the nearest frame"},
                       {.name = "place",
                        .field = &FitLength::place,
                        .choices = {"start", "center", "random"},
                        .doc = "Where a short recording stands and what is kept of a long one; "
                               "only random draws"}},
            // A copy is made sooner than read back, and with a random place each epoch's is new.
            .pure = kWorthKeeping,
            .random = true,
        };
    }

    Shared operator()(Shared audio, engine::RunContext& context) const {
        const auto frames = static_cast<std::size_t>(std::llround(seconds * audio->sample_rate));
        if (frames == audio->frames()) return audio;
        engine::Random random = context.random();
        return std::make_shared<const types::Audio>(ops::fitted(*audio, frames, place, random));
    }
};

}  // namespace

void register_fit_length(engine::Registry& registry) { registry.add<FitLength>(); }

}  // namespace millrace::nodes
