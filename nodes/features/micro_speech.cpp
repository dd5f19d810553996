#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/ops/audio/micro_frontend.hpp"
#include "nodes/types/audio.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

using ops::MicroFrontend;

struct MicroSpeech {
    int frames = MicroFrontend::kModelFrames;

    static engine::NodeSpec spec() {
        return {
            .id = "features.micro_speech",
            .title = "micro_speech features",
            .group = "Speech",
            .doc =
                "Features as TensorFlow Lite Micro's micro_speech models want them: 40 channels "
                "every 20 ms, in the integers of its front end. Each item is heard by itself. Of "
                "a longer one the last frames are given, with the noise estimate of all before; a "
                "shorter one is padded in front with -128, which is digital silence.",
            .inputs = {{"audio", "one channel at 16 kHz, about a second"}},
            .outputs = {{"features", "[frames, 40] int8, -128 is the least"}},
            .params = {{.name = "frames",
                        .field = &MicroSpeech::frames,
                        .range = {1, 3000},
                        .doc = "Frames of an item, 49 in a second of sound"}},
            .source = "Wang et al., Trainable Frontend, arXiv 1607.05666",
            .example = R"("nodes": {
    "corpus": {"type": "loaders.speech_corpus", "version": 2, "params": {"sample_rate": 16000}},
    "features": {"type": "features.micro_speech", "version": 1}},
"wires": [{"from": "corpus.audio", "to": "features.audio"}])",
        };
    }

    types::Tensor operator()(const types::Audio& audio, engine::RunContext& context) const {
        if (audio.channels != 1 || audio.sample_rate != MicroFrontend::kSampleRate) {
            throw engine::Error(
                {.code = "E-AUDIO-030",
                 .what = "The recording is not what micro_speech hears",
                 .expected = fmt::format("one channel at {} Hz", MicroFrontend::kSampleRate),
                 .found = fmt::format("{} channels at {} Hz", audio.channels, audio.sample_rate),
                 .mend = "Bring recordings to that rate and one channel where they are loaded."});
        }
        MicroFrontend front_end;
        std::vector<std::int8_t> features;
        std::span<const float> rest(audio.samples);
        while (!rest.empty() && !context.stop_requested()) {
            const auto part = rest.first(std::min<std::size_t>(rest.size(), kPart));
            front_end.push(ops::pcm16(part), features);
            rest = rest.subspan(part.size());
        }
        const auto width = static_cast<std::int64_t>(MicroFrontend::kChannels);
        at::Tensor rows = at::full({frames, width}, -128, at::kChar);
        const std::size_t all = static_cast<std::size_t>(rows.numel());
        const std::size_t kept = std::min(all, features.size());
        std::copy_n(features.end() - static_cast<std::ptrdiff_t>(kept), kept,
                    rows.data_ptr<std::int8_t>() + (all - kept));
        return {std::move(rows)};
    }

private:
    static constexpr std::size_t kPart = 160000;  ///< samples between two looks for a stop
};

}  // namespace

void register_micro_speech(engine::Registry& registry) { registry.add<MicroSpeech>(); }

}  // namespace millrace::nodes
