// Augmentation against what is measured of its results: ratios, decay, bands and places.
#include "nodes/ops/audio/augment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::testing {
namespace {

using engine::Random;
using types::Audio;

Audio counted(std::size_t frames, int channels = 1) {
    Audio audio{16000, channels, {}};
    for (std::size_t i = 0; i < frames * static_cast<std::size_t>(channels); ++i)
        audio.samples.push_back(static_cast<float>(i + 1));
    return audio;
}

/// A tone of half a second in the middle of a second of silence.
Audio spoken() {
    Audio audio{16000, 1, std::vector<float>(16000, 0.0F)};
    for (std::size_t i = 4000; i < 12000; ++i)
        audio.samples[i] = static_cast<float>(0.2 * std::sin(0.3 * static_cast<double>(i)));
    return audio;
}

double power_of(std::span<const float> samples) {
    double sum = 0;
    for (const float value : samples) sum += double{value} * value;
    return sum / static_cast<double>(samples.size());
}

const float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Shift, IsExactAndKeepsTheLength) {
    const Audio audio = counted(5);
    EXPECT_EQ(ops::shifted(audio, 2).samples, (std::vector<float>{0, 0, 1, 2, 3}));
    EXPECT_EQ(ops::shifted(audio, -2).samples, (std::vector<float>{3, 4, 5, 0, 0}));
    EXPECT_EQ(ops::shifted(audio, 0).samples, audio.samples);
    EXPECT_EQ(ops::shifted(audio, 5).samples, std::vector<float>(5, 0.0F));
    EXPECT_EQ(ops::shifted(audio, std::numeric_limits<std::int64_t>::min()).samples,
              std::vector<float>(5, 0.0F));
    EXPECT_EQ(ops::shifted(counted(3, 2), 1).samples, (std::vector<float>{0, 0, 1, 2, 3, 4}));
    EXPECT_TRUE(ops::shifted(counted(0), 7).samples.empty());
    EXPECT_EQ(ops::shifted(counted(1), 1).samples, (std::vector<float>{0}));
}

TEST(Shift, IsDrawnFromBothSidesAndItsEnds) {
    Random random(1, "shift", 0);
    std::set<std::int64_t> seen;
    for (int i = 0; i < 400; ++i) seen.insert(ops::draw_shift(1000, 3.9, random));
    EXPECT_EQ(seen, (std::set<std::int64_t>{-3, -2, -1, 0, 1, 2, 3}));
    EXPECT_EQ(ops::draw_shift(1000, 0.9, random), 0);
    EXPECT_EQ(error_code([&] { ops::draw_shift(1000, -1, random); }), "E-AUG-003");
    EXPECT_EQ(error_code([&] { ops::draw_shift(1000, std::nan(""), random); }), "E-AUG-003");
}

TEST(Noise, HasItsColor) {
    constexpr std::size_t kFrames = 1 << 16;
    // Mean power of a band in dB, by a plain sum for each of 60 frequencies.
    const auto level = [](const std::vector<float>& noise, double low, double high) {
        double sum = 0;
        constexpr int kBins = 60;
        for (int k = 0; k < kBins; ++k) {
            const double hz = low + (high - low) * (k + 0.5) / kBins;
            double real = 0, imaginary = 0;
            for (std::size_t i = 0; i < noise.size(); ++i) {
                const double angle = 2 * std::numbers::pi * hz * static_cast<double>(i) / 16000;
                real += noise[i] * std::cos(angle);
                imaginary += noise[i] * std::sin(angle);
            }
            sum += real * real + imaginary * imaginary;
        }
        return 10 * std::log10(sum / kBins);
    };
    Random random(3, "noise", 0);
    const auto white = ops::colored_noise(ops::NoiseColor::White, kFrames, 16000, random);
    const auto pink = ops::colored_noise(ops::NoiseColor::Pink, kFrames, 16000, random);
    EXPECT_NEAR(power_of(white), 1, 1e-5);
    EXPECT_NEAR(power_of(pink), 1, 1e-5);
    // The sums are of some 50 free draws each, which spread by 0.6 dB; the lowest of 8, by 1.6.
    EXPECT_NEAR(level(white, 190, 210) - level(white, 1590, 1610), 0, 3);
    EXPECT_NEAR(level(pink, 190, 210) - level(pink, 1590, 1610), 10 * std::log10(8.0), 3);
    EXPECT_NEAR(level(pink, 1, 3) - level(pink, 15, 19), 0, 3) << "pink throughout: 9 dB";
    EXPECT_TRUE(ops::colored_noise(ops::NoiseColor::Pink, 0, 16000, random).empty());
    EXPECT_NEAR(std::abs(ops::colored_noise(ops::NoiseColor::White, 1, 16000, random)[0]), 1, 1e-6);
}

