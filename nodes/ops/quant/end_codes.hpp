// How many values a quantizer puts on the outermost codes of its grid: much there says that the
// grid is too narrow, or has so few levels that most of it is ends. An end that stands for zero or
// for the tensor's own minimum (of an unsigned grid) does not count. Plain functions without state,
// safe on any thread; errors as the quantizers'.
#pragma once

#include "nodes/ops/quant/elastic.hpp"
#include "nodes/ops/quant/linear.hpp"

namespace millrace::ops {

struct EndCodes {
    double at_ends = 0, all = 0;

    /// 0 to 1; NaN where nothing was counted.
    double share() const;
    EndCodes& operator+=(const EndCodes& other);
};

/// Of a mask: true where a value has an outermost code.
EndCodes counted(const at::Tensor& at_end);

/// Of min_max_symmetric() and min_max_asymmetric(): whose grids end at the largest magnitude of
/// each group, or at its least and largest value. A group of zeros, or of one value where it is
/// asymmetric, has none.
EndCodes min_max_ends(const at::Tensor& x, const MinMaxOptions& options,
                      MinMaxKind kind = MinMaxKind::Symmetric);

/// Of values that are already on a grid of two or three levels about zero.
EndCodes low_bit_ends(const at::Tensor& quantized);

/// Of what llmqat_linear() makes of its input and its weight, and of llmqat_cache_values(); nothing
/// where that is off.
EndCodes llmqat_input_ends(const at::Tensor& x, const LlmQatOptions& options, MinMaxKind kind);
EndCodes llmqat_weight_ends(const at::Tensor& weight, const LlmQatOptions& options);
EndCodes llmqat_cache_ends(const at::Tensor& x, const LlmQatOptions& options);

/// Of elastic_quantize() with a scale that is set.
EndCodes elastic_ends(const at::Tensor& x, const ElasticScale& scale,
                      const ElasticOptions& options);

}  // namespace millrace::ops
