#include "nodes/ops/kws/stream_conv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kMaxSize = 65536;
constexpr std::int64_t kMaxHistoryValues = std::int64_t{1} << 24;
constexpr std::int64_t kMaxMatrixValues = std::int64_t{1} << 26;

[[noreturn]] void throw_shape(const std::string& expected, const std::string& found) {
    throw engine::Error({.code = "E-KWS-010",
                         .what = "A convolution has an impossible shape",
                         .expected = expected,
                         .found = found,
                         .mend = "Check the layer's sizes in the model."});
}

[[noreturn]] void throw_norm(const std::string& expected, const std::string& found) {
    throw engine::Error({.code = "E-KWS-014",
                         .what = "A BatchNorm cannot be folded",
                         .expected = expected,
                         .found = found,
                         .mend = "Check that layer and BatchNorm come from one model."});
}

}  // namespace

std::int64_t ConvShape::history() const {
    return std::max<std::int64_t>(0, (kernel - 1) * dilation - (stride - 1));
}

std::int64_t ConvShape::weight_count() const { return out * (in / groups) * kernel; }

void check_conv_shape(const ConvShape& shape) {
    for (const std::int64_t size :
         {shape.in, shape.out, shape.kernel, shape.dilation, shape.stride, shape.groups}) {
        if (size < 1 || size > kMaxSize)
            throw_shape(fmt::format("sizes from 1 to {}", kMaxSize), fmt::format("{}", size));
    }
    if (shape.in % shape.groups != 0 || shape.out % shape.groups != 0) {
        throw_shape("groups that divide both channel counts",
                    fmt::format("{} groups for {} channels in and {} out", shape.groups, shape.in,
                                shape.out));
    }
    // At most 2^32 frames of 2^16 values, so the product cannot overflow.
    if (shape.history() * shape.in > kMaxHistoryValues) {
        throw_shape(fmt::format("a history of at most {} values", kMaxHistoryValues),
                    fmt::format("{} frames of {} channels", shape.history(), shape.in));
    }
}

void check_value_count(std::string_view what, std::size_t found, std::int64_t expected) {
    if (expected >= 0 && found == static_cast<std::size_t>(expected)) return;
    throw engine::Error({.code = "E-KWS-011",
                         .what = fmt::format("{} has the wrong number of values", what),
                         .expected = fmt::format("{}", expected),
                         .found = fmt::format("{}", found),
                         .mend = "Check that weights and layer sizes come from one model."});
}

void check_finite(std::string_view what, std::span<const float> values) {
    const auto bad = std::ranges::find_if_not(values, [](float x) { return std::isfinite(x); });
    if (bad == values.end()) return;
    throw engine::Error({.code = "E-KWS-013",
                         .what = fmt::format("{} has a value that is not finite", what),
                         .expected = "finite numbers",
                         .found = fmt::format("{} at {}", *bad, bad - values.begin()),
                         .mend = "Look for the node that makes the first NaN or infinity."});
}

StreamConv::StreamConv(const ConvShape& shape, std::span<const float> weight,
                       std::span<const float> bias)
    : shape_(shape) {
    check_conv_shape(shape);
    check_value_count("A convolution's weight", weight.size(), shape.weight_count());
    if (!bias.empty()) check_value_count("A convolution's bias", bias.size(), shape.out);
    check_finite("A convolution's weight", weight);
    check_finite("A convolution's bias", bias);
    const std::size_t width = shape.in / shape.groups, kernel = shape.kernel, out = shape.out;
    taps_.resize(weight.size());
    for (std::size_t o = 0; o < out; ++o) {
        for (std::size_t c = 0; c < width; ++c) {
            for (std::size_t j = 0; j < kernel; ++j)
                taps_[(o * kernel + j) * width + c] = weight[(o * width + c) * kernel + j];
        }
    }
    bias_.assign(bias.begin(), bias.end());
    bias_.resize(out);
    state_.resize(shape.history() * shape.in);
}

