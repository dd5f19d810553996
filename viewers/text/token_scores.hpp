// Scores of tokens as numbers: which there are, how they spread, and which token comes next from
// the lowest one up. Plain values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/visual/visual.hpp"

namespace millrace::viewers {

class TokenScores {
public:
    TokenScores() = default;
    /// Of tokens without a score, or with one that is not finite, there is none.
    explicit TokenScores(const visual::Tokens& tokens);

    std::size_t tokens() const { return score_.size(); }
    std::size_t scored() const { return order_.size(); }
    /// Scores that were given beyond the last token.
    std::size_t left_over() const { return left_over_; }
    std::optional<double> at(std::size_t token) const;
    /// 1 for the lowest score; equal scores share the first one's rank.
    std::size_t rank(std::size_t token) const;
    /// Tokens by rising score, equal ones as they stand.
    const std::vector<std::uint32_t>& order() const { return order_; }

    double mean() const { return mean_; }
    double least() const;
    double most() const;
    /// Log-probabilities are never above 0; any other scores have no perplexity.
    bool may_be_log_probabilities() const { return scored() > 0 && most() <= 0; }
    /// exp(-mean), natural logarithms.
    std::optional<double> perplexity() const;

    /// What colours stretch over: all scores, or those between the 1st and the 99th of a hundred.
    /// The ends differ. With both signs it reaches as far below 0 as above.
    std::pair<double, double> range(bool whole) const;
    bool has_both_signs() const { return scored() > 0 && least() < 0 && most() > 0; }

private:
    std::vector<double> score_;
    std::vector<std::uint32_t> order_;
    std::size_t left_over_ = 0;
    double mean_ = 0;
};

}  // namespace millrace::viewers
