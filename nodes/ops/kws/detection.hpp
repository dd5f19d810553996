// From scores of a keyword to alarms, and the rates by which spotters are compared: false rejects
// (FRR) at a number of false alarms per hour. The decision is the project's own; LiCo-Net
// (arXiv 2211.04635) names only the measure. Plain functions, safe on any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace millrace::ops {

/// `smooth` frames enter the trailing mean; after an alarm the next frame looked at is `refractory`
/// frames on, at least 1.
struct DetectionRule {
    double frames_per_second = 100;
    std::int64_t smooth = 1, refractory = 0;
};

/// Mean of each score and up to smooth - 1 before it. Throws Error E-KWS-018 for a length outside 1
/// to 65536 and E-KWS-013 for scores not finite.
std::vector<double> smooth_scores(std::span<const double> scores, std::int64_t smooth);

/// Frames at which alarms sound: the first whose smoothed score reaches the threshold, then on
/// after the pause. Throws Error E-KWS-018 for a negative pause or a threshold that is NaN.
std::vector<std::size_t> alarms(std::span<const double> smoothed, double threshold,
                                std::int64_t refractory);

struct OperatingPoint {
    double threshold = 0;
    std::int64_t false_alarms = 0;
    double false_alarms_per_hour = 0;
    std::int64_t false_rejects = 0;
    double false_reject_rate = 0;
};

/// A point for each threshold, in their order. `positive_scores` holds the largest smoothed score
/// of each utterance with the keyword, `negative_scores` a stream without, frame by frame. Throws
/// Error E-KWS-019 where either is empty, E-KWS-018 and E-KWS-013.
std::vector<OperatingPoint> operating_points(std::span<const double> positive_scores,
                                             std::span<const double> negative_scores,
                                             std::span<const double> thresholds,
                                             const DetectionRule& rule);

/// The point of the smallest threshold with at most `false_alarms_per_hour`; nothing where all have
/// more.
std::optional<OperatingPoint> point_at(std::span<const OperatingPoint> points,
                                       double false_alarms_per_hour);

}  // namespace millrace::ops
