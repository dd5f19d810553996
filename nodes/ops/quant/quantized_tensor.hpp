// One tensor quantized by any rule of this folder, with what the rounded values are made of: codes,
// and a scale and an offset for each group. Plain function, safe on any thread, no gradients.
#pragma once

#include <cstdint>

#include "nodes/ops/quant/elastic.hpp"
#include "nodes/ops/quant/linear.hpp"
#include "nodes/ops/quant/min_max.hpp"
#include "nodes/ops/quant/weights.hpp"

namespace millrace::ops {

enum class TensorRule {
    MinMax,         ///< min_max_symmetric() or min_max_asymmetric() by LLM-QAT
    ClippedMinMax,  ///< the same by Ternary and Binary Transformers
    TbtWeight,      ///< tbt_weight()
    LlmQatWeight,   ///< llmqat_weight()
    Twn,            ///< twn_weight(), whatever the bits
    Bwn,            ///< bwn_weight(), whatever the bits
    Elastic,        ///< elastic_quantize() with a fresh scale; one group
};

struct TensorQuantizer {
    TensorRule rule = TensorRule::MinMax;
    int bits = 8;
    MinMaxKind kind = MinMaxKind::Symmetric;          ///< of the min-max rules
    Granularity granularity = Granularity::LastAxis;  ///< weights: LastAxis or Tensor
    std::int64_t group_size = 128;
    double clip = 2.5;                       ///< of ClippedMinMax and Twn
    TbtRule tbt_rule = TbtRule::Release;     ///< of TbtWeight
    ElasticSign sign = ElasticSign::Signed;  ///< of Elastic
    ElasticRule elastic_rule = ElasticRule::Tbt;
};

/// value = offset + code * scale, up to rounding in float32.
struct QuantizedTensor {
    at::Tensor values;         ///< of the shape and type that was given
    at::Tensor codes;          ///< int32 of that shape
    at::Tensor group;          ///< int64 of that shape: which scale an element has
    at::Tensor scale, offset;  ///< [groups] float64; a scale of 0 where all values are alike
};

/// `x` of any shape, weights [out, in]. Errors as the rule's own function; E-QUANT-007 for a weight
/// by groups or by two axes.
QuantizedTensor quantize_tensor(const at::Tensor& x, const TensorQuantizer& quantizer);

enum class GroupFigure { Sum, Mean, Least, Greatest };

/// [groups] float64, the figure of `values` in each of the groups that `group`, int64 of the same
/// shape, numbers from 0.
at::Tensor group_figure(const at::Tensor& group, const at::Tensor& values, GroupFigure figure);

}  // namespace millrace::ops