TEST(Noise, IsMixedAtTheRatio) {
    const Audio speech = spoken();
    // Half of it is silent, so the power of the tone is twice that of the whole.
    const double active = ops::speech_power(speech, ops::PowerOver::Active);
    EXPECT_NEAR(active, 0.02, 1e-4);
    EXPECT_NEAR(ops::speech_power(speech, ops::PowerOver::Whole), active / 2, 1e-6);
    for (const auto color : {ops::NoiseColor::White, ops::NoiseColor::Pink}) {
        for (const double snr : {-5.0, 0.0, 12.5}) {
            for (const auto over : {ops::PowerOver::Active, ops::PowerOver::Whole}) {
                Random random(7, "mix", 2);
                const auto noise = ops::noise_like(speech, color, random);
                Audio mixed = ops::with_noise(speech, noise, snr, over).audio;
                for (std::size_t i = 0; i < mixed.samples.size(); ++i)
                    mixed.samples[i] -= speech.samples[i];
                const double found =
                    10 * std::log10(ops::speech_power(speech, over) / power_of(mixed.samples));
                EXPECT_NEAR(found, snr, 0.1);
            }
        }
    }
}

TEST(Noise, KeepsAndCountsWhatLiesBeyondFullScale) {
    const Audio speech{16000, 1, {0.9F, -0.9F, 0.5F, 0.5F}};
    const Audio noise{16000, 1, {1, -1, 1, -1}};
    const auto mixed = ops::with_noise(speech, noise, 0, ops::PowerOver::Whole);
    const double root = std::sqrt((0.81 * 2 + 0.25 * 2) / 4);
    EXPECT_NEAR(mixed.audio.samples[0], 0.9 + root, 1e-6);
    EXPECT_NEAR(mixed.audio.samples[3], 0.5 - root, 1e-6);
    EXPECT_EQ(mixed.over, 3U);
}

TEST(Noise, LeavesSilenceAlone) {
    Random random(1, "n", 0);
    const Audio silence{16000, 1, std::vector<float>(500, 0.0F)}, speech = counted(500);
    const auto white = ops::noise_like(silence, ops::NoiseColor::White, random);
    for (const auto over : {ops::PowerOver::Active, ops::PowerOver::Whole}) {
        EXPECT_EQ(ops::with_noise(silence, white, 10, over).audio.samples, silence.samples);
        EXPECT_EQ(ops::with_noise(speech, silence, 10, over).audio.samples, speech.samples);
        EXPECT_TRUE(ops::with_noise(counted(0), counted(0), 10, over).audio.samples.empty());
        EXPECT_EQ(ops::speech_power(counted(1), over), 1);
    }
}

