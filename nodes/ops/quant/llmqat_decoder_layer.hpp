// One decoder layer of the LLaMA architecture with the quantizers of LLM-QAT (arXiv 2305.17888)
// where the released code has them. Plain function, safe on any thread; gradients go through
// LibTorch's autograd.
#pragma once

#include <cstdint>
#include <vector>

#include "nodes/ops/quant/tbt_encoder_layer.hpp"

namespace millrace::ops {

struct LlmQatDecoderOptions {
    int heads = 32;
    int key_value_heads = 32;  ///< a divisor of heads; each serves a run of query heads
    double norm_epsilon = 1e-6;
    double rotary_base = 10000;
    LlmQatOptions quantizers = {};
};

struct LlmQatDecoderOutput {
    at::Tensor hidden;  ///< [batch, time, width]
    at::Tensor
        attention;  ///< [batch, time, width] of the output projection, before the residual sum
    /// [batch, key_value_heads, time, head width]; keys are quantized first and then rotated.
    at::Tensor keys, values;
};

/// `x` [batch, time, width] at `positions` [time], each token seeing those before it. `parameters`:
/// weights [out, in] of self_attn.{q,k,v,o}_proj, mlp.{gate,up,down}_proj, and [width] of
/// input_layernorm and post_attention_layernorm; no biases. Rotary embedding by split halves. Norms
/// and softmax in float32. Throws Error E-QUANT-012 for a missing tensor, 006 where shapes don't
/// fit; others as the quantizers'.
LlmQatDecoderOutput llmqat_decoder_layer(const at::Tensor& x,
                                         const std::vector<std::int64_t>& positions,
                                         const NamedTensors& parameters,
                                         const LlmQatDecoderOptions& options);

}  // namespace millrace::ops
