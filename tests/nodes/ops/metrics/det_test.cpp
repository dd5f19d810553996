#include "nodes/ops/metrics/det.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "engine/random.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using Scores = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// 2 hours at a frame each quarter of an hour: an alarm is half an alarm per hour.
DetectionErrors two_hours() {
    DetectionErrors errors({.frames_per_second = 4.0 / 3600});
    errors.add_positive(Scores{0.1, 0.9, 0.2});
    errors.add_positive(Scores{0.5});
    errors.add_positive(Scores{0.3, 0.25});
    errors.add_positive(Scores{0.7});
    errors.add_negative(Scores{0.2, 0.4, 0.1, 0.6});
    errors.add_negative(Scores{0.1, 0.1, 0.4, 0.2});
    return errors;
}

TEST(DetectionErrors, CurveByHand) {
    const DetectionErrors errors = two_hours();
    EXPECT_DOUBLE_EQ(errors.hours_of_negatives(), 2);
    const std::vector<OperatingPoint> points = errors.curve();
    const Scores thresholds = {
        0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9, std::nextafter(0.9, kInfinity)};
    const std::int64_t alarms[] = {8, 5, 3, 3, 1, 1, 0, 0, 0};
    const std::int64_t rejects[] = {0, 0, 0, 1, 1, 2, 2, 3, 4};
    ASSERT_EQ(points.size(), thresholds.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        EXPECT_EQ(points[i].threshold, thresholds[i]);
        EXPECT_EQ(points[i].false_alarms, alarms[i]) << i;
        EXPECT_DOUBLE_EQ(points[i].false_alarms_per_hour, static_cast<double>(alarms[i]) / 2);
        EXPECT_EQ(points[i].false_rejects, rejects[i]) << i;
        EXPECT_DOUBLE_EQ(points[i].false_reject_rate, static_cast<double>(rejects[i]) / 4);
    }
}

TEST(DetectionErrors, PointsAtRates) {
    const DetectionErrors errors = two_hours();
    const auto threshold = [&](double rate) { return errors.point_at_rate(rate).point.threshold; };
    EXPECT_EQ(threshold(1000), 0.1);
    EXPECT_EQ(threshold(4), 0.1);
    EXPECT_EQ(threshold(3.9), 0.2);
    EXPECT_EQ(threshold(1.5), 0.3);
    EXPECT_EQ(threshold(1), 0.5);
    EXPECT_EQ(threshold(0.5), 0.5);
    EXPECT_TRUE(errors.point_at_rate(0.5).resolved);
    for (const double rate : {0.499, 0.01, 0.0}) {
        const RatePoint point = errors.point_at_rate(rate);
        EXPECT_FALSE(point.resolved);
        EXPECT_DOUBLE_EQ(point.rate, 0.5) << "one alarm in two hours";
        EXPECT_EQ(point.point.threshold, 0.5);
        EXPECT_EQ(point.point.false_rejects, 1);
    }
    for (const double rate : {-1.0, kInfinity, std::nan("")})
        EXPECT_EQ(error_code([&] { errors.point_at_rate(rate); }), "E-METRIC-022");
}

TEST(DetectionErrors, EqualErrorByHand) {
    // At 0.4: 3 of 8 alarms against 1 of 4 rejects; at 0.5: 1 of 8 against 1 of 4. Both differ by
    // an eighth; the later is the first behind the crossing.
    const EqualErrorPoint equal = two_hours().equal_error();
    EXPECT_EQ(equal.point.threshold, 0.5);
    EXPECT_DOUBLE_EQ(equal.rate, (1.0 / 8 + 1.0 / 4) / 2);
    DetectionErrors apart({});
    apart.add_positive(Scores{0.9});
    apart.add_negative(Scores{0.1, 0.2});
    EXPECT_EQ(apart.equal_error().rate, 0);
    EXPECT_EQ(apart.equal_error().point.threshold, 0.9);
    DetectionErrors crossed({});
    crossed.add_positive(Scores{0.1});
    crossed.add_negative(Scores{0.9});
    EXPECT_EQ(crossed.equal_error().rate, 1) << "always wrong";
}

TEST(DetectionErrors, NothingReachesIntoTheNextRecording) {
    const DetectionRule rule = {.frames_per_second = 1, .smooth = 2, .refractory = 10};
    DetectionErrors errors(rule);
    errors.add_positive(Scores{1});
    errors.add_negative(Scores{0, 1});
    errors.add_negative(Scores{});
    errors.add_negative(Scores{0.5, 0.5, 0.5});
    EXPECT_EQ(errors.scores().negatives, (Scores{0, 0.5, 0.5, 0.5, 0.5}));
    EXPECT_EQ(errors.scores().lengths, (std::vector<std::int64_t>{2, 3}));
    const std::vector<OperatingPoint> points = errors.curve();
    EXPECT_EQ(points[1].threshold, 0.5);
    EXPECT_EQ(points[1].false_alarms, 2) << "one in each, the pause covers the rest";
}

/// Scores as they are: mostly low, with some peaks.
Scores drawn(std::string_view name, std::size_t count) {
    engine::Random random(1, name, 0);
    Scores scores(count);
    for (double& score : scores) score = std::pow(random.uniform(), 8);
    return scores;
}

