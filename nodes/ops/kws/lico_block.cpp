#include "nodes/ops/kws/lico_block.hpp"

#include <algorithm>
#include <utility>

namespace millrace::ops {
namespace {

void relu6(std::vector<double>& values) {
    for (double& value : values) value = std::clamp(value, 0.0, 6.0);
}

/// `rows` [n, in] times `weight` [out][in], plus `bias` [out].
std::vector<double> pointwise(const std::vector<double>& rows, std::span<const float> weight,
                              std::span<const float> bias) {
    const std::size_t out = bias.size(), in = weight.size() / out, n = rows.size() / in;
    std::vector<double> sums(n * out);
    for (std::size_t t = 0; t < n; ++t) {
        for (std::size_t o = 0; o < out; ++o) {
            double sum = bias[o];
            for (std::size_t i = 0; i < in; ++i)
                sum += double{weight[o * in + i]} * rows[t * in + i];
            sums[t * out + o] = sum;
        }
    }
    return sums;
}

const LicoWeights& checked(const LicoWeights& weights) {
    check_lico_weights(weights);
    return weights;
}

}  // namespace

ConvShape temporal_conv(const LicoShape& shape) {
    return {.in = shape.channels,
            .out = shape.channels,
            .kernel = shape.kernel,
            .groups = shape.temporal == Temporal::Depthwise ? shape.channels : 1};
}

void check_lico_weights(const LicoWeights& weights) {
    const LicoShape& shape = weights.shape;
    const ConvShape conv = temporal_conv(shape);
    check_conv_shape(conv);
    // Expansion has the bounds of a channel count.
    check_conv_shape({.in = shape.channels, .out = shape.expand});
    const std::int64_t middle = shape.channels * shape.expand;
    check_value_count("The temporal weight", weights.temporal.size(), conv.weight_count());
    check_value_count("The temporal bias", weights.temporal_bias.size(), shape.channels);
    check_value_count("The expanding weight", weights.expand.size(), middle * shape.channels);
    check_value_count("The expanding bias", weights.expand_bias.size(), middle);
    check_value_count("The projecting weight", weights.project.size(), middle * shape.channels);
    check_value_count("The projecting bias", weights.project_bias.size(), shape.channels);
    for (const auto* values : {&weights.temporal, &weights.temporal_bias, &weights.expand,
                               &weights.expand_bias, &weights.project, &weights.project_bias}) {
        check_finite("A LiCo block's weight", *values);
    }
}

LicoBlock::LicoBlock(LicoWeights weights)
    : weights_(std::move(weights)),
      temporal_(temporal_conv(checked(weights_).shape), weights_.temporal, weights_.temporal_bias) {
}

LicoFrames LicoBlock::push(std::span<const float> chunk) {
    std::vector<double> temporal = temporal_.push_sums(chunk);
    relu6(temporal);
    std::vector<double> expanded = pointwise(temporal, weights_.expand, weights_.expand_bias);
    relu6(expanded);
    std::vector<double> out = pointwise(expanded, weights_.project, weights_.project_bias);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += chunk[i];
    return {{temporal.begin(), temporal.end()},
            {expanded.begin(), expanded.end()},
            {out.begin(), out.end()}};
}

}  // namespace millrace::ops
