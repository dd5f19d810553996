// Linear layers whose weight and input pass through the quantizers of Ternary and Binary
// Transformers and of LLM-QAT. Plain functions, safe on any thread (one elastic scale on one thread
// at a time); gradients go through LibTorch's autograd.
#pragma once

#include "nodes/ops/quant/elastic.hpp"
#include "nodes/ops/quant/min_max.hpp"

namespace millrace::ops {

struct TbtLayerOptions {
    int weight_bits = 2;      ///< 1, 2, or 32: off
    int activation_bits = 8;  ///< 1 and 2: elastic, 3 to 16: min-max of the whole tensor, 32: off
    double clip = 2.5;        ///< of the min-max activations
};

/// An activation as the layers of arXiv 2306.01841 quantize it; `scale` is needed for 1 and 2 bits
/// only, where its absence is Error E-QUANT-009. Other errors as the quantizers'.
at::Tensor tbt_activation(const at::Tensor& x, ElasticSign sign, ElasticScale* scale,
                          const TbtLayerOptions& options);

/// input [..., in] times weight [out, in] plus bias [out] (undefined: none), all quantized but the
/// bias. Throws Error E-QUANT-006 where shapes don't fit; others as the quantizers'.
at::Tensor tbt_linear(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                      ElasticSign sign, ElasticScale* scale, const TbtLayerOptions& options);

struct LlmQatOptions {
    int weight_bits = 4;      ///< 1 to 16, or 32: off
    int activation_bits = 8;  ///< 3 to 16; 1, 2 and 32: off, as in the release
    /// Keys and values, 2 to 16, or 32: off. 16 bits are quantized too, on a grid of 65535 levels:
    /// the tables' "16" is 32 here.
    int cache_bits = 4;
    double grad_clip = 2.0;  ///< the release's gradient mask; MinMaxOptions::kNoClip as the paper
};

enum class MinMaxKind { Symmetric, Asymmetric };

/// input [..., in] times weight [out, in] as LLM-QAT quantizes them (arXiv 2305.17888): the weight
/// per row, the input per token. Errors as above.
at::Tensor llmqat_linear(const at::Tensor& input, const at::Tensor& weight,
                         const LlmQatOptions& options, MinMaxKind kind = MinMaxKind::Symmetric);

/// Keys or values [batch, time, heads * width] per token, all heads together, before heads are
/// split and rotated.
at::Tensor llmqat_cache_values(const at::Tensor& x, const LlmQatOptions& options);

}  // namespace millrace::ops
