#include "nodes/ops/language/sampling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "engine/problem.hpp"
#include "engine/random.hpp"

namespace millrace::ops {
namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

[[noreturn]] void throw_sampling(std::string what, std::string expected, std::string found) {
    throw engine::Error({.code = "E-LM-020",
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = "Temperature 1, top_k 50 and top_p 1 suit most models."});
}

/// By falling probability, then by number.
bool is_before(const Candidate& a, const Candidate& b) {
    return a.probability > b.probability || (a.probability == b.probability && a.token < b.token);
}

void keep_likeliest(std::vector<Candidate>& list, std::int64_t top_k) {
    const auto count =
        top_k == 0 ? list.size() : std::min(list.size(), static_cast<std::size_t>(top_k));
    std::partial_sort(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(count), list.end(),
                      is_before);
    list.resize(count);
}

double sum(const std::vector<Candidate>& list) {
    double sum = 0;
    for (const Candidate& candidate : list) sum += candidate.probability;
    return sum;
}

void keep_share(std::vector<Candidate>& list, double top_p) {
    const double enough = top_p * sum(list);
    double reached = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
        reached += list[i].probability;
        if (reached >= enough) return list.resize(i + 1);
    }
}

/// What candidates() gives, in the place of what is in `list`.
void fill_candidates(std::span<const float> logits, const Sampling& sampling,
                     std::vector<Candidate>& list) {
    check_sampling(sampling);
    const std::int64_t best = likeliest(logits);
    list.clear();
    if (sampling.temperature == 0) return list.push_back({.token = best, .probability = 1});
    list.reserve(logits.size());
    const double most = logits[static_cast<std::size_t>(best)];
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const double weight = std::exp((logits[i] - most) / sampling.temperature);
        if (weight > 0)
            list.push_back({.token = static_cast<std::int64_t>(i), .probability = weight});
    }
    if (sampling.top_k > 0 || sampling.top_p < 1) keep_likeliest(list, sampling.top_k);
    if (sampling.top_p < 1) keep_share(list, sampling.top_p);
    const double total = sum(list);
    for (Candidate& candidate : list) candidate.probability /= total;
}

}  // namespace

void check_sampling(const Sampling& sampling) {
    if (!(sampling.temperature >= 0) || !std::isfinite(sampling.temperature))
        throw_sampling("The temperature is out of range", "0 and up",
                       fmt::format("{}", sampling.temperature));
    if (sampling.top_k < 0)
        throw_sampling("top_k is out of range", "0 (all) and up",
                       fmt::format("{}", sampling.top_k));
    if (!(sampling.top_p > 0 && sampling.top_p <= 1))
        throw_sampling("top_p is out of range", "above 0 to 1", fmt::format("{}", sampling.top_p));
}

std::int64_t likeliest(std::span<const float> logits) {
    const auto refuse = [](std::string found) {
        throw engine::Error({.code = "E-LM-021",
                             .what = "No token can be drawn from these logits",
                             .expected = "numbers below infinity, one of them finite",
                             .found = std::move(found),
                             .cause = "training that diverged, or a damaged checkpoint",
                             .mend = "Load another checkpoint."});
    };
    if (logits.empty()) refuse("no logits");
    std::size_t best = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        if (std::isnan(logits[i]) || logits[i] == -kForbidden)
            refuse(fmt::format("{} for token {}", logits[i], i));
        if (logits[i] > logits[best]) best = i;
    }
    if (logits[best] == kForbidden) refuse("-infinity for every token");
    return static_cast<std::int64_t>(best);
}

std::vector<Candidate> candidates(std::span<const float> logits, const Sampling& sampling) {
    std::vector<Candidate> list;
    fill_candidates(logits, sampling, list);
    return list;
}

std::int64_t sample(std::span<const float> logits, const Sampling& sampling,
                    engine::Random& random) {
    std::vector<Candidate> list;
    return sample(logits, sampling, random, list);
}

std::int64_t sample(std::span<const float> logits, const Sampling& sampling, engine::Random& random,
                    std::vector<Candidate>& scratch) {
    fill_candidates(logits, sampling, scratch);
    const std::vector<Candidate>& list = scratch;
    if (sampling.temperature == 0) return list.front().token;
    double left = random.uniform();
    for (const Candidate& candidate : list) {
        left -= candidate.probability;
        if (left < 0) return candidate.token;
    }
    return list.back().token;  // rounding left a little over
}

}  // namespace millrace::ops
