// Logits of a choice behind its context, for multiple-choice questions. Keys and values of the
// beginning that two texts share are kept, so a long context is read once for all choices. Belongs
// to one thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nodes/ops/language/llama_forward.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"

namespace millrace::ops {

/// A context and a choice as one text of tokens, the last `counted` of which are the choice's.
struct ChoiceTokens {
    std::vector<std::int64_t> ids;
    std::int64_t counted = 0;
};

/// The tokens of both, parted by a blank where there is a context; the choice's are those that the
/// context alone has not. `begin` puts the begin token before them, if the tokenizer has one.
/// Throws Error E-TEXT-012 where the choice has no token of its own, and what encode() throws.
ChoiceTokens choice_tokens(const Tokenizer& tokenizer, const std::string& context,
                           const std::string& choice, Marker begin);

class ChoiceLikelihood {
public:
    /// Shares the tensors, but rounds the weights of quantized linears once. At most `most_tokens`
    /// are read before the last one, and never more than the model's context. Throws what
    /// check_tensors() and FloatCache throw.
    ChoiceLikelihood(Llama llama, const NamedTensors& parameters, std::int64_t most_tokens);

    /// Tokens read at most: of a longer text the last are seen.
    std::int64_t capacity() const { return cache_.capacity(); }

    /// Logits [counted, vocabulary] float32, a row for each token of the choice, of what came
    /// before it. Throws Error E-TEXT-012 where nothing stands before the choice, E-TEXT-011 where
    /// the choice alone is longer than what is read; others as forward().
    at::Tensor rows(const ChoiceTokens& choice);

private:
    at::Tensor feed(std::span<const std::int64_t> ids, LogitsOf logits);

    Llama llama_;
    NamedTensors parameters_;
    FloatCache cache_;
    std::vector<std::int64_t> seen_;  // what the cache holds
};

}  // namespace millrace::ops
