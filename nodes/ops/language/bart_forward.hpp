// Passes of a BART: a whole source and target for training and scoring, and the encoder's and
// decoder's halves for decoding step by step. Plain functions without state, safe on any thread;
// gradients go through LibTorch's autograd.
#pragma once

#include "nodes/ops/language/bart.hpp"
#include "nodes/ops/language/seq2seq_batch.hpp"
#include "nodes/ops/language/seq2seq_losses.hpp"
#include "nodes/types/model.hpp"

namespace millrace::ops {

/// `source` [batch, source time] and `target` [batch, target time] int64, `mask` [batch, source
/// time] bool or number, 0 where padding stands (undefined: nowhere), give logits [batch, target
/// time, vocabulary]. In training with dropout, keyed by the pass's seed and item. The pass's watch
/// sees "model.encoder.layernorm_embedding" and "model.encoder.layers.N" [batch, time, width], the
/// last layer's after the final norm where norms are "pre", the same of "model.decoder", and
/// attention maps as bart_layer.hpp says; its probe looks into embeddings and layers by these
/// names, and into "lm_head". Tensors are those that Bart::check_tensors() accepts. Throws Error
/// E-LM-053 for tokens and E-LM-054 for a mask that don't fit the model or each other, E-LM-055
/// where learned scales were never set; others as the quantizers'.
at::Tensor forward(const Bart& bart, const NamedTensors& parameters, const NamedTensors& buffers,
                   const at::Tensor& source, const at::Tensor& mask, const at::Tensor& target,
                   const Pass& pass);

/// The same with everything that distillation_losses() compares.
Seq2SeqOutputs forward_outputs(const Bart& bart, const NamedTensors& parameters,
                               const NamedTensors& buffers, const Seq2SeqBatch& batch,
                               const Pass& pass);

/// The model with the learned scales that were not set yet set from this batch, without dropout,
/// and their flags: new tensors in the place of the old, all others shared. Scales that are not
/// exactly 1 keep their value. To be called once before training, on a batch like the others: it is
/// remembered.
types::Model initialise_scales(const Bart& bart, types::Model model, const Seq2SeqBatch& batch);

/// The learned scales of a model, all of them set. Throws Error E-LM-055 where some are not.
NamedScales bart_scales(const Bart& bart, const NamedTensors& parameters,
                        const NamedTensors& buffers);

/// The parameters with the layers' weights as their quantizers round them, without history, and the
/// model that a pass with them needs.
struct RoundedBart {
    NamedTensors parameters;
    Bart bart;
};
RoundedBart rounded_bart(const Bart& bart, const NamedTensors& parameters);

/// What the halves of a pass work on; all of it outlives them.
struct BartParts {
    const Bart& bart;  ///< may be that of rounded_bart()
    const NamedTensors& parameters;
    NamedScales& scales;
    const Pass& pass;
};

/// Encoder: `source` as above gives its last state [batch, source time, width] and what is blocked.
BartMemory bart_encode(const BartParts& parts, const at::Tensor& source, const at::Tensor& mask);

/// Decoder: `target` [batch, time] at positions from `first` on gives its last state [batch, time,
/// width]. With `caches`, one a layer, earlier positions are in them.
at::Tensor bart_decode(const BartParts& parts, const at::Tensor& target, std::int64_t first,
                       const BartMemory& memory, std::vector<BartLayerCache>* caches);

/// The head: [batch, time, width] to logits [batch, time, vocabulary].
at::Tensor bart_logits(const NamedTensors& parameters, const NamedTensors& buffers,
                       const at::Tensor& state);

}  // namespace millrace::ops
