#include "nodes/ops/quant/quantized_tensor.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/problem.hpp"
#include "nodes/ops/quant/check.hpp"

namespace millrace::ops {
namespace {

constexpr double kElasticFloor = 1e-5;

bool is_weight(TensorRule rule) {
    return rule == TensorRule::TbtWeight || rule == TensorRule::LlmQatWeight ||
           rule == TensorRule::Twn || rule == TensorRule::Bwn;
}

WeightScale weight_scale(const TensorQuantizer& quantizer) {
    if (quantizer.granularity == Granularity::LastAxis) return WeightScale::Row;
    if (quantizer.granularity == Granularity::Tensor) return WeightScale::Matrix;
    throw engine::Error({.code = "E-QUANT-007",
                         .what = "This quantizer of weights has no such groups",
                         .expected = "a scale a row, or one for the matrix",
                         .found = "groups or two axes",
                         .mend = "Choose the last axis or the whole tensor."});
}

/// Which group each element is in, int64 of x's shape.
at::Tensor groups_of(const at::Tensor& x, const TensorQuantizer& quantizer) {
    const auto granularity =
        quantizer.rule == TensorRule::Elastic ? Granularity::Tensor : quantizer.granularity;
    if (granularity == Granularity::Tensor) return at::zeros(x.sizes(), at::kLong);
    const std::int64_t columns = x.size(-1), rows = x.numel() / columns;
    at::Tensor group = at::arange(rows).unsqueeze(1).expand({rows, columns});
    if (granularity == Granularity::TwoAxes) {
        group = group.div(x.size(-2), "floor");
    } else if (granularity == Granularity::Group) {
        const std::int64_t each = quantizer.group_size, in_row = (columns + each - 1) / each;
        group = group * in_row + at::arange(columns).div(each, "floor");
    }
    return group.reshape(x.sizes()).contiguous();
}

at::Tensor rounded(const at::Tensor& x, const TensorQuantizer& quantizer, ElasticScale& learned) {
    const auto by_min_max = [&](MinMaxRule rule, double clip) {
        const MinMaxOptions options{.rule = rule,
                                    .bits = quantizer.bits,
                                    .granularity = quantizer.granularity,
                                    .group_size = quantizer.group_size,
                                    .clip = clip};
        return quantizer.kind == MinMaxKind::Symmetric ? min_max_symmetric(x, options)
                                                       : min_max_asymmetric(x, options);
    };
    switch (quantizer.rule) {
        case TensorRule::MinMax:
            return by_min_max(MinMaxRule::LlmQat, MinMaxOptions::kNoClip);
        case TensorRule::ClippedMinMax:
            return by_min_max(MinMaxRule::Tbt, quantizer.clip);
        case TensorRule::TbtWeight:
            return tbt_weight(x, {.bits = quantizer.bits,
                                  .rule = quantizer.tbt_rule,
                                  .scale = weight_scale(quantizer)});
        case TensorRule::LlmQatWeight:
            return llmqat_weight(x, quantizer.bits, weight_scale(quantizer));
        case TensorRule::Twn:
            return twn_weight(x, weight_scale(quantizer), quantizer.clip);
        case TensorRule::Bwn:
            return bwn_weight(x, weight_scale(quantizer));
        default:
            return elastic_quantize(
                x, learned,
                {.bits = quantizer.bits, .sign = quantizer.sign, .rule = quantizer.elastic_rule});
    }
}

struct Steps {
    at::Tensor scale, offset;
};

Steps min_max_steps(const at::Tensor& x, const at::Tensor& group, TensorRule rule, MinMaxKind kind,
                    const TensorQuantizer& quantizer) {
    const at::Tensor inside =
        rule == TensorRule::ClippedMinMax ? x.clamp(-quantizer.clip, quantizer.clip) : x;
    if (kind == MinMaxKind::Asymmetric) {
        const at::Tensor least = group_figure(group, inside, GroupFigure::Least);
        const at::Tensor range = group_figure(group, inside, GroupFigure::Greatest) - least + 1e-8;
        return {range / (std::pow(2, quantizer.bits) - 1), least};
    }
    const double levels = std::pow(2, quantizer.bits - 1) - 1;
    const at::Tensor most = group_figure(group, inside.abs(), GroupFigure::Greatest);
    const at::Tensor scale =
        rule == TensorRule::MinMax ? (levels / (most + 1e-6) + 1e-6).reciprocal() : most / levels;
    return {scale, at::zeros_like(scale)};
}

Steps steps(const at::Tensor& x, const at::Tensor& values, const at::Tensor& group,
            const TensorQuantizer& quantizer, const ElasticScale& learned) {
    if (quantizer.rule == TensorRule::Elastic) {
        const double step = std::max<double>(learned.alpha.item<float>(), kElasticFloor);
        const bool has_offset = quantizer.sign == ElasticSign::Unsigned && quantizer.bits > 1;
        const double offset = has_offset ? x.min().item<double>() : 0;
        return {at::full({1}, step, at::kDouble), at::full({1}, offset, at::kDouble)};
    }
    if (!is_weight(quantizer.rule))
        return min_max_steps(x, group, quantizer.rule, quantizer.kind, quantizer);
    if (quantizer.rule == TensorRule::LlmQatWeight && quantizer.bits == 2) {
        const at::Tensor mean = group_figure(group, x.abs(), GroupFigure::Mean);
        return {mean, mean / 2};
    }
    if (quantizer.rule == TensorRule::LlmQatWeight && quantizer.bits > 2)
        return min_max_steps(x, group, TensorRule::MinMax, MinMaxKind::Symmetric, quantizer);
    // One level each side of 0, so the largest magnitude is the step.
    const at::Tensor scale = group_figure(group, values.abs(), GroupFigure::Greatest);
    return {scale, at::zeros_like(scale)};
}

}  // namespace

at::Tensor group_figure(const at::Tensor& group, const at::Tensor& values, GroupFigure figure) {
    const at::Tensor index = group.contiguous(), wide = values.to(at::kDouble).contiguous();
    const auto* of = index.data_ptr<std::int64_t>();
    const auto* value = wide.data_ptr<double>();
    std::vector<double> figures, counts;
    for (std::int64_t i = 0; i < wide.numel(); ++i) {
        const auto g = static_cast<std::size_t>(of[i]);
        if (g >= figures.size()) {
            figures.resize(g + 1);
            counts.resize(g + 1);
        }
        const bool is_first = counts[g]++ == 0;
        if (is_first) {
            figures[g] = value[i];
        } else if (figure == GroupFigure::Least) {
            figures[g] = std::min(figures[g], value[i]);
        } else if (figure == GroupFigure::Greatest) {
            figures[g] = std::max(figures[g], value[i]);
        } else {
            figures[g] += value[i];
        }
    }
    if (figure == GroupFigure::Mean) {
        for (std::size_t g = 0; g < figures.size(); ++g) figures[g] /= counts[g];
    }
    return at::tensor(figures, at::kDouble);
}

QuantizedTensor quantize_tensor(const at::Tensor& x, const TensorQuantizer& quantizer) {
    check_values(x, "tensor");
    const at::NoGradGuard no_gradients;
    const at::Tensor given = x.detach();
    if (quantizer.rule == TensorRule::LlmQatWeight) check_bits(quantizer.bits, 1, 16);
    ElasticScale learned = ElasticScale::fresh();
    const at::Tensor values = rounded(given, quantizer, learned).detach();
    const at::Tensor group = groups_of(given, quantizer);
    const auto [scale, offset] = steps(given, values, group, quantizer, learned);
    const auto of_element = [&](const at::Tensor& each) {
        return each.index_select(0, group.reshape({-1})).reshape(given.sizes());
    };
    const at::Tensor step = of_element(scale);
    const at::Tensor codes =
        at::where(step > 0, (values.to(at::kDouble) - of_element(offset)) / step, 0.0).round();
    return {.values = values,
            .codes = codes.to(at::kInt),
            .group = group,
            .scale = scale,
            .offset = offset};
}

}  // namespace millrace::ops
