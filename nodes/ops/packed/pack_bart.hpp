// A low-bit BART's tensors as a packed model. Plain functions, any thread.
//
// Names are those of the float model, with learned scales as floats of no axes and
// "final_logits_bias". "model.shared.weight" is what the lookup reads, packed where embeddings are
// quantized; "lm_head.weight" is the head where it is another matrix than that: the latent float
// weight, or int8.
#pragma once

#include <cstdint>
#include <string_view>

#include "nodes/ops/language/bart.hpp"
#include "nodes/ops/packed/pack_llama.hpp"

namespace millrace::ops {

/// Linears whose weights the spec leaves in float are float rows, whatever their inputs. Throws
/// Error E-PACK-032 where no layer's weight has 1 or 2 bits, 034 for activations that have no
/// product with such weights, float ones, or that have no codes anywhere: of 9 bits and more, or of
/// 1 and 2 bits with scales that are not learned or four levels. Others as check_tensors(),
/// bart_scales() and the quantizers.
types::PackedModel pack_bart(const Bart& bart, const NamedTensors& parameters,
                             const NamedTensors& buffers, const PackOptions& options = {});

/// Whether the parameter of that name is the weight of a linear that is packed.
bool is_packed_linear(const Bart& bart, std::string_view name);

/// Throws Error E-PACK-032 and 034 as above, 035 for heads of more than kMostHeadColumns.
void check_packable(const Bart& bart);

}  // namespace millrace::ops
