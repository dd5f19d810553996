// Pairs of token sequences as one batch of tensors, for models with an encoder and a decoder. Plain
// values and functions, safe on any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nodes/types/tensor.hpp"

namespace millrace::ops {

/// The label that losses ignore.
inline constexpr std::int64_t kIgnoredLabel = -100;

struct Seq2SeqBatch {
    at::Tensor source;  ///< [batch, source time] int64, padded at the end
    at::Tensor mask;    ///< [batch, source time] bool, true where a token stands
    at::Tensor target;  ///< [batch, target time] int64: what the decoder reads
    at::Tensor labels;  ///< [batch, target time] int64: what it should answer, or kIgnoredLabel
};

struct Seq2SeqTokens {
    std::int64_t pad = 1, decoder_start = 2;
};

/// Sources and targets as they stand, with begin and end tokens that the model wants; the decoder
/// reads each target after its start token, one place later. Throws Error E-LM-062 where there are
/// none, not as many of one as of the other, or a sequence is empty.
Seq2SeqBatch make_seq2seq_batch(std::span<const std::vector<std::int64_t>> sources,
                                std::span<const std::vector<std::int64_t>> targets,
                                const Seq2SeqTokens& tokens);

}  // namespace millrace::ops
