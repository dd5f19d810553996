#include "nodes/ops/quant/linear.hpp"

#include <ATen/ATen.h>

#include "engine/problem.hpp"
#include "nodes/ops/quant/check.hpp"
#include "nodes/ops/quant/weights.hpp"

namespace millrace::ops {
namespace {

constexpr int kOff = 32;

MinMaxOptions per_token(int bits, const LlmQatOptions& options) {
    return {.rule = MinMaxRule::LlmQat,
            .bits = bits,
            .granularity = Granularity::LastAxis,
            .clip = options.grad_clip};
}

}  // namespace

at::Tensor tbt_activation(const at::Tensor& x, ElasticSign sign, ElasticScale* scale,
                          const TbtLayerOptions& options) {
    const int bits = options.activation_bits;
    if (bits == kOff) return x;
    if (bits > 2) {
        const MinMaxOptions whole{.rule = MinMaxRule::Tbt,
                                  .bits = bits,
                                  .granularity = Granularity::Tensor,
                                  .clip = options.clip};
        return sign == ElasticSign::Signed ? min_max_symmetric(x, whole)
                                           : min_max_asymmetric(x, whole);
    }
    if (!scale) {
        throw engine::Error({.code = "E-QUANT-009",
                             .what = "A learned scale cannot be used",
                             .expected = "a scale for 1 and 2 bits",
                             .found = "none",
                             .mend = "Give the place a fresh scale before its first call."});
    }
    return elastic_quantize(x, *scale, {.bits = bits, .sign = sign});
}

at::Tensor tbt_linear(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                      ElasticSign sign, ElasticScale* scale, const TbtLayerOptions& options) {
    check_linear(input, weight, bias);
    const at::Tensor effective =
        options.weight_bits == kOff ? weight : tbt_weight(weight, {.bits = options.weight_bits});
    const at::Tensor quantized = tbt_activation(input, sign, scale, options);
    return bias.defined() ? at::linear(quantized, effective, bias)
                          : at::linear(quantized, effective);
}

at::Tensor llmqat_linear(const at::Tensor& input, const at::Tensor& weight,
                         const LlmQatOptions& options, MinMaxKind kind) {
    check_linear(input, weight, {});
    const int bits = options.activation_bits;
    at::Tensor quantized = input;
    if (bits != kOff) {
        check_bits(bits, 1, 16);
        if (bits > 2) {
            quantized = kind == MinMaxKind::Symmetric
                            ? min_max_symmetric(input, per_token(bits, options))
                            : min_max_asymmetric(input, per_token(bits, options));
        }
    }
    return at::linear(
        quantized, llmqat_weight(weight, options.weight_bits, WeightScale::Row, options.grad_clip));
}

at::Tensor llmqat_cache_values(const at::Tensor& x, const LlmQatOptions& options) {
    if (options.cache_bits == kOff) return x;
    return min_max_symmetric(x, per_token(options.cache_bits, options));
}

}  // namespace millrace::ops
