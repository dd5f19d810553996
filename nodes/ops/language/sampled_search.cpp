#include "nodes/ops/language/sampled_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "engine/problem.hpp"
#include "engine/random.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kMostLength = std::int64_t{1} << 20;

void check(std::int64_t vocabulary, std::int64_t sources, const BeamOptions& options) {
    const auto is_token = [&](std::int64_t token) { return token >= 0 && token < vocabulary; };
    if (sources >= 0 && options.max_length >= 2 && options.max_length <= kMostLength &&
        options.min_length >= 0 && options.min_length <= options.max_length &&
        is_token(options.start) && is_token(options.end.value_or(0)) &&
        is_token(options.forced_begin.value_or(0)) && is_token(options.forced_end.value_or(0)))
        return;
    throw engine::Error(
        {.code = "E-LM-060",
         .what = "The search cannot have these options",
         .expected = fmt::format("lengths of 2 to {}, the least no more than the "
                                 "greatest, and tokens below {}",
                                 kMostLength, vocabulary),
         .found = fmt::format("lengths {} to {}, start {}, end {}", options.min_length,
                              options.max_length, options.start, options.end.value_or(-1)),
         .mend = "Correct the options of the search."});
}

std::int64_t next_token(const BeamOptions& options, std::int64_t length, std::span<float> scores,
                        const Sampling& sampling, engine::Random& random,
                        std::vector<Candidate>& scratch) {
    if (options.forced_end && length == options.max_length - 1) return *options.forced_end;
    if (options.forced_begin && length == 1) return *options.forced_begin;
    if (options.end && length < options.min_length)
        scores[static_cast<std::size_t>(*options.end)] = -std::numeric_limits<float>::infinity();
    return sample(scores, sampling, random, scratch);
}

}  // namespace

std::vector<Hypothesis> sampled_search(BeamStep& model, std::int64_t sources,
                                       const BeamOptions& options, const Sampling& sampling,
                                       engine::Random& random) {
    const std::int64_t vocabulary = model.vocabulary();
    check(vocabulary, sources, options);
    check_sampling(sampling);
    std::vector<Hypothesis> results(static_cast<std::size_t>(sources));
    std::vector<std::size_t> open, left;  // the sequences that still grow, as the model's rows
    std::vector<std::int64_t> parents, tokens;
    for (std::size_t source = 0; source < results.size(); ++source) {
        results[source].tokens.reserve(
            static_cast<std::size_t>(std::min(options.max_length, kTokensAtFirst)));
        results[source].tokens.push_back(options.start);
        open.push_back(source);
        parents.push_back(static_cast<std::int64_t>(source));
    }
    left.reserve(open.size());
    std::vector<float> scores;
    std::vector<Candidate> scratch;
    while (!open.empty()) {
        tokens.clear();
        for (const std::size_t one : open) tokens.push_back(results[one].tokens.back());
        scores.resize(open.size() * static_cast<std::size_t>(vocabulary));
        model.step(parents, tokens, scores);
        left.clear();
        parents.clear();
        for (std::size_t row = 0; row < open.size(); ++row) {
            Hypothesis& grown = results[open[row]];
            const auto length = static_cast<std::int64_t>(grown.tokens.size());
            const std::span<float> of_row = std::span(scores).subspan(
                row * static_cast<std::size_t>(vocabulary), static_cast<std::size_t>(vocabulary));
            const std::int64_t token =
                next_token(options, length, of_row, sampling, random, scratch);
            grown.tokens.push_back(token);
            grown.log_probability += static_cast<double>(of_row[static_cast<std::size_t>(token)]);
            grown.score = grown.log_probability / static_cast<double>(length);
            grown.is_finished = token == options.end;
            if (grown.is_finished || length + 1 == options.max_length) continue;
            left.push_back(open[row]);
            parents.push_back(static_cast<std::int64_t>(row));
        }
        std::swap(open, left);
    }
    return results;
}

}  // namespace millrace::ops
