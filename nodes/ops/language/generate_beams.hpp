// The best of several texts that a decoder goes on with, by beam search. Each beam has a cache of
// its own, whatever computes the model; where two part, only the tokens since they last agreed are
// copied. Plain functions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "nodes/ops/language/beam_search.hpp"
#include "nodes/ops/language/generate.hpp"

namespace millrace::ops {

struct BeamWriting {
    std::int64_t most_tokens = 256;  ///< to be made, the end token included
    std::int64_t beams = 4;          ///< 1 to 4096
    double length_penalty = 1;       ///< see BeamOptions; the prompt does not count
    std::optional<std::int64_t> end_token = {};
};

struct BeamText {
    Generated made;
    double log_probability = 0, score = 0;  ///< see Hypothesis; 0 where nothing was made
};

/// Goes on from what `steps` has seen with `prompt`, at least one token, and then with the best
/// sequence that the search finds. `on_step` is asked before each further token of the beams; after
/// a No the best so far is the text. In the end `steps` has seen the prompt alone. Throws Error
/// E-LM-024 for fewer tokens than 0, and what check_prompt(), beam_search() and `steps` throw.
BeamText generate_beams(LanguageSteps& steps, std::span<const std::int64_t> prompt,
                        const BeamWriting& options, const std::function<GoOn()>& on_step = {});

}  // namespace millrace::ops