TEST(Noise, OfARecordingIsAPieceOfIt) {
    std::set<float> starts;
    for (std::uint64_t item = 0; item < 100; ++item) {
        Random random(5, "piece", item);
        const Audio piece = ops::noise_from(counted(10), counted(7, 2), random);
        ASSERT_EQ(piece.samples.size(), 14U);
        for (std::size_t i = 0; i < 7; ++i) {
            EXPECT_EQ(piece.samples[2 * i], piece.samples[0] + static_cast<float>(i));
            EXPECT_EQ(piece.samples[2 * i + 1], piece.samples[2 * i]);
        }
        starts.insert(piece.samples[0]);
    }
    EXPECT_EQ(starts, (std::set<float>{1, 2, 3, 4}));
    Random random(5, "loop", 0);
    const Audio looped = ops::noise_from(counted(3), counted(8), random);
    for (std::size_t i = 1; i < 8; ++i)
        EXPECT_EQ(looped.samples[i], looped.samples[i - 1] == 3 ? 1 : looped.samples[i - 1] + 1);
    EXPECT_EQ(error_code([&] { ops::noise_from(counted(0), counted(2), random); }), "E-AUG-004");
    EXPECT_EQ(error_code([&] { ops::noise_from(counted(4, 2), counted(2), random); }), "E-AUG-004");
    Audio other = counted(4);
    other.sample_rate = 8000;
    EXPECT_EQ(error_code([&] { ops::noise_from(other, counted(2), random); }), "E-AUG-004");
}

TEST(Gain, IsExactAndCountsWhatItCutsOff) {
    const Audio audio{16000, 1, {0.1F, -0.3F, 0.6F, -0.9F}};
    const auto louder = ops::with_gain(audio, 20 * std::log10(2.0));
    EXPECT_NEAR(louder.audio.samples[0], 0.2, 1e-6);
    EXPECT_NEAR(louder.audio.samples[1], -0.6, 1e-6);
    EXPECT_EQ(louder.audio.samples[2], 1);
    EXPECT_EQ(louder.audio.samples[3], -1);
    EXPECT_EQ(louder.over, 2U);
    EXPECT_EQ(ops::with_gain(counted(3), 0).audio.samples, counted(3).samples) << "nothing is cut";
    EXPECT_NEAR(ops::with_gain(audio, -20).audio.samples[2], 0.06, 1e-7);
}

TEST(Room, DecaysAsItIsTold) {
    for (const double rt60 : {0.2, 0.5, 1.0}) {
        Random random(11, "room", 0);
        const auto response = ops::room_response({.rt60 = rt60, .direct = 3}, 16000, random);
        EXPECT_NEAR(power_of(response) * static_cast<double>(response.size()), 1, 1e-5);
        const double direct = double{response[0]} * response[0];
        EXPECT_NEAR(10 * std::log10(direct / (1 - direct)), 3, 0.01);
        // Schroeder, J. Acoust. Soc. Am. 37 (1965): energy that is still to come; -5 to -35 dB.
        std::vector<double> left(response.size());
        double sum = 0;
        for (std::size_t i = response.size(); i-- > 0;)
            left[i] = sum += double{response[i]} * response[i];
        std::size_t first = 0, last = 0;
        while (10 * std::log10(left[first] / left[0]) > -5) ++first;
        while (10 * std::log10(left[last] / left[0]) > -35) ++last;
        const double fall = 10 * std::log10(left[first] / left[last]);
        const double measured = 60 / fall * static_cast<double>(last - first) / 16000;
        EXPECT_NEAR(measured, rt60, 0.15 * rt60);
    }
}

TEST(Room, IsAConvolutionWhateverTheBlocks) {
    Random random(2, "convolve", 0);
    for (const auto& [frames, taps] :
         {std::pair{1, 1}, {1, 3000}, {700, 1}, {5000, 300}, {300, 5000}}) {
        const auto response =
            ops::colored_noise(ops::NoiseColor::White, static_cast<std::size_t>(taps), 1, random);
        Audio audio{16000, 2, {}};
        for (int i = 0; i < 2 * frames; ++i)
            audio.samples.push_back(static_cast<float>(random.normal()));
        const Audio heard = ops::in_room(audio, response).audio;
        ASSERT_EQ(heard.samples.size(), audio.samples.size());
        for (int i = 0; i < frames; i += 7) {
            for (int c = 0; c < 2; ++c) {
                double expected = 0;
                for (int k = 0; k <= i && k < taps; ++k)
                    expected += double{audio.samples[static_cast<std::size_t>(2 * (i - k) + c)]} *
                                response[static_cast<std::size_t>(k)];
                ASSERT_NEAR(heard.samples[static_cast<std::size_t>(2 * i + c)], expected, 1e-3)
                    << frames << " " << taps << " " << i;
            }
        }
    }
}

