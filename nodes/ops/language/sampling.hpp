// The next token from a model's logits. Plain functions, safe on any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace millrace::engine {
class Random;
}

namespace millrace::ops {

/// Applied in this order: temperature, top_k, top_p.
struct Sampling {
    double temperature = 1;  ///< logits are divided by it; 0: always the likeliest token
    std::int64_t top_k = 0;  ///< only the so many likeliest, equal ones by number; 0: all
    /// Only the likeliest whose probabilities together reach it, the one that does included
    /// (Holtzman et al., arXiv 1904.09751), above 0 to 1: all.
    double top_p = 1;
};

struct Candidate {
    std::int64_t token = 0;
    double probability = 0;
};

/// Throws Error E-LM-020 for a temperature below 0, a top_k below 0 or a top_p outside 0 to 1.
void check_sampling(const Sampling& sampling);

/// The likeliest token, of equal ones the first. Logits may be -infinity, which no sample hits.
/// Throws Error E-LM-021 where there are none, NaN or infinity among them, or all are -infinity.
std::int64_t likeliest(std::span<const float> logits);

/// What a sample is drawn from: probabilities that sum to 1, without those of 0; the likeliest
/// first, equal ones by number, where top_k or top_p is on, else by number. Errors as above.
std::vector<Candidate> candidates(std::span<const float> logits, const Sampling& sampling);

/// A token drawn from candidates(). One number of `random`; none at temperature 0.
std::int64_t sample(std::span<const float> logits, const Sampling& sampling,
                    engine::Random& random);
/// The same with a list of the caller's, which keeps its memory from call to call.
std::int64_t sample(std::span<const float> logits, const Sampling& sampling, engine::Random& random,
                    std::vector<Candidate>& scratch);

}  // namespace millrace::ops
