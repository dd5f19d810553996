// Dynamic min-max quantizers: the scale comes from the values themselves at each call. Plain
// functions without state, safe on any thread; gradients go through LibTorch's autograd.
#pragma once

#include <cstdint>
#include <limits>

namespace at {
class Tensor;
}

namespace millrace::ops {

/// Which elements share one scale.
enum class Granularity {
    Tensor,    ///< all
    LastAxis,  ///< a row of a weight [out, in], a token of an activation [batch, time, hidden]
    TwoAxes,   ///< the last two axes, a head of [batch, heads, time, width]
    Group,     ///< runs of `group_size` along the last axis; the last run may be shorter
};

/// The two published rules. LlmQat (arXiv 2305.17888 and its release) clamps nothing, adds 1e-6 to
/// the largest magnitude and 1e-6 to the scale. Tbt (arXiv 2306.01841 and its release) clamps to
/// [-clip, clip] first and has no such terms when symmetric; a group of zeros, where the release
/// gives NaN, gives zeros.
enum class MinMaxRule { LlmQat, Tbt };

struct MinMaxOptions {
    MinMaxRule rule = MinMaxRule::LlmQat;
    int bits = 8;  ///< 2 to 16
    Granularity granularity = Granularity::LastAxis;
    std::int64_t group_size = 128;  ///< for Granularity::Group
    /// Gradient passes where |x| < clip; Tbt clamps the values to it too. The releases have 2.0
    /// (LlmQat) and 2.5 (Tbt); infinity is LlmQat's paper, plain straight-through.
    double clip = 2.0;

    static constexpr double kNoClip = std::numeric_limits<double>::infinity();
};

/// Symmetric: codes -Q..Q, Q = 2^(bits-1) - 1, rounded half to even. `x` is any float32 or float64
/// tensor; the result has its shape and type. Throws Error E-QUANT-001 to 003 for a bad tensor, 005
/// for bits, 007 for a granularity that needs more axes, 008 for a clip or group size below zero.
at::Tensor min_max_symmetric(const at::Tensor& x, const MinMaxOptions& options);

/// Asymmetric: codes 0..2^bits - 1 between the smallest and the largest value of each group, with
/// 1e-8 added to their difference. A constant group gives the constant. Errors as above.
at::Tensor min_max_asymmetric(const at::Tensor& x, const MinMaxOptions& options);

}  // namespace millrace::ops
