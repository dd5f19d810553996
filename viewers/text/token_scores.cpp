#include "viewers/text/token_scores.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace millrace::viewers {

TokenScores::TokenScores(const visual::Tokens& tokens)
    : score_(tokens.tokens.size(), std::numeric_limits<double>::quiet_NaN()),
      left_over_(tokens.scores.size() > tokens.tokens.size()
                     ? tokens.scores.size() - tokens.tokens.size()
                     : 0) {
    const std::size_t both = std::min(score_.size(), tokens.scores.size());
    // Shares of the mean, so that a sum of huge scores can't overflow.
    double mean = 0, count = 0;
    for (std::size_t i = 0; i < both; ++i) {
        const double score = tokens.scores[i];
        if (!std::isfinite(score)) continue;
        score_[i] = score;
        order_.push_back(static_cast<std::uint32_t>(i));
        ++count;
        mean += score / count - mean / count;
    }
    mean_ = mean;
    std::ranges::stable_sort(order_, {}, [this](std::uint32_t token) { return score_[token]; });
}

std::optional<double> TokenScores::at(std::size_t token) const {
    if (token >= score_.size() || std::isnan(score_[token])) return {};
    return score_[token];
}

std::size_t TokenScores::rank(std::size_t token) const {
    const auto score = at(token);
    if (!score) return 0;
    const auto first = std::ranges::lower_bound(
        order_, *score, {}, [this](std::uint32_t other) { return score_[other]; });
    return static_cast<std::size_t>(first - order_.begin()) + 1;
}

double TokenScores::least() const { return order_.empty() ? 0 : score_[order_.front()]; }

double TokenScores::most() const { return order_.empty() ? 0 : score_[order_.back()]; }

std::optional<double> TokenScores::perplexity() const {
    if (!may_be_log_probabilities()) return {};
    return std::exp(-mean_);
}

std::pair<double, double> TokenScores::range(bool whole) const {
    if (order_.empty()) return {0, 1};
    constexpr std::size_t kFew = 100;  // of fewer, a hundredth is no token
    const std::size_t cut = whole || order_.size() < kFew ? 0 : order_.size() / 100;
    double low = score_[order_[cut]], high = score_[order_[order_.size() - 1 - cut]];
    if (has_both_signs()) {
        high = std::max(std::abs(low), std::abs(high));
        low = -high;
    }
    // One value alone is the low end of something.
    if (!(low < high)) high = low + std::max(1.0, std::abs(low) * 1e-3);
    return {low, high};
}

}  // namespace millrace::viewers
