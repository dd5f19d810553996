// Texts from a language model, one token after the other, whatever computes the model. Plain
// functions; a LanguageSteps belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "nodes/ops/language/sampling.hpp"

namespace millrace::ops {

/// A model that remembers the tokens of one text: what float and packed implementations have in
/// common.
class LanguageSteps {
public:
    virtual ~LanguageSteps() = default;

    virtual std::int64_t vocabulary() const = 0;
    virtual std::int64_t length() const = 0;    ///< tokens seen
    virtual std::int64_t capacity() const = 0;  ///< tokens that it can see

    /// Reads tokens, at least one, behind those seen; gives the logits [vocabulary] of what follows
    /// the last, which stay valid until the next call. Throws engine::Error for ids outside the
    /// vocabulary or beyond the capacity, and remembers none of them then.
    virtual std::span<const float> feed(std::span<const std::int64_t> tokens) = 0;

    /// Forgets all but the first `length` tokens.
    virtual void rewind(std::int64_t length) = 0;

    /// One of the same model and capacity that has seen nothing. Both belong to one thread.
    virtual std::unique_ptr<LanguageSteps> sibling() const = 0;
    /// Has then seen what `other`, a sibling, has. Its own first `same` tokens, which are the first
    /// of `other` too, stay where they are; the rest is copied.
    virtual void take(const LanguageSteps& other, std::int64_t same) = 0;
};

struct GenerateOptions {
    std::int64_t most_tokens = 256;  ///< to be made
    Sampling sampling = {.temperature = 0};
    std::vector<std::int64_t> end_tokens = {};  ///< any of them ends the text
};

enum class Ending {
    EndToken,    ///< the model ended the text
    MostTokens,  ///< all tokens were made that were asked for
    Full,        ///< the model can see no more tokens
    Stopped,     ///< the callback asked for it
};

struct Generated {
    std::vector<std::int64_t> tokens;  ///< without the prompt and without the end token
    Ending ending = Ending::MostTokens;
    std::int64_t end_token = -1;  ///< which of the end tokens it was; -1: none
};

enum class GoOn { Yes, No };

/// Called with each token, but not the end token, as soon as it is known.
using OnToken = std::function<GoOn(std::int64_t token)>;

/// Throws Error E-LM-022 for an empty prompt, 023 for one that is longer than what `steps` can
/// still see.
void check_prompt(const LanguageSteps& steps, std::span<const std::int64_t> prompt);

/// Goes on from what `steps` has seen with `prompt`, at least one token, and then with tokens of
/// its own; the last of these is not read by `steps`. The same numbers of `random` give the same
/// text. Throws Error E-LM-024 for options below 0, and what check_prompt(), sampling and `steps`
/// throw.
Generated generate(LanguageSteps& steps, std::span<const std::int64_t> prompt,
                   const GenerateOptions& options, engine::Random& random,
                   const OnToken& on_token = {});

}  // namespace millrace::ops
