#include "engine/node.hpp"
#include "nodes/features/speech.hpp"

namespace millrace::nodes {
namespace {

struct LogMel {
    enum class Style { Kaldi, Htk, Slaney };

    Style style = Style::Kaldi;
    int filters = 80;
    double length = 25;
    double shift = 10;
    double low = 20;
    double high = 0;
    bool by_area = true;

    static engine::NodeSpec spec() {
        return {
            .id = "features.log_mel",
            .title = "Log-mel features",
            .group = "Speech",
            .doc =
                "Logarithm of the energy in bands that are equally wide to the ear, frame by "
                "frame. Recordings "
                "shorter than a frame give none.",
            .inputs = {{"audio", "one channel"}},
            .outputs = {{"features", "[frames, filters] float32"}},
            .params = {{.name = "style",
                        .field = &LogMel::style,
                        .choices = {"kaldi", "htk", "slaney"},
                        .doc = "kaldi: as compute-fbank-feats (pre-emphasis, natural log); htk and "
                               "slaney: centred frames, "
                               "log10, as toolkits for music and text-to-speech have it. A model "
                               "needs the style that it "
                               "was trained with"},
                       {.name = "filters",
                        .field = &LogMel::filters,
                        .range = {1, 512},
                        .doc = "Mel bands"},
                       {.name = "length",
                        .field = &LogMel::length,
                        .unit = "ms",
                        .range = {1, 1000},
                        .doc = "Length of a frame"},
                       {.name = "shift",
                        .field = &LogMel::shift,
                        .unit = "ms",
                        .range = {1, 1000},
                        .doc = "From one frame to the next"},
                       {.name = "low",
                        .field = &LogMel::low,
                        .unit = "Hz",
                        .range = {0, 1e6},
                        .doc = "Lowest edge"},
                       {.name = "high",
                        .field = &LogMel::high,
                        .unit = "Hz",
                        .range = {0, 1e6},
                        .doc = "Highest edge; 0: half the sample rate"},
                       {.name = "by_area",
                        .field = &LogMel::by_area,
                        .doc = "htk and slaney: wide filters are as strong as narrow ones"}},
        };
    }

    types::Tensor operator()(const types::Audio& audio) const {
        const double rate = audio.sample_rate;
        const int samples = static_cast<int>(rate * length / 1000);
        const int step = static_cast<int>(rate * shift / 1000);
        ops::FrontEnd made;
        if (style == Style::Kaldi) {
            made = ops::kaldi_fbank(rate, filters, length, shift);
        } else {
            // Spectra are of even sizes.
            made = ops::centered_log_mel(
                rate, samples + samples % 2, step, filters,
                style == Style::Htk ? ops::MelScale::Htk : ops::MelScale::Slaney, by_area);
        }
        made.mel.low = low;
        if (high > 0) made.mel.high = high;
        return features_of(audio, made);
    }
};

}  // namespace

void register_log_mel(engine::Registry& registry) { registry.add<LogMel>(); }

}  // namespace millrace::nodes
