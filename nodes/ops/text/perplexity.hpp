// Negative log-likelihood of tokens from logits, perplexity, and sliding windows over long texts.
// Plain functions, safe on any thread; float32 in, float64 inside.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace millrace::ops {

/// Logits [rows, vocabulary], row-major; minus infinity rules an id out.
struct Logits {
    std::span<const float> values;
    std::int64_t vocabulary = 0;

    std::int64_t rows() const {
        return vocabulary > 0 ? static_cast<std::int64_t>(values.size()) / vocabulary : 0;
    }
    std::span<const float> row(std::int64_t index) const {
        return values.subspan(index * vocabulary, vocabulary);
    }
};

/// Natural log-softmax of one row at `id`. Throws Error E-TEXT-006 for NaN, plus infinity, or a row
/// of minus infinity alone, E-TEXT-007 for an id outside the vocabulary.
double log_probability(std::span<const float> row, std::int64_t id);

struct TokenLoss {
    std::vector<double> negative_log_likelihood;  ///< [rows], 0 where ignored
    std::int64_t count = 0;                       ///< targets that were not ignored
    double sum = 0;

    double mean() const;        ///< NaN for none
    double perplexity() const;  ///< exp of the mean
};

/// Row i scores targets[i]; `ignored` is left out. Throws as log_probability(), and E-TEXT-008
/// where sizes don't fit.
TokenLoss token_loss(const Logits& logits, std::span<const std::int64_t> targets,
                     std::int64_t ignored = -100);

/// Tokens [begin, end) of the text that the model sees at once.
struct Window {
    std::int64_t begin = 0, end = 0;
    std::int64_t first_new = 0;  ///< those before were scored in an earlier window
};

/// Windows of `size` tokens at 0, stride, 2 stride…, the last being the first that reaches the end.
/// Throws E-TEXT-009 unless 1 <= stride <= size; a larger stride would leave tokens unscored.
std::vector<Window> sliding_windows(std::int64_t tokens, std::int64_t size, std::int64_t stride);

struct WindowLoss {
    std::vector<std::int64_t> scored_positions;  ///< in the text
    double sum = 0;
};

/// Row i of the window's logits predicts its token i + 1. Scored are new tokens that are not
/// `ignored`; a window's own first token never is. Throws as token_loss().
WindowLoss window_loss(const Logits& logits, const Window& window,
                       std::span<const std::int64_t> text, std::int64_t ignored = -100);

struct WindowedPerplexity {
    double sum = 0;
    std::int64_t count = 0;
    double mean = 0;                        ///< NaN for no token
    double perplexity = 0;                  ///< exp of the mean over tokens
    double perplexity_mean_of_windows = 0;  ///< exp of the mean of windows' means, as averaging
                                            ///< block losses gives
};
WindowedPerplexity pooled_perplexity(std::span<const WindowLoss> windows);

}  // namespace millrace::ops
