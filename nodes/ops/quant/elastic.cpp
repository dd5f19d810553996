#include "nodes/ops/quant/elastic.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "engine/problem.hpp"
#include "nodes/ops/quant/check.hpp"
#include "nodes/ops/quant/end_codes.hpp"

namespace millrace::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kFloor = 1e-5;

struct CodeRange {
    double least = 0, most = 0;
};

CodeRange code_range(const ElasticOptions& options) {
    const bool three_levels = options.bits == 2 && options.rule == ElasticRule::Tbt;
    if (options.sign == ElasticSign::Unsigned) {
        return {0, three_levels ? 2 : std::pow(2, options.bits) - 1};
    }
    if (options.bits == 1 || three_levels) return {-1, 1};
    const double half = std::pow(2, options.bits - 1);
    return {-half, half - 1};
}

struct Elastic : torch::autograd::Function<Elastic> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x,
                              const at::Tensor& alpha, double least, double most, bool by_sign) {
        const double step = std::max<double>(alpha.item<float>(), static_cast<float>(kFloor));
        context->save_for_backward({x});
        context->saved_data["step"] = step;
        context->saved_data["least"] = least;
        context->saved_data["most"] = most;
        context->saved_data["by_sign"] = by_sign;
        context->saved_data["shape"] = alpha.sizes().vec();
        return by_sign ? x.sign() * step : (x / step).round().clamp(least, most) * step;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const at::Tensor x = context->get_saved_variables().front(), gradient = gradients.front();
        const double least = context->saved_data["least"].toDouble(),
                     most = context->saved_data["most"].toDouble();
        const bool by_sign = context->saved_data["by_sign"].toBool();
        const at::Tensor ratio = x / context->saved_data["step"].toDouble();
        const at::Tensor clipped = (ratio < least).logical_or(ratio > most);
        // The clipped elements move with the outermost code, the others with their rounding error.
        const at::Tensor error =
            by_sign ? x.sign()
                    : at::where(clipped, ratio.clamp(least, most), ratio.round() - ratio);
        const double weight = 1.0 / std::sqrt(static_cast<double>(x.numel()) * most);
        // The terms cancel, hence summed in double.
        const at::Tensor grad_alpha = (error.to(at::kDouble) * gradient)
                                          .sum()
                                          .mul(weight)
                                          .to(at::kFloat)
                                          .reshape(context->saved_data["shape"].toIntVector());
        return {gradient.masked_fill(clipped, 0), grad_alpha, at::Tensor(), at::Tensor(),
                at::Tensor()};
    }
};

void check_scale(const ElasticScale& scale) {
    const at::Tensor& alpha = scale.alpha;
    const bool is_scalar = alpha.defined() && alpha.device().is_cpu() && alpha.numel() == 1 &&
                           alpha.scalar_type() == at::kFloat;
    if (is_scalar && std::isfinite(alpha.item<float>())) return;
    throw engine::Error({.code = "E-QUANT-009",
                         .what = "A learned scale cannot be used",
                         .expected = "one finite float32 number",
                         .found = is_scalar ? "NaN or infinity" : "shape " + shape_text(alpha),
                         .cause = "training that diverged, or a damaged checkpoint",
                         .mend = "Load another checkpoint or lower the learning rate."});
}

void check(const at::Tensor& x, const ElasticScale& scale, const ElasticOptions& options) {
    check_values(x, "activation");
    check_bits(options.bits, 1, 8);
    check_scale(scale);
}

}  // namespace

ElasticScale ElasticScale::fresh() {
    return {at::ones({}, at::kFloat).requires_grad_(true), false};
}

void initialise_elastic(ElasticScale& scale, const at::Tensor& x, const ElasticOptions& options) {
    check(x, scale, options);
    if (scale.is_initialised) return;
    scale.is_initialised = true;
    if (scale.alpha.item<float>() != 1.0F) return;
    const double magnitude = x.detach().abs().mean().item<double>();
    const double levels = options.sign == ElasticSign::Unsigned
                              ? std::pow(2, options.bits) - 1
                              : std::max(std::pow(2, options.bits - 1) - 1, 1.0);
    const double factor = options.sign == ElasticSign::Unsigned ? 4 : 2;
    // Written to the values alone: the leaf stays the one that the optimizer knows.
    scale.alpha.detach().fill_(factor * magnitude / std::sqrt(levels));
}

at::Tensor elastic_quantize(const at::Tensor& x, ElasticScale& scale,
                            const ElasticOptions& options) {
    initialise_elastic(scale, x, options);
    const CodeRange range = code_range(options);
    const bool is_signed = options.sign == ElasticSign::Signed;
    if (is_signed || options.bits == 1) {
        return Elastic::apply(x, scale.alpha, range.least, range.most,
                              is_signed && options.bits == 1);
    }
    // The offset counts as a constant for the gradient.
    const at::Tensor least = x.detach().min();
    return Elastic::apply(x - least, scale.alpha, range.least, range.most, false) + least;
}

EndCodes elastic_ends(const at::Tensor& x, const ElasticScale& scale,
                      const ElasticOptions& options) {
    check(x, scale, options);
    const CodeRange range = code_range(options);
    const double step = std::max<double>(scale.alpha.item<float>(), static_cast<float>(kFloor));
    const at::Tensor values = x.detach();
    if (options.sign == ElasticSign::Signed) {
        if (options.bits == 1) return counted(values.ne(0));
        const at::Tensor codes = (values / step).round();
        return counted(codes.le(range.least).logical_or(codes.ge(range.most)));
    }
    const at::Tensor above = options.bits == 1 ? values : values - values.min();
    return counted((above / step).round().ge(range.most));
}

}  // namespace millrace::ops
