// Differences of packets, exact and from sketches.
#include "engine/observe/compare.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/random.hpp"
#include "tests/engine/observe/arrays.hpp"

namespace millrace::engine::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinite = std::numeric_limits<float>::infinity();

Comparison exact(Arrays a, Arrays b, Tolerance tolerance = {}) {
    return compare(Packet::make(std::move(a)), Packet::make(std::move(b)), tolerance);
}

Comparison sketched(Arrays a, Arrays b, Tolerance tolerance = {}) {
    return compare(Packet::make(std::move(a)).sketch(), Packet::make(std::move(b)).sketch(),
                   tolerance);
}

TEST(CompareExact, EqualPacketsHaveNoDifference) {
    const Arrays packet = {.floats = {{"values", {{3}, {1, kNan, -kInfinite}}}},
                           .attributes = {{"frame", "lidar"}}};
    const Comparison result = exact(packet, packet);
    EXPECT_TRUE(result.equal);
    EXPECT_EQ(result.how, "exact");
    EXPECT_EQ(result.count, 3u);
    EXPECT_EQ(result.differing, 0u);
    EXPECT_EQ(result.sqnr_db, std::numeric_limits<double>::infinity());
    EXPECT_EQ(result.worst_array, "");
}

TEST(CompareExact, FindsTheWorstElementAndItsPlace) {
    const Comparison result =
        exact(values_of({2, 3}, {1, 2, 3, 4, 5, 6}), values_of({2, 3}, {1, 2.5, 3, 4, 5, 4}));
    EXPECT_FALSE(result.equal);
    EXPECT_EQ(result.differing, 2u);
    EXPECT_DOUBLE_EQ(result.max_abs, 2);
    EXPECT_DOUBLE_EQ(result.max_rel, 1.0 / 3);
    EXPECT_EQ(result.worst_array, "values");
    EXPECT_EQ(result.worst_index, (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(result.worst_a, 6);
    EXPECT_EQ(result.worst_b, 4);
    // 1 + 4 + 9 + 16 + 25 + 36 = 91 over 0.25 + 4.
    EXPECT_NEAR(result.sqnr_db, 10 * std::log10(91 / 4.25), 1e-9);
}

TEST(CompareExact, LookBeyondTheFirstRunOfNumbers) {
    std::vector<float> a(10'000, 1), b = a;
    b[9'999] = 3;
    const Comparison result = exact(values_of(a), values_of(b));
    EXPECT_EQ(result.differing, 1u);
    EXPECT_EQ(result.worst_index, (std::vector<std::int64_t>{9'999}));
}

TEST(CompareExact, ToleranceIsAbsolutePlusRelativeOfTheReference) {
    const Arrays a = values_of({100, 1}), b = values_of({101, 1.25});
    EXPECT_TRUE(exact(a, b, {.absolute = 1}).equal);
    EXPECT_TRUE(exact(a, b, {.absolute = 0.25, .relative = 0.0075}).equal);
    EXPECT_FALSE(exact(a, b, {.absolute = 0.25, .relative = 0.0074}).equal);
    EXPECT_FALSE(exact(a, b, {.relative = 0.01}).equal);  // 1 against 1.25
    EXPECT_TRUE(exact(a, b, {.relative = 0.25}).equal);
    // Within the tolerance the difference is still told.
    EXPECT_DOUBLE_EQ(exact(a, b, {.absolute = 1}).max_abs, 1);
}

TEST(CompareExact, NumbersThatAreNotFiniteAgreeWithThemselvesAlone) {
    const Tolerance large{.absolute = 1e30, .relative = 1e30};
    EXPECT_TRUE(exact(values_of({kNan}), values_of({kNan})).equal);
    EXPECT_TRUE(exact(values_of({kInfinite}), values_of({kInfinite})).equal);
    EXPECT_FALSE(exact(values_of({kInfinite}), values_of({-kInfinite}), large).equal);
    EXPECT_FALSE(exact(values_of({1}), values_of({kNan}), large).equal);
    EXPECT_FALSE(exact(values_of({kNan}), values_of({1}), large).equal);
    const Comparison result = exact(values_of({1, 2}), values_of({100, kInfinite}), large);
    EXPECT_EQ(result.differing, 1u);
    EXPECT_EQ(result.worst_index, (std::vector<std::int64_t>{1}));
    EXPECT_EQ(result.max_abs, std::numeric_limits<double>::infinity());
}

TEST(CompareExact, FiguresAreOnlyThoseOfNumbersWithAPartner) {
    EXPECT_TRUE(exact(values_of({1, 2}), values_of({1, 3})).measured);
    const Comparison shapes = exact(values_of({1, 2}), values_of({1, 2, 3}));
    EXPECT_FALSE(shapes.equal);
    EXPECT_FALSE(shapes.measured);
    EXPECT_FALSE(sketched(values_of({1, 2}), values_of({1, 2, 3})).measured);
    EXPECT_TRUE(sketched(values_of({1, 2}), values_of({1, 3})).measured);
    EXPECT_FALSE(sketched(values_of({1, 2}), values_of({1, kNan})).measured);
}

TEST(CompareExact, DifferencesFromZeroAreInfiniteInRelation) {
    EXPECT_EQ(exact(values_of({0}), values_of({1})).max_rel,
              std::numeric_limits<double>::infinity());
}

TEST(CompareExact, WideIntegersAreNotRounded) {
    constexpr std::int64_t large = std::int64_t{1} << 60;
    const Comparison result =
        exact({.floats = {}, .integers = {large}}, {.floats = {}, .integers = {large + 1}});
    EXPECT_EQ(result.differing, 1u);
    EXPECT_DOUBLE_EQ(result.max_abs, 1);
}

TEST(CompareExact, SaysWhatBesidesNumbersDiffers) {
    const Arrays a = values_of({1, 2});
    const auto why = [&](Arrays b) {
        const Comparison result = exact(a, std::move(b), {.absolute = 1000});
        EXPECT_FALSE(result.equal);
        return result.why;
    };
    EXPECT_EQ(why(values_of({2, 1}, {1, 2})), "shape of \"values\": [2] against [2, 1]");
    EXPECT_EQ(why({.floats = {}}), "array \"values\" is missing in the second");
    EXPECT_EQ(why({.floats = {{"values", {{2}, {1, 2}}}, {"more", {{1}, {1}}}}}),
              "array \"more\" is missing in the first");
    Arrays with_attribute = a;
    with_attribute.attributes["frame"] = "camera";
    EXPECT_EQ(why(with_attribute), "attributes.frame is missing in the first");
    Arrays with_child = a;
    with_child.children.push_back(Packet::make(1.0));
    EXPECT_EQ(why(with_child), "0 elements against 1");
    EXPECT_EQ(compare(Packet::make(1.0), Packet::make(Value(1)), {}).why,
              "type number/1 against value/1");
    EXPECT_EQ(compare(Packet(), Packet::make(1.0), {}).why, "packet: only one of the two is there");
    EXPECT_TRUE(compare(Packet(), Packet(), {}).equal);
}

TEST(CompareExact, NumericAttributesHaveTheTolerance) {
    const auto with = [](Value value) {
        return Arrays{.floats = {}, .attributes = {{"pose", Array{1.0, std::move(value)}}}};
    };
    EXPECT_TRUE(exact(with(2.0), with(2.5), {.absolute = 0.5}).equal);
    const Comparison result = exact(with(2.0), with(2.5), {.absolute = 0.4});
    EXPECT_EQ(result.why, "attributes.pose[1]: 2.0 against 2.5");
    EXPECT_FALSE(exact(with("a"), with("b"), {.absolute = 1000}).equal);
}

TEST(CompareExact, LooksIntoChildren) {
    const auto list = [](double last) {
        return Packet::make(List{"number/1", {Packet::make(1.0), Packet::make(last)}});
    };
    const Comparison result = compare(list(2), list(2.5), {});
    EXPECT_EQ(result.differing, 1u);
    EXPECT_EQ(result.worst_array.substr(0, 2), "1/");
    EXPECT_DOUBLE_EQ(result.max_abs, 0.5);
}

std::vector<float> noise(std::size_t count, std::uint64_t seed) {
    Random random(seed, "compare", 0);
    std::vector<float> list(count);
    for (float& value : list) value = static_cast<float>(random.normal());
    return list;
}

TEST(CompareSketches, EqualHashesAreEqualPackets) {
    const Comparison result = sketched(values_of(noise(500, 1)), values_of(noise(500, 1)));
    EXPECT_TRUE(result.equal);
    EXPECT_EQ(result.how, "from sketches");
    EXPECT_EQ(result.max_abs, 0);
}

TEST(CompareSketches, TellsOneDifferenceAmongMany) {
    std::vector<float> a = noise(5'000, 2), b = a;
    b[1234] += 0.5f;
    const Comparison result = sketched(values_of(a), values_of(b));
    EXPECT_FALSE(result.equal);
    EXPECT_EQ(result.differing, 1u);
    EXPECT_NEAR(result.max_abs, 0.5, 1e-5);
    EXPECT_TRUE(sketched(values_of(a), values_of(b), {.absolute = 0.51}).equal);
    EXPECT_FALSE(sketched(values_of(a), values_of(b), {.absolute = 0.49}).equal);
}

TEST(CompareSketches, EstimatesHowManyDifferAndByHowMuch) {
    std::vector<float> a = noise(20'000, 3), b = a;
    for (std::size_t i = 0; i < 60; ++i) b[i * 331] += 0.25f;
    const Comparison some = sketched(values_of(a), values_of(b));
    EXPECT_NEAR(static_cast<double>(some.differing), 60, 25);
    EXPECT_NEAR(some.max_abs, 0.25, 0.08);
    // When all differ, the relation to the rms of the reference is that of the noise.
    b = a;
    const std::vector<float> small = noise(20'000, 4);
    for (std::size_t i = 0; i < b.size(); ++i) b[i] += 0.01f * small[i];
    const Comparison all = sketched(values_of(a), values_of(b));
    EXPECT_NEAR(all.max_rel, 0.01, 0.002);
    EXPECT_NEAR(all.sqnr_db, 40, 1.5);
    EXPECT_TRUE(sketched(values_of(a), values_of(b), {.relative = 0.02}).equal);
    EXPECT_FALSE(sketched(values_of(a), values_of(b), {.relative = 0.005}).equal);
}

TEST(CompareSketches, SaysWhatBesidesNumbersDiffers) {
    const Arrays a = values_of({1, 2, 3});
    EXPECT_EQ(sketched(a, values_of({1, 2})).why, "shape [3] against [2]");
    EXPECT_EQ(sketched(a, values_of({1, kNan, 3})).why,
              "0 NaN and 0 infinite numbers against 1 and 0");
    Arrays renamed = a;
    renamed.attributes["frame"] = "camera";
    const Comparison other = sketched(a, renamed, {.absolute = 1000});
    EXPECT_FALSE(other.equal);
    EXPECT_EQ(other.why, "attributes, names or the places of NaN and infinite numbers");
    EXPECT_EQ(compare(Packet::make(1.0).sketch(), Packet::make(Value(1)).sketch(), {}).why,
              "type number/1 against value/1");
}

TEST(CompareSketches, SurvivesBeingWrittenAndRead) {
    const Sketch sketch = Packet::make(values_of(noise(300, 5))).sketch();
    const Sketch back = sketch_from(parse_json(to_json(to_value(sketch)), "sketch"));
    EXPECT_EQ(back, sketch);
    EXPECT_TRUE(compare(sketch, back, {}).equal);
}

}  // namespace
}  // namespace millrace::engine::testing
