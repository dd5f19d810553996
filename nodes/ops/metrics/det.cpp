#include "nodes/ops/metrics/det.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void make_distinct(std::vector<double>& scores) {
    std::ranges::sort(scores);
    scores.erase(std::unique(scores.begin(), scores.end()), scores.end());
    // An utterance without frames has no score that a threshold could be set at.
    if (!scores.empty() && scores.front() == -kInfinity) scores.erase(scores.begin());
}

/// At most `most` of the scores, evenly by rank.
void pick_evenly(const std::vector<double>& scores, std::size_t most, std::vector<double>& picked) {
    const std::size_t count = std::min(scores.size(), most);
    for (std::size_t i = 0; i < count; ++i)
        picked.push_back(
            scores[count == 1 ? scores.size() - 1 : i * (scores.size() - 1) / (count - 1)]);
}

/// At most `most` of the scores, evenly by the logarithm of the rank from the top: curves are read
/// at few alarms, where most scores are not.
void pick_from_top(const std::vector<double>& scores, std::size_t most,
                   std::vector<double>& picked) {
    const std::size_t count = std::min(scores.size(), most);
    const double step =
        count > 1 ? std::log(static_cast<double>(scores.size())) / static_cast<double>(count - 1)
                  : 0;
    std::size_t rank = 0;
    for (std::size_t i = 0; i < count; ++i) {
        // No rank twice, and never so far down that fewer are left than are still to be picked.
        const auto wanted =
            static_cast<std::size_t>(std::llround(std::exp(step * static_cast<double>(i))));
        rank = std::min(std::max(rank + 1, wanted), scores.size() - (count - 1 - i));
        picked.push_back(scores[scores.size() - rank]);
    }
}

[[noreturn]] void throw_stored() {
    throw engine::Error({.code = "E-METRIC-023",
                         .what = "The stored scores of recordings are malformed",
                         .expected = "finite scores, and lengths of 1 or more that add up to them",
                         .found = "others",
                         .mend = "Run again without --resume, or into another folder."});
}

void check_request(bool good, const char* expected, double found) {
    if (good) return;
    throw engine::Error({.code = "E-METRIC-022",
                         .what = "What is asked of a detection curve is impossible",
                         .expected = expected,
                         .found = fmt::format("{}", found),
                         .mend = "Mend the parameter."});
}

}  // namespace

DetectionErrors::DetectionErrors(const DetectionRule& rule) : rule_(rule) {
    // Asks once for everything that the rule is used for, so that a bad one is found at once.
    const double score = 0;
    operating_points({&score, 1}, {&score, 1}, {&score, 1}, rule);
}

DetectionErrors::DetectionErrors(const DetectionRule& rule, DetectionScores scores)
    : DetectionErrors(rule) {
    const auto is_finite = [](double score) { return std::isfinite(score); };
    const bool is_good = scores.negatives.size() <= static_cast<std::size_t>(kMostFrames) &&
                         std::ranges::all_of(scores.negatives, is_finite) &&
                         std::ranges::all_of(scores.positives, [&](double score) {
                             return is_finite(score) || score == -kInfinity;
                         });
    std::span<const double> left(scores.negatives);
    for (const std::int64_t length : scores.lengths) {
        if (!is_good || length < 1 || std::cmp_greater(length, left.size())) throw_stored();
        measure(left.first(static_cast<std::size_t>(length)));
        left = left.subspan(static_cast<std::size_t>(length));
    }
    if (!is_good || !left.empty()) throw_stored();
    scores_ = std::move(scores);
}

void DetectionErrors::add_positive(std::span<const double> scores) {
    const std::vector<double> smoothed = smooth_scores(scores, rule_.smooth);
    scores_.positives.push_back(smoothed.empty() ? -kInfinity : std::ranges::max(smoothed));
}

void DetectionErrors::add_negative(std::span<const double> scores) {
    if (scores.size() > static_cast<std::size_t>(kMostFrames) - scores_.negatives.size()) {
        throw engine::Error(
            {.code = "E-METRIC-020",
             .what = "The recordings are too long to be measured together",
             .expected = fmt::format("at most {} frames", kMostFrames),
             .found = fmt::format("{} and {} more", scores_.negatives.size(), scores.size()),
             .mend = "Evaluate on a part of the recordings."});
    }
    const std::vector<double> smoothed = smooth_scores(scores, rule_.smooth);
    if (smoothed.empty()) return;
    scores_.negatives.insert(scores_.negatives.end(), smoothed.begin(), smoothed.end());
    scores_.lengths.push_back(static_cast<std::int64_t>(smoothed.size()));
    measure(smoothed);
}

void DetectionErrors::measure(std::span<const double> smoothed) {
    peaks_.push_back(std::ranges::max(smoothed));
    room_ += static_cast<std::int64_t>(alarms(smoothed, -kInfinity, rule_.refractory).size());
}

