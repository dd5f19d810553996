// Detection error trade-off of a keyword spotter: false rejects against false alarms per hour, over
// recordings with and without the keyword, by the decision of nodes/ops/kws/detection.hpp. Owned by
// the caller; the const members are safe on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nodes/ops/kws/detection.hpp"

namespace millrace::ops {

/// The answer to a rate that was asked for.
struct RatePoint {
    double rate = 0;  ///< false alarms per hour; above what was asked where that can't be told
    bool resolved = false;  ///< whether it is what was asked
    OperatingPoint point;   ///< of the smallest threshold with at most `rate`
};

/// What has been gathered, for a checkpoint.
struct DetectionScores {
    std::vector<double> positives;      ///< the largest smoothed score of each, -infinity for none
    std::vector<double> negatives;      ///< smoothed scores of all recordings, frame by frame
    std::vector<std::int64_t> lengths;  ///< frames of each of these recordings, none of them 0
};

struct EqualErrorPoint {
    double rate = 0;  ///< mean of the false reject rate and the share of possible false alarms
    OperatingPoint point;
};

class DetectionErrors {
public:
    static constexpr std::int64_t kMostFrames = std::int64_t{1} << 26;

    /// Throws Error E-KWS-018 for an impossible rule.
    explicit DetectionErrors(const DetectionRule& rule);
    /// From scores() of before, by the same rule. Throws Error E-METRIC-023 where they can't be.
    DetectionErrors(const DetectionRule& rule, DetectionScores scores);

    /// A recording with the keyword, [frames]; without frames it is rejected at any threshold.
    /// Throws Error E-KWS-013 for scores not finite, as the next does.
    void add_positive(std::span<const double> scores);
    /// A recording without, [frames]. Neither the mean nor the pause reaches into the next one.
    /// Throws Error E-METRIC-020 when more than kMostFrames have come together.
    void add_negative(std::span<const double> scores);

    const DetectionScores& scores() const { return scores_; }
    double hours_of_negatives() const;

    /// Points by rising threshold, from every alarm to none. All at which either rate can change,
    /// or `most` of them, at least 2, evenly by rank over the positives and by the logarithm of the
    /// rank from the top over the negatives. Throws Error E-METRIC-021 where there are no positives
    /// or no frames of negatives, as the next two do, and E-METRIC-022 for less than 2.
    std::vector<OperatingPoint> curve(std::size_t most = 500) const;

    /// The exact point for a rate in false alarms per hour. So many hours can't tell rates below
    /// one alarm in all of them: for these it gives the point of one alarm. Throws Error
    /// E-METRIC-022 for a rate that is negative or not finite.
    RatePoint point_at_rate(double false_alarms_per_hour) const;

    /// Where the false reject rate comes nearest to the share of false alarms, of as many as the
    /// pause leaves room for.
    EqualErrorPoint equal_error() const;

private:
    void require_both() const;
    OperatingPoint point(double threshold) const;
    double share_of_alarms(const OperatingPoint& point) const;
    std::vector<double> thresholds() const;
    void measure(std::span<const double> smoothed);

    DetectionRule rule_;
    DetectionScores scores_;
    std::vector<double> peaks_;  ///< of each recording of the negatives
    std::int64_t room_ = 0;      ///< for alarms in the negatives
};

}  // namespace millrace::ops
