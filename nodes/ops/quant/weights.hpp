// Weight quantizers whose scales are statistics of the weights, and the baselines they are compared
// with. Rows are output channels: a weight is [out, in], an embedding [vocabulary, width]. Plain
// functions, safe on any thread; gradients go through LibTorch's autograd. A row of zeros gives
// zeros with the gradient unchanged, also where the releases give NaN. All throw Error E-QUANT-001
// to 003 for a bad tensor, 004 unless it has two axes, 005 for bits that the method lacks.
#pragma once

#include <cstdint>

#include "nodes/types/tensor.hpp"

namespace millrace::ops {

/// What one scale goes over.
enum class WeightScale { Row, Matrix };

/// Release: as the published code computes it, gradient unchanged. Paper: equations 8 to 10 of
/// arXiv 2306.01841, the mean is subtracted first and not added back, the gradient passes where
/// |(w - mean) / scale| < 1.
enum class TbtRule { Release, Paper };

struct TbtWeightOptions {
    int bits = 2;  ///< 1: scale * sign(w); 2: scale * round(clamp(w / scale, -1, 1))
    TbtRule rule = TbtRule::Release;
    WeightScale scale = WeightScale::Row;
};

/// Binary (scale mean|w|) and ternary (scale 4/3 mean|w|) weights of Ternary and Binary
/// Transformers (arXiv 2306.01841).
at::Tensor tbt_weight(const at::Tensor& weight, const TbtWeightOptions& options);

/// Codes and scales to pack, row by row.
struct WeightCodes {
    at::Tensor codes;  ///< [out, in] int8: -1, 0, 1 (ternary) or -1, 1 (binary)
    at::Tensor scale;  ///< [out] float32
    /// Elements that were exactly 0: a binary weight has no code for them, so they became +1.
    std::int64_t zeros_made_positive = 0;
};

/// The codes of tbt_weight() by the rule of the release.
WeightCodes tbt_codes(const at::Tensor& weight, int bits);

/// TWN: clamp to [-clip, clip], threshold 0.7 mean|w|, level the mean of what exceeds it; the
/// gradient is 0 where |w| >= clip. Error E-QUANT-008 unless clip > 0.
at::Tensor twn_weight(const at::Tensor& weight, WeightScale scale, double clip = 2.5);

/// BWN: mean|w| * sign(w - mean of the whole matrix), gradient unchanged.
at::Tensor bwn_weight(const at::Tensor& weight, WeightScale scale);

/// The weight of LLM-QAT (arXiv 2305.17888 and its release): 1 bit mean|w| * sign(w), 2 bits four
/// half-integer levels, 3 to 16 bits symmetric min-max whose gradient passes where |w| < grad_clip;
/// 32 leaves it as it is.
at::Tensor llmqat_weight(const at::Tensor& weight, int bits, WeightScale scale = WeightScale::Row,
                         double grad_clip = 2.0);

}  // namespace millrace::ops
