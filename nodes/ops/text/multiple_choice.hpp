// Multiple-choice questions scored by the likelihood of each choice, as the usual evaluation
// harness of language models does. Plain functions, safe on any thread; float64 inside.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nodes/ops/text/perplexity.hpp"

namespace millrace::ops {

/// One choice after its context. The model has seen the last max_length + 1 tokens of context and
/// choice, but for the very last token.
struct Choice {
    std::string text;  ///< UTF-8, without the blank that separates it from the context
    std::vector<std::int64_t> tokens;
    Logits logits;  ///< [tokens seen, vocabulary]; the last rows, one a token, score the choice
};

struct ChoiceScore {
    double log_likelihood = 0;
    std::vector<double> token_log_probabilities;
    bool is_greedy = false;  ///< each token is the most likely of its row, the first on ties
};

/// Throws Error E-TEXT-008 for a choice without tokens or with more tokens than rows; others as
/// log_probability().
ChoiceScore score_choice(const Choice& choice);

struct QuestionScore {
    std::vector<ChoiceScore> choices;
    /// Index of the best choice by log-likelihood: whole, per character, per UTF-8 byte; the first
    /// on ties.
    std::int64_t predicted = 0, predicted_by_characters = 0, predicted_by_bytes = 0;
    bool is_right = false, is_right_by_characters = false, is_right_by_bytes = false;
    bool is_exact = false;  ///< a right choice is what greedy decoding would write
};

/// `right` holds the indices of the right choices. Throws E-TEXT-010 for no choice, an empty text
/// or a right index that does not exist; E-TEXT-001 for a text that is not UTF-8.
QuestionScore score_question(std::span<const Choice> choices, std::span<const std::int64_t> right);

/// Mean of 0 and 1 over questions, and its standard error (n - 1 in the deviation; NaN for one
/// question, both for none).
struct Accuracy {
    double mean = 0, standard_error = 0;
};
Accuracy accuracy(std::int64_t right, std::int64_t questions);
Accuracy accuracy(const std::vector<bool>& is_right);

}  // namespace millrace::ops
