#include "nodes/ops/audio/features.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "engine/random.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

std::vector<float> noise(std::size_t count) {
    engine::Random random(1, "noise", 0);
    std::vector<float> samples(count);
    for (float& sample : samples) sample = static_cast<float>(random.uniform(-0.5, 0.5));
    return samples;
}

std::vector<FrontEnd> front_ends() {
    FrontEnd mirrored = kaldi_fbank(8000, 23);
    mirrored.framing = Framing::Mirror;
    return {kaldi_fbank(16000, 80), kaldi_mfcc(8000, 23, 13), mirrored,
            centered_log_mel(16000, 400, 160, 40, MelScale::Slaney, true)};
}

TEST(Features, ChunksOfAnySizeGiveTheSameFrames) {
    const std::vector<float> samples = noise(20'011);
    engine::Random random(2, "chunks", 0);
    for (const FrontEnd& front_end : front_ends()) {
        const std::vector<float> whole = features_of(samples, front_end);
        ASSERT_FALSE(whole.empty());
        for (int turn = 0; turn < 8; ++turn) {
            FeatureExtractor extractor(front_end);
            std::vector<float> parts;
            for (std::size_t at = 0; at < samples.size();) {
                const auto most = static_cast<double>(turn % 2 ? 3000 : 90);
                const auto count = std::min(samples.size() - at,
                                            static_cast<std::size_t>(random.uniform(0, most)));
                extractor.push(std::span(samples).subspan(at, count), parts);
                at += count;
            }
            extractor.finish(parts);
            EXPECT_EQ(parts, whole) << "bit for bit";
        }
    }
}

TEST(Features, AnExtractorGoesOnFromWhatWasKept) {
    const std::vector<float> samples = noise(30'000);
    for (const FrontEnd& front_end : front_ends()) {
        const std::vector<float> whole = features_of(samples, front_end);
        for (const std::size_t cut : {0U, 1U, 150U, 399U, 12'345U, 30'000U}) {
            FeatureExtractor first(front_end), second(front_end);
            std::vector<float> parts;
            first.push(std::span(samples).first(cut), parts);
            second.restore(first.waiting(), first.received());
            second.push(std::span(samples).subspan(cut), parts);
            second.finish(parts);
            EXPECT_EQ(parts, whole) << cut;
        }
    }
}

TEST(Features, MemoryStaysFlatOverALongRecording) {
    FeatureExtractor extractor(kaldi_fbank(16000, 40));
    const std::vector<float> second = noise(16'000);
    std::vector<float> features;
    for (int i = 0; i < 300; ++i) {
        features.clear();
        extractor.push(second, features);
        EXPECT_LT(extractor.waiting().size(), 60'000U);
    }
}

TEST(Features, ShortAndEmptyRecordings) {
    for (const FrontEnd& front_end : front_ends()) {
        EXPECT_TRUE(features_of({}, front_end).empty());
        for (const std::size_t count : {1U, 79U, 80U, 199U, 201U, 399U, 400U, 401U}) {
            const std::vector<float> found = features_of(noise(count), front_end);
            EXPECT_EQ(found.size() % static_cast<std::size_t>(front_end.dimension()), 0U);
            for (const float value : found) EXPECT_TRUE(std::isfinite(value));
        }
    }
    EXPECT_EQ(features_of(noise(399), kaldi_fbank(16000, 80)).size(), 0U);
    EXPECT_EQ(features_of(noise(400), kaldi_fbank(16000, 80)).size(), 80U);
}

TEST(Features, ATonesEnergyIsInItsFilter) {
    const FrontEnd front_end = centered_log_mel(16000, 512, 160, 40, MelScale::Htk, false);
    std::vector<float> tone(16'000);
    for (std::size_t i = 0; i < tone.size(); ++i)
        tone[i] = static_cast<float>(
            std::sin(2 * std::numbers::pi * 1000 * static_cast<double>(i) / 16000));
    const std::vector<float> found = features_of(tone, front_end);
    const auto frame = found.begin() + 50 * 40;
    const auto loudest = std::max_element(frame, frame + 40) - frame;
    const std::vector<double> edges = mel_edges(front_end.mel);
    EXPECT_LT(edges[static_cast<std::size_t>(loudest)], 1000);
    EXPECT_GT(edges[static_cast<std::size_t>(loudest) + 2], 1000);
}

TEST(Features, ImpossibleLayoutsAreRefused) {
    EXPECT_EQ(error_code([] { PowerSpectrum spectrum(7); }), "E-AUDIO-001");
    EXPECT_EQ(error_code([] { PowerSpectrum spectrum(1 << 21); }), "E-AUDIO-001");
    MelLayout layout;
    layout.high = 9000;
    EXPECT_EQ(error_code([&] { mel_filters(layout); }), "E-AUDIO-002");
    FrontEnd front_end = kaldi_fbank(16000, 40);
    front_end.cepstra = 41;
    EXPECT_EQ(error_code([&] { FeatureExtractor extractor(front_end); }), "E-AUDIO-003");
    front_end = kaldi_fbank(16000, 40);
    front_end.frame_shift = 0;
    EXPECT_EQ(error_code([&] { FeatureExtractor extractor(front_end); }), "E-AUDIO-003");
    // Refused before memory is taken: a second at 10 MHz.
    EXPECT_EQ(error_code([] { FeatureExtractor huge(kaldi_fbank(1e7, 40, 1000)); }), "E-AUDIO-003");
    FeatureExtractor extractor(kaldi_fbank(16000, 40));
    EXPECT_EQ(error_code([&] { extractor.restore(std::vector<float>(5), 4); }), "E-AUDIO-004");
}

TEST(Mel, ScalesAreTheirOwnInverse) {
    for (const MelScale scale : {MelScale::Kaldi, MelScale::Htk, MelScale::Slaney})
        for (const double hz : {0.0, 20.0, 999.0, 1000.0, 1001.0, 8000.0})
            EXPECT_NEAR(mel_to_hz(hz_to_mel(hz, scale), scale), hz, 1e-9 * (1 + hz));
}

}  // namespace
}  // namespace millrace::ops
