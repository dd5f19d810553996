// Causal one-dimensional convolution over a stream of frames, and its conversion to one linear
// layer: Yang et al., LiCo-Net (arXiv 2211.04635), with the state kept as in Rybakov et al.,
// Streaming keyword spotting on mobile devices (arXiv 2005.06720). Frames are rows: [T, channels],
// oldest first. A StreamConv belongs to one stream and one thread; the functions are safe on any.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace millrace::ops {

struct ConvShape {
    std::int64_t in = 1, out = 1, kernel = 1, dilation = 1, stride = 1, groups = 1;

    /// Frames kept between chunks: (kernel - 1) * dilation - (stride - 1), at least 0.
    std::int64_t history() const;
    /// out * in / groups * kernel.
    std::int64_t weight_count() const;
};

/// Throws Error E-KWS-010 unless every size is from 1 to 65536, the groups divide both channel
/// counts, and the history has at most 2^24 values.
void check_conv_shape(const ConvShape& shape);

/// Throws Error E-KWS-011 unless there are `expected` values.
void check_value_count(std::string_view what, std::size_t found, std::int64_t expected);

/// Throws Error E-KWS-013 for NaN or infinity.
void check_finite(std::string_view what, std::span<const float> values);

/// y[t][o] = bias[o] + sum over j, c of weight[o][c][j] * x[t * stride - history + j *
/// dilation][c], frames before the first being 0. A stride above (kernel - 1) * dilation + 1
/// therefore reads the oldest frames of each step. Sums are float64 in one order, so that any
/// division of a stream into chunks gives the same bits.
class StreamConv {
public:
    /// `weight` [out][in / groups][kernel], tap 0 oldest; `bias` [out] or empty. Throws Error
    /// E-KWS-010, 011 and 013.
    StreamConv(const ConvShape& shape, std::span<const float> weight, std::span<const float> bias);

    /// `chunk` [n, in], n a multiple of the stride, perhaps 0; gives [n / stride, out]. Throws
    /// Error E-KWS-012 for other lengths and E-KWS-013, both before the state changes.
    std::vector<float> push(std::span<const float> chunk);

    /// The same before rounding to float32, for layers that go on with the sums.
    std::vector<double> push_sums(std::span<const float> chunk);

    /// Forgets all frames.
    void reset();

    /// [history, in], oldest first.
    std::span<const float> state() const { return state_; }
    const ConvShape& shape() const { return shape_; }

private:
    ConvShape shape_;
    std::vector<float> taps_;  // [out][kernel][in / groups], the order in which frames lie
    std::vector<float> bias_;
    std::vector<float> state_;
};

/// Statistics of a BatchNorm in evaluation, each [out].
struct BatchNorm {
    std::vector<float> gamma, beta, mean, variance;
    double epsilon = 1e-5;
};

struct FoldedConv {
    std::vector<float> weight, bias;
};

/// The convolution without bias that includes the BatchNorm after it: weights times
/// gamma / sqrt(variance + epsilon). `weight` holds equal parts for each channel out. Throws Error
/// E-KWS-011, 013, and E-KWS-014 for unequal parts, a variance below 0 or variance + epsilon of 0.
FoldedConv fold_batch_norm(std::span<const float> weight, const BatchNorm& norm);

/// The matrix [out, kernel * in] that gives the convolution as a product with the last `kernel`
/// frames flattened oldest first; 0 between groups. Throws Error E-KWS-010 (also for a dilation
/// other than 1 and for more than 2^26 elements) and E-KWS-011.
std::vector<float> linearize(const ConvShape& shape, std::span<const float> weight);

}  // namespace millrace::ops
