#include "nodes/ops/text/perplexity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

[[noreturn]] void throw_sizes(const std::string& expected, const std::string& found) {
    throw engine::Error({.code = "E-TEXT-008",
                         .what = "Logits and tokens do not fit",
                         .expected = expected,
                         .found = found,
                         .mend = "Check that both come from the same text and model."});
}

void check_logits(const Logits& logits, std::int64_t rows) {
    const bool is_whole = logits.vocabulary > 0 &&
                          static_cast<std::int64_t>(logits.values.size()) % logits.vocabulary == 0;
    if (is_whole && logits.rows() == rows) return;
    throw_sizes(
        fmt::format("{} rows of a vocabulary", rows),
        fmt::format("{} logits for a vocabulary of {}", logits.values.size(), logits.vocabulary));
}

double mean_of(double sum, std::int64_t count) {
    return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / double(count);
}

}  // namespace

double log_probability(std::span<const float> row, std::int64_t id) {
    if (id < 0 || id >= static_cast<std::int64_t>(row.size())) {
        throw engine::Error({.code = "E-TEXT-007",
                             .what = "A token is not in the vocabulary",
                             .expected = fmt::format("0 to {}", std::int64_t(row.size()) - 1),
                             .found = fmt::format("{}", id),
                             .mend = "Use the tokenizer that belongs to the model."});
    }
    double most = -std::numeric_limits<double>::infinity();
    bool is_number = true;
    for (const float value : row) {
        is_number = is_number && !std::isnan(value);
        most = std::max(most, double(value));
    }
    if (!is_number || !std::isfinite(most)) {
        throw engine::Error({.code = "E-TEXT-006",
                             .what = "Logits are not numbers",
                             .expected = "at least one finite number, no NaN, no plus infinity",
                             .found = is_number ? fmt::format("{} as the largest", most) : "NaN",
                             .cause = "training that diverged, or a damaged checkpoint",
                             .mend = "Load another checkpoint."});
    }
    double sum = 0;
    for (const float value : row) sum += std::exp(double(value) - most);
    return double(row[id]) - most - std::log(sum);
}

double TokenLoss::mean() const { return mean_of(sum, count); }
double TokenLoss::perplexity() const { return std::exp(mean()); }

TokenLoss token_loss(const Logits& logits, std::span<const std::int64_t> targets,
                     std::int64_t ignored) {
    check_logits(logits, static_cast<std::int64_t>(targets.size()));
    TokenLoss loss;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const bool counts = targets[i] != ignored;
        // Less 0, not minus 0, where the token is certain.
        const double nll =
            counts ? 0.0 - log_probability(logits.row(std::int64_t(i)), targets[i]) : 0.0;
        loss.negative_log_likelihood.push_back(nll);
        loss.sum += nll;
        loss.count += counts;
    }
    return loss;
}

std::vector<Window> sliding_windows(std::int64_t tokens, std::int64_t size, std::int64_t stride) {
    if (stride < 1 || stride > size) {
        throw engine::Error({.code = "E-TEXT-009",
                             .what = "The windows do not cover the text",
                             .expected = "a stride from 1 to the window's size",
                             .found = fmt::format("stride {}, size {}", stride, size),
                             .mend = "Lower the stride."});
    }
    std::vector<Window> windows;
    for (std::int64_t begin = 0, scored = 0; scored < tokens; begin += stride) {
        const std::int64_t end = std::min(begin + size, tokens);
        windows.push_back({begin, end, scored});
        scored = end;
    }
    return windows;
}

WindowLoss window_loss(const Logits& logits, const Window& window,
                       std::span<const std::int64_t> text, std::int64_t ignored) {
    const auto length = static_cast<std::int64_t>(text.size());
    if (window.begin < 0 || window.end > length || window.begin >= window.end) {
        throw_sizes(fmt::format("a window inside {} tokens", length),
                    fmt::format("{} to {}", window.begin, window.end));
    }
    check_logits(logits, window.end - window.begin);
    WindowLoss loss;
    for (auto at = std::max(window.first_new, window.begin + 1); at < window.end; ++at) {
        if (text[at] == ignored) continue;
        loss.scored_positions.push_back(at);
        loss.sum -= log_probability(logits.row(at - 1 - window.begin), text[at]);
    }
    return loss;
}

WindowedPerplexity pooled_perplexity(std::span<const WindowLoss> windows) {
    WindowedPerplexity pooled;
    double means = 0;
    std::int64_t with_tokens = 0;
    for (const WindowLoss& window : windows) {
        const auto count = static_cast<std::int64_t>(window.scored_positions.size());
        pooled.sum += window.sum;
        pooled.count += count;
        if (count == 0) continue;
        means += window.sum / double(count);
        ++with_tokens;
    }
    pooled.mean = mean_of(pooled.sum, pooled.count);
    pooled.perplexity = std::exp(pooled.mean);
    pooled.perplexity_mean_of_windows = std::exp(mean_of(means, with_tokens));
    return pooled;
}

}  // namespace millrace::ops
