#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "nodes/ops/audio/audio_file.hpp"
#include "nodes/ops/audio/micro_frontend.hpp"
#include "nodes/ops/kws/tflite_network.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::ops {
namespace {

using Samples = std::vector<std::int16_t>;
using Features = std::vector<std::int8_t>;

Features features(const Samples& samples) {
    MicroFrontend front_end;
    Features result;
    front_end.push(samples, result);
    return result;
}

TEST(MicroFrontend, CountsFrames) {
    EXPECT_TRUE(features({}).empty());
    EXPECT_TRUE(features(Samples(479)).empty());
    EXPECT_EQ(features(Samples(480)).size(), 40U);
    EXPECT_EQ(features(Samples(799)).size(), 40U);
    EXPECT_EQ(features(Samples(800)).size(), 80U);
    EXPECT_EQ(features(Samples(16000)).size(), MicroFrontend::kModelFrames * 40);
}

TEST(MicroFrontend, SilenceIsTheLeastValue) {
    EXPECT_EQ(features(Samples(1120)), Features(120, -128));
}

TEST(MicroFrontend, CutsMakeNoDifferenceAndResetForgets) {
    std::mt19937 random(5);
    Samples noise(8000);
    for (std::int16_t& sample : noise) sample = std::int16_t(int(random() % 20001) - 10000);
    const Features whole = features(noise);
    MicroFrontend front_end;
    Features joined;
    for (std::span<const std::int16_t> rest(noise); !rest.empty();) {
        const std::size_t count = std::min<std::size_t>(rest.size(), random() % 700);
        front_end.push(rest.first(count), joined);
        rest = rest.subspan(count);
    }
    EXPECT_EQ(joined, whole);
    front_end.reset();
    Features again;
    front_end.push(noise, again);
    EXPECT_EQ(again, whole);
}

TEST(MicroFrontend, AToneIsInItsChannel) {
    // Channel c has its peak at edge c + 1 of 41 equal steps of mel between 125 and 7500 Hz.
    const auto mel = [](double hz) { return 1127 * std::log1p(hz / 700); };
    for (const double hz : {500.0, 1000.0, 3000.0}) {
        Samples tone(480);
        for (std::size_t i = 0; i < tone.size(); ++i) {
            tone[i] = std::int16_t(
                std::lround(8000 * std::sin(2 * std::numbers::pi * hz * double(i) / 16000)));
        }
        const Features frame = features(tone);
        const auto found = std::ranges::max_element(frame) - frame.begin();
        const double at = (mel(hz) - mel(125)) / (mel(7500) - mel(125)) * 41 - 1;
        EXPECT_NEAR(double(found), at, 1.01) << hz;
    }
}

TEST(MicroFrontend, ExtremesStayInRange) {
    Samples square(16000, 32767);
    for (std::size_t i = 0; i < square.size(); ++i)
        if (i / 8 % 2 == 0) square[i] = -32768;
    Samples spike(480);
    spike[239] = -32768;
    for (const Samples& samples : {Samples(16000, -32768), square, spike}) {
        const Features found = features(samples);
        EXPECT_GT(*std::ranges::max_element(found), -128);
        EXPECT_EQ(found, features(samples));
    }
}

TEST(MicroFrontend, FloatsBecomePcm) {
    const float values[] = {0, 1, -1, 0.5F / 32768, -2, NAN, INFINITY, 0.25F};
    EXPECT_EQ(pcm16(values), (Samples{0, 32767, -32768, 1, -32768, 0, 32767, 8192}));
}

Samples recording(const char* name) {
    const auto file = testing::shared_folder() / "data" / "speech" / name;
    if (!std::filesystem::exists(file)) return {};
    return pcm16(read_audio(file).samples);
}

/// The values that TensorFlow Lite Micro's own test of this window expects.
TEST(MicroFrontend, MatchesPublishedValues) {
    const Samples yes = recording("yes_1000ms.wav");
    if (yes.empty()) GTEST_SKIP() << "no shared data: set MILLRACE_SHARED";
    ASSERT_EQ(yes.size(), 16000U);
    EXPECT_EQ(features(Samples(yes.begin() + 8000, yes.begin() + 8480)),
              (Features{124, 105, 126, 103, 125, 101, 123, 100, 116, 98,  115, 97,  113, 90,
                        91,  82,  104, 96,  117, 97,  121, 103, 126, 101, 125, 104, 126, 104,
                        125, 101, 116, 90,  81,  74,  80,  71,  83,  76,  82,  71}));
}

TEST(MicroFrontend, TheRealModelHearsYesAndSilence) {
    const auto file =
        testing::shared_folder() / "data" / "speech" / "micro_speech_quantized.tflite";
    const Samples yes = recording("yes_1000ms.wav"), silence = recording("silence_1000ms.wav");
    if (yes.empty() || silence.empty() || !std::filesystem::exists(file))
        GTEST_SKIP() << "no shared data: set MILLRACE_SHARED";
    TfliteNetwork network(read_tflite(file));
    const auto heard = [&](const Samples& samples) {
        const TfliteValues input = features(samples);
        const auto outputs = network.run(std::span(&input, 1));
        const auto shares = to_real(outputs.at(0), network.output(0));
        const auto most = std::ranges::max_element(shares);
        EXPECT_GT(*most, 0.3F);  // digital silence is heard as silence with 0.34 only
        return most - shares.begin();
    };
    EXPECT_EQ(heard(silence), 0);  // silence, unknown, yes, no
    EXPECT_EQ(heard(yes), 2);
}

}  // namespace
}  // namespace millrace::ops