std::vector<double> StreamConv::push_sums(std::span<const float> chunk) {
    const std::size_t in = shape_.in, out = shape_.out, kernel = shape_.kernel;
    const std::size_t step = shape_.stride * in, dilation = shape_.dilation * in;
    if (chunk.size() % step != 0) {
        throw engine::Error(
            {.code = "E-KWS-012",
             .what = "A chunk of frames has the wrong length",
             .expected = fmt::format("a multiple of {} frames of {} values", shape_.stride, in),
             .found = fmt::format("{} values", chunk.size()),
             .mend = "Feed whole frames, as many at a time as the stride."});
    }
    check_finite("A chunk of frames", chunk);
    std::vector<float> frames(state_);
    frames.insert(frames.end(), chunk.begin(), chunk.end());
    const std::size_t rows = chunk.size() / step;
    const std::size_t width = in / shape_.groups, outs_per_group = out / shape_.groups;
    std::vector<double> sums(rows * out);
    for (std::size_t t = 0; t < rows; ++t) {
        const float* tap = taps_.data();
        for (std::size_t o = 0; o < out; ++o) {
            const float* frame = frames.data() + t * step + o / outs_per_group * width;
            double sum = bias_[o];
            for (std::size_t j = 0; j < kernel; ++j, frame += dilation, tap += width) {
                for (std::size_t c = 0; c < width; ++c) sum += double{tap[c]} * double{frame[c]};
            }
            sums[t * out + o] = sum;
        }
    }
    std::copy(frames.end() - static_cast<std::ptrdiff_t>(state_.size()), frames.end(),
              state_.begin());
    return sums;
}

std::vector<float> StreamConv::push(std::span<const float> chunk) {
    const std::vector<double> sums = push_sums(chunk);
    return {sums.begin(), sums.end()};
}

void StreamConv::reset() { std::ranges::fill(state_, 0.0F); }

FoldedConv fold_batch_norm(std::span<const float> weight, const BatchNorm& norm) {
    const std::size_t out = norm.gamma.size();
    const auto count = static_cast<std::int64_t>(out);
    check_value_count("A BatchNorm's beta", norm.beta.size(), count);
    check_value_count("A BatchNorm's mean", norm.mean.size(), count);
    check_value_count("A BatchNorm's variance", norm.variance.size(), count);
    if (out == 0 || weight.size() % out != 0) {
        throw_norm("a weight in equal parts for each channel",
                   fmt::format("{} values for {} channels", weight.size(), out));
    }
    for (const auto* values : {&norm.gamma, &norm.beta, &norm.mean, &norm.variance})
        check_finite("A BatchNorm", *values);
    FoldedConv folded{{weight.begin(), weight.end()}, std::vector<float>(out)};
    const std::size_t row = weight.size() / out;
    for (std::size_t o = 0; o < out; ++o) {
        const double spread = double{norm.variance[o]} + norm.epsilon;
        if (norm.variance[o] < 0 || !(spread > 0)) {
            throw_norm("a variance of 0 or more, above 0 with epsilon added",
                       fmt::format("{} with epsilon {} for channel {}", norm.variance[o],
                                   norm.epsilon, o));
        }
        const double scale = double{norm.gamma[o]} / std::sqrt(spread);
        for (float& w : std::span(folded.weight).subspan(o * row, row))
            w = static_cast<float>(w * scale);
        folded.bias[o] = static_cast<float>(double{norm.beta[o]} - double{norm.mean[o]} * scale);
    }
    return folded;
}

std::vector<float> linearize(const ConvShape& shape, std::span<const float> weight) {
    check_conv_shape(shape);
    if (shape.dilation != 1) throw_shape("a dilation of 1", fmt::format("{}", shape.dilation));
    check_value_count("A convolution's weight", weight.size(), shape.weight_count());
    if (shape.out * shape.kernel * shape.in > kMaxMatrixValues) {
        throw_shape(fmt::format("a matrix of at most {} elements", kMaxMatrixValues),
                    fmt::format("{} by {}", shape.out, shape.kernel * shape.in));
    }
    const std::size_t in = shape.in, out = shape.out, kernel = shape.kernel;
    const std::size_t width = in / shape.groups, outs_per_group = out / shape.groups;
    std::vector<float> matrix(out * kernel * in);
    for (std::size_t o = 0; o < out; ++o) {
        const std::size_t first = o / outs_per_group * width;
        for (std::size_t c = 0; c < width; ++c) {
            for (std::size_t j = 0; j < kernel; ++j)
                matrix[(o * kernel + j) * in + first + c] = weight[(o * width + c) * kernel + j];
        }
    }
    return matrix;
}

}  // namespace millrace::ops
