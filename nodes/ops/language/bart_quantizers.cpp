#include "nodes/ops/language/bart_quantizers.hpp"

#include <ATen/ATen.h>

#include <vector>

#include "nodes/ops/quant/check.hpp"
#include "nodes/ops/quant/linear.hpp"

namespace millrace::ops {
namespace {

constexpr int kOff = 32;

/// A baseline for weights, of an activation as one matrix.
at::Tensor baseline_activation(const at::Tensor& x, const BartQuantization& options) {
    check_values(x, "activation");
    const at::Tensor matrix = x.reshape({-1, x.dim() == 0 ? 1 : x.size(-1)});
    const at::Tensor quantized = options.activations == 1
                                     ? bwn_weight(matrix, WeightScale::Matrix)
                                     : twn_weight(matrix, WeightScale::Matrix, options.clip);
    return quantized.reshape(x.sizes());
}

/// With statistics of all that is given.
at::Tensor whole_activation(const at::Tensor& x, ElasticSign sign, ElasticScale* scale,
                            const BartQuantization& options) {
    if (options.activations <= 2) {
        switch (options.activation_method) {
            case ActivationMethod::Twn:
                return baseline_activation(x, options);
            case ActivationMethod::Bit:
                if (!scale) break;
                return elastic_quantize(
                    x, *scale,
                    {.bits = options.activations, .sign = sign, .rule = ElasticRule::Bit});
            case ActivationMethod::Elastic:
                break;
        }
    }
    return tbt_activation(x, sign, scale,
                          {.activation_bits = options.activations, .clip = options.clip});
}

bool goes_by_statistics(ElasticSign sign, const BartQuantization& options) {
    if (options.activations == kOff) return false;
    if (options.activations > 2 || options.activation_method == ActivationMethod::Twn) return true;
    return sign == ElasticSign::Unsigned && options.activations > 1;
}

}  // namespace

at::Tensor bart_weight(const at::Tensor& weight, int bits, const BartQuantization& options) {
    if (bits == kOff) return weight;
    switch (options.method) {
        case WeightMethod::Twn:
            check_bits(bits, 2, 2);
            return twn_weight(weight, WeightScale::Row, options.clip);
        case WeightMethod::Bwn:
            check_bits(bits, 1, 1);
            return bwn_weight(weight, WeightScale::Row);
        case WeightMethod::Tbt:
            break;
    }
    return tbt_weight(weight, {.bits = bits, .rule = options.rule});
}

bool is_by_row(const BartQuantization& options) {
    // BWN subtracts the whole matrix's mean.
    return options.method != WeightMethod::Bwn;
}

at::Tensor bart_activation(const at::Tensor& x, ElasticSign sign, ElasticScale* scale,
                           const BartQuantization& options, const at::Tensor& counted) {
    const auto quantize = [&](const at::Tensor& part) {
        return whole_activation(part, sign, scale, options);
    };
    if (options.statistics == Statistics::Batch || !goes_by_statistics(sign, options) ||
        (x.size(0) == 1 && !counted.defined()))
        return quantize(x);
    const at::Tensor mask = counted.defined() ? counted.expand_as(x) : counted;
    std::vector<at::Tensor> items;
    for (std::int64_t i = 0; i < x.size(0); ++i) {
        const at::Tensor item = x[i];
        const bool is_whole = !mask.defined() || !mask[i].any().item<bool>();
        items.push_back(is_whole ? quantize(item)
                                 : at::zeros_like(item).masked_scatter(
                                       mask[i], quantize(item.masked_select(mask[i]))));
    }
    return at::stack(items);
}

EndCodes bart_weight_ends(const at::Tensor& weight, int bits, const BartQuantization& options) {
    if (bits == kOff) return {};
    return low_bit_ends(bart_weight(weight, bits, options).detach());
}

EndCodes bart_activation_ends(const at::Tensor& x, ElasticSign sign, const ElasticScale* scale,
                              const BartQuantization& options) {
    const int bits = options.activations;
    if (bits == kOff) return {};
    if (bits > 2) {
        return min_max_ends(
            x,
            {.rule = MinMaxRule::Tbt,
             .bits = bits,
             .granularity = Granularity::Tensor,
             .clip = options.clip},
            sign == ElasticSign::Signed ? MinMaxKind::Symmetric : MinMaxKind::Asymmetric);
    }
    if (options.activation_method == ActivationMethod::Twn)
        return low_bit_ends(baseline_activation(x, options).detach());
    if (!scale) return {};
    const bool is_bit = options.activation_method == ActivationMethod::Bit;
    return elastic_ends(
        x, *scale,
        {.bits = bits, .sign = sign, .rule = is_bit ? ElasticRule::Bit : ElasticRule::Tbt});
}

}  // namespace millrace::ops
