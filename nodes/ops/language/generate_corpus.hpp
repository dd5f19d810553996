// A corpus that the model writes itself, for training without data: LLM-QAT (arXiv 2305.17888),
// section 3.1. Plain functions, safe on any thread; each thread has its own steps.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "nodes/ops/language/generate.hpp"

namespace millrace::ops {

/// Which token a text begins with and how many of the first tokens, that one included, are the
/// prefix, of which all but the first are the likeliest.
enum class FirstToken {
    Every,   ///< every token with every prefix, as the release: vocabulary * prefixes texts
    InTurn,  ///< every token once with prefixes in turn, then again with the next prefix
    Random,  ///< both drawn at random, as the paper
};

struct SelfCorpus {
    FirstToken first = FirstToken::Every;
    /// Tokens of a prefix, the first one included. 1 to 1: all is sampled.
    std::int64_t least_prefix = 3, most_prefix = 5;
    Sampling sampling = {.top_k = 50};  ///< behind the prefix; temperature 0: the likeliest
    std::int64_t most_tokens = 2048;    ///< of a text, the first one included
    std::vector<std::int64_t> end_tokens = {};
    std::uint64_t seed = 0;
};

struct TextStart {
    std::int64_t token = 0, prefix = 0;
};

/// How text `number` begins. Throws Error E-LM-025 unless 1 <= least_prefix <= most_prefix <=
/// most_tokens, and for a number below 0 or, of FirstToken::Every, beyond the last text.
TextStart start_of(const SelfCorpus& corpus, std::int64_t vocabulary, std::int64_t number);

/// A model that remembers several texts of one length: each is read once a token for all of them.
class TextsSteps {
public:
    virtual ~TextsSteps() = default;

    virtual std::int64_t texts() const = 0;
    virtual std::int64_t vocabulary() const = 0;
    virtual std::int64_t capacity() const = 0;  ///< tokens of a text that it can see

    /// Reads a token of each text behind those seen; gives the logits [texts, vocabulary] of what
    /// follows, which stay valid until the next call.
    virtual std::span<const float> feed(std::span<const std::int64_t> tokens) = 0;
    virtual void clear() = 0;  ///< forgets all tokens
};

/// Texts `first` to `first` + `count`, at most steps.texts() of them: each its first token and what
/// the model makes of it. A text depends on seed and number; what else is written with it can
/// matter where products of several rows are summed in another order than those of one, and two
/// tokens are as good as equal. `steps` is cleared first; where it can see fewer tokens, texts end
/// there. `on_token` is asked after each token, and after a No there are no texts. Errors as above,
/// and those of sampling and `steps`.
std::vector<std::vector<std::int64_t>> self_made_texts(
    TextsSteps& steps, const SelfCorpus& corpus, std::int64_t first, std::int64_t count,
    const std::function<GoOn(std::int64_t made)>& on_token = {});

/// One text, of any decoder.
std::vector<std::int64_t> self_made_text(LanguageSteps& steps, const SelfCorpus& corpus,
                                         std::int64_t number);

}  // namespace millrace::ops