double DetectionErrors::hours_of_negatives() const {
    return static_cast<double>(scores_.negatives.size()) / (3600 * rule_.frames_per_second);
}

void DetectionErrors::require_both() const {
    if (!scores_.positives.empty() && !scores_.negatives.empty()) return;
    throw engine::Error({.code = "E-METRIC-021",
                         .what = "A detection curve needs recordings with and without the keyword",
                         .expected = "at least one of each, with frames",
                         .found = fmt::format("{} with it, {} frames without",
                                              scores_.positives.size(), scores_.negatives.size()),
                         .mend = "Check the keyword, and evaluate on both kinds."});
}

OperatingPoint DetectionErrors::point(double threshold) const {
    OperatingPoint point{.threshold = threshold};
    std::span<const double> left(scores_.negatives);
    for (std::size_t i = 0; i < peaks_.size(); ++i) {
        const auto frames = static_cast<std::size_t>(scores_.lengths[i]);
        const auto scores = left.first(frames);
        left = left.subspan(frames);
        // Most recordings have no alarm at most thresholds; this spares looking at every frame.
        if (peaks_[i] < threshold) continue;
        point.false_alarms +=
            static_cast<std::int64_t>(alarms(scores, threshold, rule_.refractory).size());
    }
    // Multiplied first, so that whole rates stay whole and compare equal to a target.
    point.false_alarms_per_hour = static_cast<double>(point.false_alarms) * 3600 *
                                  rule_.frames_per_second /
                                  static_cast<double>(scores_.negatives.size());
    point.false_rejects = std::ranges::count_if(
        scores_.positives, [threshold](double score) { return score < threshold; });
    point.false_reject_rate =
        static_cast<double>(point.false_rejects) / static_cast<double>(scores_.positives.size());
    return point;
}

double DetectionErrors::share_of_alarms(const OperatingPoint& point) const {
    return static_cast<double>(point.false_alarms) / static_cast<double>(room_);
}

std::vector<double> DetectionErrors::thresholds() const {
    std::vector<double> scores = scores_.negatives;
    scores.insert(scores.end(), scores_.positives.begin(), scores_.positives.end());
    make_distinct(scores);
    scores.push_back(std::nextafter(scores.back(), kInfinity));  // above all: no alarm
    return scores;
}

std::vector<OperatingPoint> DetectionErrors::curve(std::size_t most) const {
    require_both();
    check_request(most >= 2, "2 or more points", static_cast<double>(most));
    std::vector<double> chosen = thresholds();
    if (chosen.size() > most) {
        const double lowest = chosen.front(), above = chosen.back();
        std::vector<double> positives = scores_.positives, negatives = scores_.negatives;
        make_distinct(positives);
        make_distinct(negatives);
        chosen = {lowest, above};
        const std::size_t half = (most - 2) / 2;
        pick_evenly(positives, half, chosen);
        pick_from_top(negatives, most - chosen.size(), chosen);
        make_distinct(chosen);
    }
    std::vector<OperatingPoint> points;
    points.reserve(chosen.size());
    for (const double threshold : chosen) points.push_back(point(threshold));
    return points;
}

// A pause makes alarms() pick as many frames as can be had so far apart, so a higher threshold
// never has more of them, and both rates can be bisected.

RatePoint DetectionErrors::point_at_rate(double false_alarms_per_hour) const {
    require_both();
    check_request(false_alarms_per_hour >= 0 && std::isfinite(false_alarms_per_hour),
                  "a rate of 0 or more per hour", false_alarms_per_hour);
    const double least =
        3600 * rule_.frames_per_second / static_cast<double>(scores_.negatives.size());
    const double rate = std::max(false_alarms_per_hour, least);
    const std::vector<double> all = thresholds();
    const auto first = std::ranges::partition_point(all, [this, rate](double threshold) {
        return point(threshold).false_alarms_per_hour > rate;
    });
    return {.rate = rate, .resolved = rate == false_alarms_per_hour, .point = point(*first)};
}

EqualErrorPoint DetectionErrors::equal_error() const {
    require_both();
    const std::vector<double> all = thresholds();
    // Above all scores no alarm is left, so that one threshold at least is behind the crossing.
    const auto first = std::ranges::partition_point(all, [this](double threshold) {
        const OperatingPoint here = point(threshold);
        return share_of_alarms(here) > here.false_reject_rate;
    });
    const auto gap = [this](const OperatingPoint& at) {
        return std::abs(share_of_alarms(at) - at.false_reject_rate);
    };
    OperatingPoint best = point(*first);
    if (first != all.begin()) {
        const OperatingPoint before = point(*std::prev(first));
        if (gap(before) < gap(best)) best = before;
    }
    return {.rate = (share_of_alarms(best) + best.false_reject_rate) / 2, .point = best};
}

}  // namespace millrace::ops
