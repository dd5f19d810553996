#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/features/speech.hpp"
#include "nodes/ops/spotting/front_end.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {
namespace {

struct ForModel {
    static engine::NodeSpec spec() {
        return {
            .id = "features.for_model",
            .title = "Features for a model",
            .group = "Speech",
            .doc =
                "The features that a model's front end describes, so that training, conversion and "
                "listening make the same.",
            .inputs = {{"audio", "one channel at the front end's sample rate"},
                       {.name = "model", .doc = "whose spec counts", .sync = engine::Sync::Latch}},
            .outputs = {{"features", "[frames, features] float32"}},
            // What is augmented before never comes again; the rest is made 2,000 times faster than
            // it is spoken.
            .tags = {"speech", "keywords"},
            .pure = false,
        };
    }

    types::Tensor operator()(const types::Audio& audio, const types::Model& model) const {
        const ops::FrontEnd front_end = ops::front_end_of_spec(model.spec);
        if (audio.sample_rate != front_end.sample_rate) {
            throw engine::Error(
                {.code = "E-SPOT-004",
                 .what = "The recording has another sample rate than the model's front end",
                 .expected = fmt::format("{} Hz", front_end.sample_rate),
                 .found = fmt::format("{} Hz", audio.sample_rate),
                 .mend = "Set the corpus' sample_rate, or the model's front_end."});
        }
        return features_of(audio, front_end);
    }
};

}  // namespace

void register_for_model(engine::Registry& registry) { registry.add<ForModel>(); }

}  // namespace millrace::nodes
