#include "engine/node.hpp"
#include "nodes/features/speech.hpp"

namespace millrace::nodes {
namespace {

struct Mfcc {
    int filters = 23;
    int cepstra = 13;
    double lifter = 22;
    double length = 25;
    double shift = 10;

    static engine::NodeSpec spec() {
        return {
            .id = "features.mfcc",
            .title = "MFCC features",
            .group = "Speech",
            .doc =
                "Mel-frequency cepstral coefficients, as Kaldi's compute-mfcc-feats without energy "
                "and dither.",
            .inputs = {{"audio", "one channel"}},
            .outputs = {{"features", "[frames, cepstra] float32"}},
            .params = {{.name = "filters",
                        .field = &Mfcc::filters,
                        .range = {1, 512},
                        .doc = "Mel bands"},
                       {.name = "cepstra",
                        .field = &Mfcc::cepstra,
                        .range = {1, 512},
                        .doc = "Coefficients, the first of them the mean level"},
                       {.name = "lifter",
                        .field = &Mfcc::lifter,
                        .range = {0, 512},
                        .doc = "Lifts high coefficients to about the size of low ones; 0: not"},
                       {.name = "length",
                        .field = &Mfcc::length,
                        .unit = "ms",
                        .range = {1, 1000},
                        .doc = "Length of a frame"},
                       {.name = "shift",
                        .field = &Mfcc::shift,
                        .unit = "ms",
                        .range = {1, 1000},
                        .doc = "From one frame to the next"}},
        };
    }

    std::vector<engine::Problem> check() const {
        if (cepstra <= filters) return {};
        return {{.what = "There can't be more coefficients than mel bands",
                 .expected = std::to_string(filters) + " or fewer",
                 .found = std::to_string(cepstra),
                 .where = "cepstra",
                 .mend = "Lower cepstra or raise filters."}};
    }

    types::Tensor operator()(const types::Audio& audio) const {
        ops::FrontEnd made = ops::kaldi_fbank(audio.sample_rate, filters, length, shift);
        made.cepstra = cepstra;
        made.lifter = lifter;
        return features_of(audio, made);
    }
};

}  // namespace

void register_mfcc(engine::Registry& registry) { registry.add<Mfcc>(); }

}  // namespace millrace::nodes
