// The losses that train a low-bit encoder-decoder to follow its full-precision teacher (Ternary and
// Binary Transformers, arXiv 2306.01841, section 3, and its release). Plain values and functions,
// safe on any thread; gradients to the student go through LibTorch's autograd, the teacher gets
// none.
#pragma once

#include <string>
#include <vector>

#include "nodes/types/tensor.hpp"

namespace millrace::ops {

/// What a pass shows. Hidden states [batch, time, width] are the embedding's output and every
/// layer's; attention maps [batch, heads, queries, keys] are before dropout and quantization, one a
/// layer.
struct Seq2SeqOutputs {
    at::Tensor logits;  ///< [batch, target time, vocabulary]
    std::vector<at::Tensor> encoder_hidden, decoder_hidden;
    std::vector<at::Tensor> encoder_attention, decoder_attention, cross_attention;
};

/// A term of weight 0 is left out; with all but `task` 0 no teacher is needed.
struct DistillationWeights {
    double task = 1;        ///< cross-entropy of the labels, mean over those not ignored
    double logits = 1;      ///< soft cross-entropy, mean over all positions, padding included
    double hidden = 1;      ///< mean squared errors of each hidden state, encoder's and decoder's
    double attention = 1;   ///< the same of each attention map, self and cross
    double last_state = 1;  ///< encoder's last state: mean squared errors summed over the batch
};

struct LossTerm {
    std::string name;
    double weight = 1;
    at::Tensor value;  ///< no axes, not weighted
};

struct DistillationLosses {
    std::vector<LossTerm> terms;
    at::Tensor total;  ///< their weighted sum
};

/// Terms "task", "logits", "encoder_hidden", "decoder_hidden", "encoder_attention",
/// "decoder_attention", "cross_attention" and "last_state" for labels [batch, target time] int64,
/// -100 ignored. Throws Error E-LM-056 where student and teacher have not the same number of
/// layers, E-LM-057 for a weight below 0 or none above it; others as the losses of
/// nodes/ops/training/losses.hpp.
DistillationLosses distillation_losses(const Seq2SeqOutputs& student, const Seq2SeqOutputs& teacher,
                                       const at::Tensor& labels,
                                       const DistillationWeights& weights = {});

}  // namespace millrace::ops
