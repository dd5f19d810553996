// Sequences drawn at random from a model that gives the next token's log-probabilities, several
// sources at once. Plain function; the model and the random numbers belong to the caller.
#pragma once

#include <cstdint>
#include <vector>

#include "nodes/ops/language/beam_search.hpp"
#include "nodes/ops/language/sampling.hpp"

namespace millrace::ops {

/// One sequence for each of `sources`, drawn token by token; of the options min_length, max_length,
/// start, end, forced_begin and forced_end are used. Scores are the mean logarithms of the tokens'
/// probability in the model itself, whatever the sampling. Throws Error E-LM-060 as beam_search()
/// and what sample() throws.
std::vector<Hypothesis> sampled_search(BeamStep& model, std::int64_t sources,
                                       const BeamOptions& options, const Sampling& sampling,
                                       engine::Random& random);

}  // namespace millrace::ops
