// Shift, noise, room, gain and length as nodes: what passes untouched, what repeats, what is
// refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "nodes/ops/audio/augment.hpp"
#include "tests/nodes/augment/registered.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::testing {
namespace {

using engine::Object;
using engine::Packet;

struct Case {
    std::string id;
    Object params;  ///< under which every item changes
};

std::vector<Case> random_cases() {
    return {{"augment.time_shift", {{"most", 20.0}}},
            {"augment.add_noise", {}},
            {"augment.add_noise", {{"kind", "pink"}, {"power", "whole"}}},
            {"augment.room", {}},
            {"augment.gain", {}},
            {"augment.fit_length", {{"seconds", 0.3}, {"place", "random"}}}};
}

TEST(AugmentAudio, OneSeedOneResult) {
    const Packet audio = Packet::make(tone(2000));
    for (const auto& [id, params] : random_cases()) {
        const auto first = samples_of(augmented(id, params, {audio}, 5, 3));
        EXPECT_NE(first, samples_of(audio)) << id;
        EXPECT_EQ(first, samples_of(augmented(id, params, {audio}, 5, 3))) << id;
        EXPECT_NE(first, samples_of(augmented(id, params, {audio}, 6, 3))) << id;
        EXPECT_NE(first, samples_of(augmented(id, params, {audio}, 5, 4))) << id;
    }
}

TEST(AugmentAudio, ProbabilityOrStrengthOfNothingPassesTheSamePacket) {
    types::Audio strange = tone(20);
    strange.samples[3] = 7;
    strange.samples[4] = -0.0F;
    const Packet audio = Packet::make(std::move(strange));
    const std::vector<Case> cases = {
        {"augment.time_shift", {{"probability", 0.0}}},
        {"augment.time_shift", {{"most", 0.0}}},
        {"augment.add_noise", {{"probability", 0.0}, {"kind", "recordings"}}},
        {"augment.room", {{"probability", 0.0}}},
        {"augment.gain", {{"probability", 0.0}}},
        {"augment.gain", {{"low", 0.0}, {"high", 0.0}}},
        {"augment.fit_length", {{"seconds", 20.0 / 16000}, {"place", "random"}}}};
    for (const auto& [id, params] : cases)
        EXPECT_EQ(augmented(id, params, {audio}).data(), audio.data()) << id;
}

TEST(AugmentAudio, ProbabilityIsTheShareOfChangedItems) {
    const Packet audio = Packet::make(tone(50));
    int changed = 0;
    for (std::uint64_t item = 0; item < 1000; ++item)
        changed += augmented("augment.gain", {{"probability", 0.3}}, {audio}, 1, item).data() !=
                   audio.data();
    EXPECT_NEAR(changed, 300, 60) << "four standard deviations";
}

TEST(AugmentAudio, SpecsSayThatResultsAreNotWorthKeeping) {
    for (const auto& [id, params] : random_cases()) {
        const engine::NodeType* type = augment_registry().find(id);
        EXPECT_TRUE(type->spec.random) << id;
        EXPECT_FALSE(type->pure) << id;
        EXPECT_TRUE(type->parallel) << id;
    }
}

TEST(AddNoise, RatiosLieInTheRange) {
    const types::Audio speech = tone(8000);
    double least = 100, most = -100;
    for (std::uint64_t item = 0; item < 100; ++item) {
        auto mixed = samples_of(augmented("augment.add_noise", {{"low", 5.0}, {"high", 15.0}},
                                          {Packet::make(speech)}, 1, item));
        double noise = 0;
        for (std::size_t i = 0; i < mixed.size(); ++i)
            noise += std::pow(double{mixed[i]} - speech.samples[i], 2);
        const double snr =
            10 * std::log10(ops::speech_power(speech, ops::PowerOver::Active) * 8000 / noise);
        least = std::min(least, snr);
        most = std::max(most, snr);
    }
    EXPECT_NEAR(least, 5, 0.7);
    EXPECT_NEAR(most, 15, 0.7);
    EXPECT_GE(least, 4.9);
    EXPECT_LE(most, 15.1);
}

TEST(AddNoise, TakesARecordingFromItsLatch) {
    const Packet speech = Packet::make(tone(400));
    types::Audio constant{16000, 1, std::vector<float>(10, 0.5F)};
    const Object params = {{"kind", "recordings"}, {"low", 0.0}, {"high", 0.0}};
    const auto mixed =
        samples_of(augmented("augment.add_noise", params, {speech, Packet::make(constant)}));
    const double root =
        std::sqrt(ops::speech_power(speech.as<types::Audio>(), ops::PowerOver::Active));
    for (std::size_t i = 0; i < mixed.size(); ++i)
        EXPECT_NEAR(mixed[i], samples_of(speech)[i] + root, 1e-5);
    EXPECT_EQ(error_code([&] { augmented("augment.add_noise", params, {speech}); }), "E-AUG-011");
    constant.sample_rate = 8000;
    EXPECT_EQ(error_code([&] {
                  augmented("augment.add_noise", params, {speech, Packet::make(constant)});
              }),
              "E-AUG-004");
}

TEST(AddNoise, WarnsBeyondFullScale) {
    TestContext context(augment_registry());
    types::Audio loud = tone(100);
    for (float& value : loud.samples) value *= 10;
    run_node(augment_registry(), "augment.add_noise", {{"low", 0.0}, {"high", 0.0}},
             {Packet::make(loud)}, context);
    EXPECT_EQ(context.warnings.size(), 1U);
}

TEST(Gain, WarnsOfWhatItCutsOff) {
    TestContext context(augment_registry());
    const Packet louder =
        run_node(augment_registry(), "augment.gain", {{"low", 40.0}, {"high", 40.0}},
                 {Packet::make(tone(100))}, context)
            .at(0);
    EXPECT_EQ(std::ranges::max(samples_of(louder)), 1);
    EXPECT_EQ(context.warnings.size(), 1U);
}

TEST(FitLength, IsInSecondsToTheNearestFrame) {
    for (const double seconds : {0.0, 0.1, 0.5}) {
        const Packet fit = augmented("augment.fit_length", {{"seconds", seconds}},
                                     {Packet::make(tone(1234, 8000, 2))});
        EXPECT_EQ(fit.as<types::Audio>().frames(), static_cast<std::size_t>(8000 * seconds));
        EXPECT_EQ(fit.as<types::Audio>().channels, 2);
    }
    const auto padded = samples_of(augmented(
        "augment.fit_length", {{"seconds", 0.5}, {"place", "center"}}, {Packet::make(tone(7998))}));
    EXPECT_EQ(padded[0], 0);
    EXPECT_EQ(padded[2], tone(2).samples[1]);
    const Object start = {{"seconds", 0.01}};
    const Packet audio = Packet::make(tone(1000));
    EXPECT_EQ(samples_of(augmented("augment.fit_length", start, {audio}, 1, 0)),
              samples_of(augmented("augment.fit_length", start, {audio}, 2, 9)))
        << "nothing is drawn";
}

TEST(AugmentAudio, TakesTheEmptyAndRefusesNaN) {
    const Packet empty = Packet::make(tone(0));
    types::Audio broken = tone(100);
    broken.samples[50] = std::numeric_limits<float>::quiet_NaN();
    const Packet bad = Packet::make(std::move(broken));
    for (const auto& [id, params] : random_cases()) {
        EXPECT_EQ(error_code([&] { augmented(id, params, {bad}, 5, 3); }), "E-AUG-002") << id;
        const auto given = samples_of(augmented(id, params, {empty}));
        EXPECT_TRUE(std::ranges::all_of(given, [](float value) { return value == 0; })) << id;
        EXPECT_EQ(given.empty(), id != "augment.fit_length");
    }
}

TEST(AugmentAudio, RefusesRangesUpsideDown) {
    for (const char* id : {"augment.add_noise", "augment.gain", "augment.room"}) {
        const auto problems = check_node(augment_registry(), id, {{"low", 2.0}, {"high", 1.0}});
        ASSERT_EQ(problems.size(), 1U) << id;
        EXPECT_EQ(problems[0].code, "E-AUG-010");
        EXPECT_EQ(problems[0].where, "node.low");
    }
    EXPECT_EQ(check_node(augment_registry(), "augment.gain", {{"probability", 1.5}}).size(), 1U);
}

}  // namespace
}  // namespace millrace::testing
