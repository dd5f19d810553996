// Beam search over a model that gives the next token's log-probabilities: several sources at once,
// each with its own beams. The search knows numbers alone, no tensor library; the model behind
// BeamStep keeps what it needs of earlier tokens. A search owns nothing beyond its call and gives
// the same for the same numbers. It takes memory at its start, for as many sequences as there can
// be, and each time these double in length; a further token takes none. Ties go to the earlier
// beam, then to the lower token. Lengths count as in Hugging Face's generate(): the start token and
// the end token are among them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace millrace::ops {

/// A model, one step at a time. Rows are the sequences that still grow, of all sources.
class BeamStep {
public:
    virtual ~BeamStep() = default;
    virtual std::int64_t vocabulary() const = 0;
    /// Row r goes on from row parents[r] of the call before, in the first call from source
    /// parents[r], by the token tokens[r]. Writes [rows, vocabulary] natural logarithms of the next
    /// token's probability; minus infinity is a token that cannot come.
    virtual void step(std::span<const std::int64_t> parents, std::span<const std::int64_t> tokens,
                      std::span<float> log_probabilities) = 0;
};

/// When a source is done that has as many finished sequences as beams.
enum class EarlyStopping {
    Now,     ///< at once
    Likely,  ///< when the best open one, ended here, would not be among them
    Exact,   ///< when no open one can get among them any more
};

struct BeamOptions {
    std::int64_t beams = 4;        ///< 1 to 4096
    double length_penalty = 1;     ///< score = sum of logarithms / generated^length_penalty
    std::int64_t min_length = 0;   ///< tokens before the end token, at least
    std::int64_t max_length = 20;  ///< tokens in all, 2 to 2^20
    EarlyStopping stopping = EarlyStopping::Likely;
    std::int64_t no_repeat_ngram = 0;     ///< so many tokens in a row come once; 0: no such rule
    std::int64_t start = 2;               ///< what a sequence begins with
    std::optional<std::int64_t> end = 2;  ///< and ends with; none: it ends at max_length
    /// The first generated token, and the one at max_length: no other can come, and it costs
    /// nothing.
    std::optional<std::int64_t> forced_begin = {}, forced_end = {};
    std::int64_t returned = 1;  ///< sequences of each source, at most as many as beams
};

/// Sequences have room for so many tokens at first, then for twice as many and so on.
inline constexpr std::int64_t kTokensAtFirst = 64;

struct Hypothesis {
    std::vector<std::int64_t> tokens;  ///< from the start token on, with the end token if finished
    double log_probability = 0;        ///< the generated tokens' sum
    double score = 0;
    bool is_finished = false;
};

/// For each of `sources` the best sequences, best first: fewer than `returned` where there are no
/// more, those that max_length cut off among them. `generated` is the number of tokens behind the
/// start token, and n-grams are counted there. A beam with no token left that is allowed is
/// dropped; where all are, the sequences so far are the result. Throws Error E-LM-060 for options
/// or a vocabulary out of range, E-LM-061 where a step gives NaN.
std::vector<std::vector<Hypothesis>> beam_search(BeamStep& model, std::int64_t sources,
                                                 const BeamOptions& options);

/// The likeliest token each time: the search with one beam, of whose other options `beams`,
/// `stopping` and `returned` are not used.
std::vector<Hypothesis> greedy_search(BeamStep& model, std::int64_t sources,
                                      const BeamOptions& options);

}  // namespace millrace::ops