TEST(Room, TakesEmptyRecordingsAndRefusesEmptyResponses) {
    const std::vector<float> response(5000, 0.1F);
    EXPECT_TRUE(ops::in_room(counted(0), response).audio.samples.empty());
    EXPECT_EQ(error_code([] { ops::in_room(counted(3), {}); }), "E-AUG-003");
    EXPECT_EQ(error_code([] {
                  Random random(1, "r", 0);
                  ops::room_response({.rt60 = 0}, 16000, random);
              }),
              "E-AUG-003");
}

TEST(Fit, PadsAndCutsAtItsPlace) {
    using ops::Place;
    Random random(1, "fit", 0);
    const auto fit = [&](std::size_t frames, Place place) {
        return ops::fitted(counted(4), frames, place, random).samples;
    };
    EXPECT_EQ(fit(7, Place::Start), (std::vector<float>{1, 2, 3, 4, 0, 0, 0}));
    EXPECT_EQ(fit(7, Place::Center), (std::vector<float>{0, 1, 2, 3, 4, 0, 0}));
    EXPECT_EQ(fit(2, Place::Start), (std::vector<float>{1, 2}));
    EXPECT_EQ(fit(2, Place::Center), (std::vector<float>{2, 3}));
    EXPECT_TRUE(fit(0, Place::Center).empty());
    std::set<std::vector<float>> seen;
    for (int i = 0; i < 100; ++i) seen.insert(fit(3, Place::Random));
    EXPECT_EQ(seen, (std::set<std::vector<float>>{{1, 2, 3}, {2, 3, 4}}));
    seen.clear();
    for (int i = 0; i < 100; ++i) seen.insert(fit(5, Place::Random));
    EXPECT_EQ(seen, (std::set<std::vector<float>>{{0, 1, 2, 3, 4}, {1, 2, 3, 4, 0}}));
    EXPECT_EQ(ops::fitted(counted(2, 2), 3, Place::Start, random).samples,
              (std::vector<float>{1, 2, 3, 4, 0, 0}));
    EXPECT_EQ(ops::fitted(counted(0), 2, Place::Random, random).samples,
              (std::vector<float>{0, 0}));
    EXPECT_EQ(error_code([&] { fit(std::numeric_limits<std::size_t>::max(), Place::Start); }),
              "E-AUG-005");
}

