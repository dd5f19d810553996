#include "nodes/ops/audio/audio_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <numbers>

#include "tests/nodes/ops/audio/wav.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using testing::wav;

class AudioFile : public ::testing::Test {
protected:
    AudioFile() {
        std::string name =
            (std::filesystem::temp_directory_path() / "millrace-wav-XXXXXX").string();
        folder = mkdtemp(name.data());
    }
    ~AudioFile() override { std::filesystem::remove_all(folder); }
    std::filesystem::path write(const std::string& name, const std::string& bytes) const {
        std::ofstream(folder / name, std::ios::binary) << bytes;
        return folder / name;
    }
    std::filesystem::path folder;
};

TEST_F(AudioFile, SamplesComeAsTheyAre) {
    const auto audio = read_audio(write("a.wav", wav(8000, 2, {0, 16384, -32768, 32767})));
    EXPECT_EQ(audio.sample_rate, 8000);
    EXPECT_EQ(audio.channels, 2);
    EXPECT_EQ(audio.samples, (std::vector<float>{0, 0.5F, -1, 32767 / 32768.0F}));
    EXPECT_EQ(mono(audio).samples, (std::vector<float>{0.25F, (-1 + 32767 / 32768.0F) / 2}));
    EXPECT_EQ(read_audio(write("none.wav", wav(16000, 1, {}))).frames(), 0U);
}

TEST_F(AudioFile, WhatIsNoRecordingIsRefused) {
    EXPECT_EQ(error_code([&] { read_audio(folder / "none.wav"); }), "E-FILE-001");
    EXPECT_EQ(error_code([&] { read_audio(folder); }), "E-FILE-001");
    EXPECT_EQ(error_code([&] { read_audio(write("text.wav", "no recording at all")); }),
              "E-AUDIO-010");
    EXPECT_EQ(error_code([&] { read_audio(write("empty.wav", "")); }), "E-AUDIO-010");
    const std::string whole = wav(16000, 1, std::vector<std::int16_t>(1000, 7));
    for (std::size_t length = 0; length < 44; ++length)
        EXPECT_NE(error_code([&] { read_audio(write("cut.wav", whole.substr(0, length))); }), "")
            << length;
}

TEST_F(AudioFile, BytesThatWereChangedNeverCrash) {
    const std::string whole = wav(16000, 1, std::vector<std::int16_t>(64, 7));
    for (std::size_t at = 0; at < 48; ++at) {
        for (const char byte : {'\0', '\x7f', '\xff'}) {
            std::string bytes = whole;
            bytes[at] = byte;
            const auto file = write("odd.wav", bytes);
            try {
                EXPECT_LE(read_audio(file).samples.size(), whole.size());
            } catch (const engine::Error& error) {
                EXPECT_FALSE(error.problem().code.empty());
            }
        }
    }
}

TEST(Resampled, AToneKeepsItsPitchAndLoudness) {
    types::Audio tone{.sample_rate = 16000, .channels = 1, .samples = {}};
    for (int i = 0; i < 16000; ++i)
        tone.samples.push_back(
            static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * 440 * i / 16000)));
    for (const int rate : {8000, 44100, 16000}) {
        const types::Audio out = resampled(tone, rate);
        EXPECT_EQ(out.sample_rate, rate);
        EXPECT_NEAR(static_cast<double>(out.frames()), rate, 1);
        // The ends ring, since the tone begins and ends at once.
        for (int i = rate / 10; i < rate * 9 / 10; ++i)
            ASSERT_NEAR(out.samples[static_cast<std::size_t>(i)],
                        0.5 * std::sin(2 * std::numbers::pi * 440 * i / rate), 2e-4)
                << rate << " " << i;
    }
}

TEST(Resampled, WhatIsAboveTheNewBandIsGone) {
    types::Audio tone{.sample_rate = 16000, .channels = 2, .samples = {}};
    for (int i = 0; i < 16000; ++i)
        for (int c = 0; c < 2; ++c)
            tone.samples.push_back(
                static_cast<float>(std::sin(2 * std::numbers::pi * 6000 * i / 16000)));
    const types::Audio out = resampled(tone, 8000);
    EXPECT_EQ(out.channels, 2);
    for (std::size_t i = 2000; i + 2000 < out.samples.size(); ++i)
        ASSERT_LT(std::abs(out.samples[i]), 1e-5F) << "an alias would be at 2 kHz";
}

TEST(Resampled, NothingAndImpossibleRates) {
    const types::Audio none{.sample_rate = 8000, .channels = 1, .samples = {}};
    EXPECT_EQ(resampled(none, 16000).sample_rate, 16000);
    EXPECT_EQ(error_code([&] { resampled(none, 0); }), "E-AUDIO-013");
    EXPECT_EQ(error_code([&] { resampled(none, 20'000'000); }), "E-AUDIO-013");
    const types::Audio one{.sample_rate = 8000, .channels = 1, .samples = {0.5F}};
    EXPECT_LE(resampled(one, 16000).frames(), 3U);
}

TEST(AudioNames, AreKnownByTheirEnding) {
    EXPECT_TRUE(is_audio_name("a.WAV") && is_audio_name("b.flac") && is_audio_name("c.aif"));
    EXPECT_FALSE(is_audio_name("wav") || is_audio_name("a.wav.txt") || is_audio_name(""));
}

}  // namespace
}  // namespace millrace::ops
