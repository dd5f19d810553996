// Which of the things that a BART's pass shows are what its distillation compares. Plain function,
// any thread.
#pragma once

#include <string>

#include "nodes/ops/language/seq2seq_losses.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::ops {

/// Files a tensor that a pass's watch saw under `name` behind those of its kind: the embedding's
/// output and each layer's as hidden states, attention maps as such. False for what is neither.
bool add_seen(Seq2SeqOutputs& outputs, const std::string& name, const at::Tensor& tensor);

}  // namespace millrace::ops
