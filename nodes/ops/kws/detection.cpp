#include "nodes/ops/kws/detection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kMaxSmooth = 65536;

[[noreturn]] void throw_rule(const std::string& expected, const std::string& found) {
    throw engine::Error({.code = "E-KWS-018",
                         .what = "A rule for detections is impossible",
                         .expected = expected,
                         .found = found,
                         .mend = "Mend the parameter."});
}

void check_scores(std::span<const double> scores) {
    const auto bad = std::ranges::find_if_not(scores, [](double x) { return std::isfinite(x); });
    if (bad == scores.end()) return;
    throw engine::Error({.code = "E-KWS-013",
                         .what = "A list of scores has a value that is not finite",
                         .expected = "finite numbers",
                         .found = fmt::format("{} at {}", *bad, bad - scores.begin()),
                         .mend = "Look for the node that makes the first NaN or infinity."});
}

void check_given(std::span<const double> scores, const char* kind) {
    if (!scores.empty()) return;
    throw engine::Error({.code = "E-KWS-019",
                         .what = "A detection rate has nothing to be measured on",
                         .expected = fmt::format("at least one {}", kind),
                         .found = "none",
                         .mend = "Evaluate on data with and without the keyword."});
}

}  // namespace

std::vector<double> smooth_scores(std::span<const double> scores, std::int64_t smooth) {
    if (smooth < 1 || smooth > kMaxSmooth) {
        throw_rule(fmt::format("1 to {} frames to smooth over", kMaxSmooth),
                   fmt::format("{}", smooth));
    }
    check_scores(scores);
    std::vector<double> means(scores.size());
    for (std::size_t t = 0; t < scores.size(); ++t) {
        // Summed afresh: a running sum would drift and move scores across a threshold.
        const std::size_t count = std::min<std::size_t>(t + 1, smooth);
        const auto window = scores.subspan(t + 1 - count, count);
        means[t] = std::accumulate(window.begin(), window.end(), 0.0) / double(count);
    }
    return means;
}

std::vector<std::size_t> alarms(std::span<const double> smoothed, double threshold,
                                std::int64_t refractory) {
    if (refractory < 0) throw_rule("a pause of 0 or more frames", fmt::format("{}", refractory));
    if (std::isnan(threshold)) throw_rule("a threshold", "NaN");
    const auto pause = static_cast<std::size_t>(std::max<std::int64_t>(refractory, 1));
    std::vector<std::size_t> frames;
    for (std::size_t t = 0; t < smoothed.size();) {
        if (smoothed[t] >= threshold) {
            frames.push_back(t);
            if (pause >= smoothed.size() - t) break;
            t += pause;
        } else {
            ++t;
        }
    }
    return frames;
}

std::vector<OperatingPoint> operating_points(std::span<const double> positive_scores,
                                             std::span<const double> negative_scores,
                                             std::span<const double> thresholds,
                                             const DetectionRule& rule) {
    if (!std::isfinite(rule.frames_per_second) || !(rule.frames_per_second > 0))
        throw_rule("a positive frame rate", fmt::format("{}", rule.frames_per_second));
    check_given(positive_scores, "utterance with the keyword");
    check_given(negative_scores, "frame without the keyword");
    check_scores(positive_scores);
    const auto smoothed = smooth_scores(negative_scores, rule.smooth);
    const auto frames = double(negative_scores.size());
    std::vector<OperatingPoint> points;
    for (const double threshold : thresholds) {
        OperatingPoint point{.threshold = threshold};
        point.false_alarms = std::int64_t(alarms(smoothed, threshold, rule.refractory).size());
        // Multiplied first, so that whole rates stay whole and compare equal to a target.
        point.false_alarms_per_hour =
            double(point.false_alarms) * 3600 * rule.frames_per_second / frames;
        point.false_rejects = std::ranges::count_if(
            positive_scores, [threshold](double score) { return score < threshold; });
        point.false_reject_rate = double(point.false_rejects) / double(positive_scores.size());
        points.push_back(point);
    }
    return points;
}

std::optional<OperatingPoint> point_at(std::span<const OperatingPoint> points,
                                       double false_alarms_per_hour) {
    std::optional<OperatingPoint> best;
    for (const OperatingPoint& point : points) {
        const bool is_allowed = point.false_alarms_per_hour <= false_alarms_per_hour;
        if (is_allowed && (!best || point.threshold < best->threshold)) best = point;
    }
    return best;
}

}  // namespace millrace::ops
