#include "engine/visual/calibrate/search.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace millrace::visual {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr int kRounds = 9;  ///< of halved steps: from 0.5 degrees to 0.002, from 0.05 m to 0.2 mm

/// What is tried in each round: the axes, and shifts with the turn that keeps in place what is so
/// far away. Along those ridges the score hardly falls, and steps along single axes get stuck.
const std::array<Correction, 10> kWays = [] {
    std::array<Correction, 10> ways = {};
    for (std::size_t i = 0; i < kCorrectionAxes.size(); ++i)
        ways[i].values[i] = is_turn(kCorrectionAxes[i]) ? 0.5 * kDegree : 0.05;
    std::size_t next = kCorrectionAxes.size();
    for (const double metres : {8.0, 20.0}) {
        Correction& aside = ways[next++];
        aside[CorrectionAxis::X] = 0.05;
        aside[CorrectionAxis::Yaw] = -0.05 / metres;
        Correction& down = ways[next++];
        down[CorrectionAxis::Y] = 0.05;
        down[CorrectionAxis::Pitch] = 0.05 / metres;
    }
    return ways;
}();

class Search {
public:
    Search(const AlignmentItems& items, const Correction& from, const std::stop_token& stop,
           const SearchProgress& progress)
        : items_(items), stop_(stop), progress_(progress) {
        result_.correction = from;
        result_.before = result_.after = alignment_score(items, from);
    }

    SearchResult run() {
        look_round();
        for (int round = 0; round < kRounds && !stopped(); ++round) {
            climb(std::ldexp(1.0, -round));
            tell(0.3 + 0.7 * (round + 1) / kRounds);
        }
        result_.stopped = stop_.stop_requested();
        return result_;
    }

private:
    bool stopped() const { return stop_.stop_requested(); }
    void tell(double share) const {
        if (progress_) progress_(share, result_.correction);
    }

    bool attempt(const Correction& at) {
        if (at == result_.correction) return false;
        const AlignmentScore score = alignment_score(items_, at);
        if (!(score.value > result_.after.value)) return false;
        result_.correction = at;
        result_.after = score;
        return true;
    }

    /// Turns move the whole image, so that the nearest peak need not be the right one.
    void look_round() {
        const Correction from = result_.correction;
        constexpr int kSteps = 6;
        constexpr double kStep = 0.25 * kDegree;
        for (int yaw = -kSteps; yaw <= kSteps && !stopped(); ++yaw) {
            for (int pitch = -kSteps; pitch <= kSteps; ++pitch) {
                Correction at = from;
                at[CorrectionAxis::Yaw] += yaw * kStep;
                at[CorrectionAxis::Pitch] += pitch * kStep;
                attempt(limited(at));
            }
            tell(0.3 * (yaw + kSteps + 1) / (2 * kSteps + 1));
        }
    }

    void climb(double share) {
        constexpr int kMostSteps = 40;
        for (int i = 0; i < kMostSteps && !stopped(); ++i) {
            bool better = false;
            for (const Correction& way : kWays) {
                for (const double length : {share, -share}) {
                    Correction at = result_.correction;
                    for (std::size_t k = 0; k < at.values.size(); ++k)
                        at.values[k] += length * way.values[k];
                    better = attempt(limited(at)) || better;
                }
            }
            if (!better) return;
        }
    }

    const AlignmentItems& items_;
    const std::stop_token& stop_;
    const SearchProgress& progress_;
    SearchResult result_;
};

}  // namespace

SearchResult improve_alignment(const AlignmentItems& items, const Correction& from,
                               const std::stop_token& stop, const SearchProgress& progress) {
    return Search(items, limited(from), stop, progress).run();
}

}  // namespace millrace::visual