TEST(DetectionErrors, AgreesWithOneLongStreamAndBisectsExactly) {
    const DetectionRule rule = {.frames_per_second = 100, .smooth = 3, .refractory = 7};
    const Scores stream = drawn("negative", 1500), each = drawn("positive", 60);
    DetectionErrors errors(rule);
    errors.add_negative(stream);
    for (const double score : each) errors.add_positive({&score, 1});
    const std::vector<OperatingPoint> all = errors.curve(100000);
    Scores thresholds;
    for (const OperatingPoint& point : all) thresholds.push_back(point.threshold);
    const auto expected = operating_points(each, stream, thresholds, rule);
    for (std::size_t i = 0; i < all.size(); ++i) {
        ASSERT_EQ(all[i].false_alarms_per_hour, expected[i].false_alarms_per_hour);
        ASSERT_EQ(all[i].false_reject_rate, expected[i].false_reject_rate);
    }
    EXPECT_EQ(all.back().false_alarms, 0);
    EXPECT_EQ(all.back().false_reject_rate, 1);
    EXPECT_EQ(all.front().false_reject_rate, 0);
    for (const double rate : {240.0, 1000.0, 2400.0, 7200.0, 30000.0}) {
        const auto scanned = point_at(expected, rate);
        EXPECT_EQ(errors.point_at_rate(rate).point.threshold, scanned->threshold) << rate;
    }
}

TEST(DetectionErrors, FewPointsAreSomeOfAll) {
    DetectionErrors errors({.frames_per_second = 100, .refractory = 5});
    for (const double score : drawn("positive", 300)) errors.add_positive({&score, 1});
    errors.add_negative(drawn("negative", 5000));
    std::set<double> all;
    for (const OperatingPoint& point : errors.curve(100000)) all.insert(point.threshold);
    EXPECT_EQ(all.size(), 5301U);
    for (const std::size_t most : {2U, 3U, 4U, 5U, 50U, 5000U, 5300U}) {
        const std::vector<OperatingPoint> points = errors.curve(most);
        EXPECT_LE(points.size(), most);
        EXPECT_GE(2 * points.size(), most) << "most of what is allowed is used";
        EXPECT_EQ(points.front().threshold, *all.begin());
        EXPECT_EQ(points.back().false_alarms, 0);
        for (std::size_t i = 0; i < points.size(); ++i) {
            ASSERT_TRUE(all.contains(points[i].threshold));
            if (i == 0) continue;
            ASSERT_LT(points[i - 1].threshold, points[i].threshold);
        }
    }
    EXPECT_TRUE(std::ranges::any_of(errors.curve(50), [](const OperatingPoint& point) {
        return point.false_alarms == 1;
    })) << "the few alarms are where points are";
    EXPECT_EQ(error_code([&] { errors.curve(1); }), "E-METRIC-022");
}

TEST(DetectionErrors, EdgesAndBadInput) {
    DetectionErrors errors({});
    EXPECT_EQ(error_code([&] { errors.curve(); }), "E-METRIC-021");
    errors.add_positive(Scores{});
    EXPECT_EQ(error_code([&] { errors.point_at_rate(1); }), "E-METRIC-021");
    errors.add_negative(Scores{});
    EXPECT_EQ(error_code([&] { errors.equal_error(); }), "E-METRIC-021") << "no frames";
    errors.add_negative(Scores{0.5});
    const std::vector<OperatingPoint> points = errors.curve();
    ASSERT_EQ(points.size(), 2U);
    EXPECT_EQ(points[0].false_reject_rate, 1) << "a recording without frames is rejected";
    for (const double bad : {kInfinity, -kInfinity, std::nan("")}) {
        EXPECT_EQ(error_code([&] { errors.add_positive({&bad, 1}); }), "E-KWS-013");
        EXPECT_EQ(error_code([&] { errors.add_negative({&bad, 1}); }), "E-KWS-013");
    }
    EXPECT_EQ(errors.scores().positives.size(), 1U);
    EXPECT_EQ(errors.scores().negatives.size(), 1U);
    EXPECT_EQ(error_code([] { DetectionErrors({.frames_per_second = 0}); }), "E-KWS-018");
    EXPECT_EQ(error_code([] { DetectionErrors({.smooth = 0}); }), "E-KWS-018");
    EXPECT_EQ(error_code([] { DetectionErrors({.refractory = -1}); }), "E-KWS-018");
    // A view that is never looked at: the limit comes first.
    const Scores one(1);
    const auto huge = static_cast<std::size_t>(DetectionErrors::kMostFrames);
    EXPECT_EQ(error_code([&] { errors.add_negative({one.data(), huge}); }), "E-METRIC-020");
}

TEST(DetectionErrors, GoesOnFromItsScoresAndChecksThem) {
    const DetectionRule rule = {.frames_per_second = 4.0 / 3600};
    const DetectionErrors whole = two_hours();
    const DetectionErrors again(rule, whole.scores());
    EXPECT_EQ(again.curve().size(), whole.curve().size());
    EXPECT_EQ(again.equal_error().rate, whole.equal_error().rate);
    EXPECT_EQ(again.point_at_rate(1).point.threshold, 0.5);
    const auto code = [&](const DetectionScores& scores) {
        return error_code([&] { DetectionErrors(rule, scores); });
    };
    EXPECT_EQ(code({{-kInfinity}, {0.5}, {1}}), "none");
    EXPECT_EQ(code({{}, {}, {}}), "none");
    EXPECT_EQ(code({{kInfinity}, {0.5}, {1}}), "E-METRIC-023");
    EXPECT_EQ(code({{1}, {std::nan("")}, {1}}), "E-METRIC-023");
    const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
    for (const std::vector<std::int64_t>& lengths :
         std::vector<std::vector<std::int64_t>>{{}, {1}, {3}, {2, 0}, {-1, 3}, {huge, huge, 4}})
        EXPECT_EQ(code({{1}, {0.5, 0.5}, lengths}), "E-METRIC-023");
}

}  // namespace
}  // namespace millrace::ops