TEST(SpecAugment, MasksWhatItSaysAndNothingElse) {
    constexpr std::size_t kFrames = 50, kDimension = 20;
    std::set<std::size_t> widths, lengths;
    for (std::uint64_t item = 0; item < 200; ++item) {
        std::vector<float> features(kFrames * kDimension);
        double sum = 0;
        for (std::size_t i = 0; i < features.size(); ++i)
            sum += features[i] = static_cast<float>(i + 1);
        const auto mean = static_cast<float>(sum / static_cast<double>(features.size()));
        Random random(4, "masks", item);
        const auto value = item % 2 ? ops::MaskValue::Mean : ops::MaskValue::Zero;
        const auto masked =
            ops::spec_augment(features, kDimension, {2, 5, 3, 40, 0.2, value}, random);
        ASSERT_EQ(masked.frequency.size(), 2U);
        ASSERT_EQ(masked.time.size(), 3U);
        const auto within = [](const std::vector<ops::Band>& bands, std::size_t at) {
            return std::ranges::any_of(bands, [at](const ops::Band& band) {
                return at >= band.first && at < band.first + band.size;
            });
        };
        for (std::size_t i = 0; i < features.size(); ++i) {
            const bool hidden =
                within(masked.time, i / kDimension) || within(masked.frequency, i % kDimension);
            const float instead = value == ops::MaskValue::Zero ? 0.0F : mean;
            ASSERT_EQ(features[i], hidden ? instead : static_cast<float>(i + 1));
        }
        for (const auto& band : masked.frequency) {
            EXPECT_LE(band.first + band.size, kDimension);
            widths.insert(band.size);
        }
        for (const auto& band : masked.time) {
            EXPECT_LE(band.first + band.size, kFrames);
            lengths.insert(band.size);
        }
    }
    EXPECT_EQ(widths, (std::set<std::size_t>{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(lengths, (std::set<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})) << "a fifth";
}

TEST(SpecAugment, TakesTheSmallAndRefusesTheWrong) {
    Random random(1, "s", 0);
    std::vector<float> one{5}, none, three{1, 2, 3}, bad{kNan};
    EXPECT_EQ(ops::spec_augment(one, 1, {0, 9, 0, 9}, random).time.size(), 0U);
    EXPECT_EQ(one[0], 5);
    ops::spec_augment(one, 1, {}, random);
    EXPECT_EQ(one[0], 5) << "masked by the mean of itself";
    EXPECT_TRUE(ops::spec_augment(none, 4, {}, random).frequency.empty());
    EXPECT_TRUE(ops::spec_augment(none, 0, {}, random).frequency.empty());
    const auto code = [&](std::vector<float>& features, std::size_t dimension,
                          const ops::SpecMasks& masks) {
        return error_code([&] { ops::spec_augment(features, dimension, masks, random); });
    };
    EXPECT_EQ(code(three, 2, {}), "E-AUG-006");
    EXPECT_EQ(code(three, 0, {}), "E-AUG-006");
    EXPECT_EQ(code(three, 3, {.time_share = 1.5}), "E-AUG-003");
    EXPECT_EQ(code(three, 3, {.frequency_masks = -1}), "E-AUG-003");
    EXPECT_EQ(code(bad, 1, {}), "E-AUG-002");
}

TEST(Augment, RefusesWhatIsNotFiniteOrNotWhole) {
    Random random(1, "x", 0);
    const Audio bad{16000, 1, {0, kNan}}, half{16000, 2, {1, 2, 3}}, good{16000, 1, {1, 2}};
    const std::vector<float> response{1};
    for (const auto& [audio, code] : {std::pair{bad, "E-AUG-002"}, {half, "E-AUG-001"}}) {
        EXPECT_EQ(error_code([&] { ops::shifted(audio, 1); }), code);
        EXPECT_EQ(error_code([&] { ops::with_gain(audio, 1); }), code);
        EXPECT_EQ(error_code([&] { ops::in_room(audio, response); }), code);
        EXPECT_EQ(error_code([&] { ops::fitted(audio, 1, ops::Place::Start, random); }), code);
        EXPECT_EQ(error_code([&] { ops::noise_from(good, audio, random); }), code);
        EXPECT_EQ(error_code([&] { ops::noise_from(audio, good, random); }), code);
        EXPECT_EQ(error_code([&] { ops::with_noise(audio, audio, 0, ops::PowerOver::Whole); }),
                  code);
    }
    EXPECT_EQ(error_code([&] { ops::with_gain(good, std::nan("")); }), "E-AUG-003");
    EXPECT_EQ(error_code([&] { ops::with_noise(good, good, 101, ops::PowerOver::Whole); }),
              "E-AUG-003");
    EXPECT_EQ(error_code([&] { ops::with_noise(good, counted(3), 0, ops::PowerOver::Whole); }),
              "E-AUG-004");
}

}  // namespace
}  // namespace millrace::testing
