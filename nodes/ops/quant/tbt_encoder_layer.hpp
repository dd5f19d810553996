// One post-norm encoder layer of the low-bit BART of Ternary and Binary Transformers (arXiv
// 2306.01841): the place of every quantizer as the released code has it. Plain function, safe on
// any thread as long as one set of scales is not shared between threads; gradients go through
// LibTorch's autograd. No dropout.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "nodes/ops/quant/linear.hpp"

namespace millrace::ops {

using NamedTensors = std::map<std::string, at::Tensor, std::less<>>;
using NamedScales = std::map<std::string, ElasticScale, std::less<>>;

struct TbtEncoderOptions {
    int heads = 8;
    double layer_norm_epsilon = 1e-5;
    TbtLayerOptions quantizers = {};
};

/// The places with a learned scale, in the names of Hugging Face's BART with the release's
/// suffixes: "self_attn.q_proj.act_clip_val", "self_attn.clip_query" and so on.
NamedScales fresh_tbt_encoder_scales();

struct TbtEncoderOutput {
    at::Tensor hidden;         ///< [batch, time, width]
    at::Tensor probabilities;  ///< [batch, heads, time, time], before they are quantized
};

/// `x` [batch, time, width], `keep` [batch, time] of which 0 marks padding (undefined: none).
/// `parameters` has weight [out, in] and bias of self_attn.{q,k,v,out}_proj, self_attn_layer_norm,
/// fc1, fc2 and final_layer_norm. Scales are used, and set at their first call, at 1 and 2 bits
/// only. Throws Error E-QUANT-012 for a missing tensor or scale, 006 where shapes don't fit or
/// heads don't divide the width; others as the quantizers'.
TbtEncoderOutput tbt_encoder_layer(const at::Tensor& x, const at::Tensor& keep,
                                   const NamedTensors& parameters, NamedScales& scales,
                                   const TbtEncoderOptions& options);

}  // namespace millrace::ops
