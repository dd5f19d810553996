#include <memory>
#include <utility>
#include <vector>

#include "engine/node.hpp"
#include "nodes/augment/draw.hpp"
#include "nodes/ops/audio/augment.hpp"

namespace millrace::nodes {
namespace {

using Shared = std::shared_ptr<const types::Audio>;

struct AddNoise {
    enum class Kind { White, Pink, Recordings };

    Kind kind = Kind::White;
    double low = 0;
    double high = 20;
    ops::PowerOver power = ops::PowerOver::Active;
    double probability = 1;

    static engine::NodeSpec spec() {
        return {
            .id = "augment.add_noise",
            .title = "Add noise",
            .group = "Augmentation",
            .doc =
                "Mixes noise into speech at a random signal-to-noise ratio. Silence stays silent, "
                "as no ratio to it can be had. Samples beyond full scale are kept and reported.",
            .inputs = {{"audio", "[frames, channels]"},
                       {.name = "noise",
                        .doc = "kind recordings: of the same sample rate, of 1 channel or as many; "
                               "a piece from a random place, looped where it is too short",
                        .sync = engine::Sync::Latch,
                        .optional = true}},
            .outputs = {{"audio", "of the same length"}},
            .params = {{.name = "kind",
                        .field = &AddNoise::kind,
                        .choices = {"white", "pink", "recordings"},
                        .doc = "white: equal power per hertz; pink: per octave from 20 Hz up; "
                               "recordings: from the input noise"},
                       {.name = "low",
                        .field = &AddNoise::low,
                        .unit = "dB",
                        .range = {-100, 100},
                        .doc = "Speech over noise, from here"},
                       {.name = "high",
                        .field = &AddNoise::high,
                        .unit = "dB",
                        .range = {-100, 100},
                        .doc = "to here, each as likely"},
                       {.name = "power",
                        .field = &AddNoise::power,
                        .choices = {"active", "whole"},
                        .doc = "The speech's power is that of its stretches of 10 ms within 40 dB "
                               "of the loudest, or that of the whole recording with its pauses"},
                       probability_param(&AddNoise::probability)},
            .pure = kWorthKeeping,
            .random = true,
        };
    }

    std::vector<engine::Problem> check() const { return check_order(low, high, "low"); }

    Shared operator()(Shared audio, const types::Audio* noise, engine::RunContext& context) const {
        engine::Random random = context.random();
        if (!random.chance(probability)) return audio;
        const double snr = random.uniform(low, high);
        ops::Leveled mixed = ops::with_noise(*audio, drawn(*audio, noise, random), snr, power);
        warn_over(context, mixed.over);
        return std::make_shared<const types::Audio>(std::move(mixed.audio));
    }

private:
    types::Audio drawn(const types::Audio& audio, const types::Audio* noise,
                       engine::Random& random) const {
        if (kind == Kind::White) return ops::noise_like(audio, ops::NoiseColor::White, random);
        if (kind == Kind::Pink) return ops::noise_like(audio, ops::NoiseColor::Pink, random);
        if (noise) return ops::noise_from(*noise, audio, random);
        throw engine::Error({.code = "E-AUG-011",
                             .what = "There is no recording of noise",
                             .expected = "a recording at the input \"noise\"",
                             .found = "nothing",
                             .mend = "Wire one to it, or set \"kind\" to white or pink."});
    }
};

}  // namespace

void register_add_noise(engine::Registry& registry) { registry.add<AddNoise>(); }

}  // namespace millrace::nodes
