// Adapters from the cases of the `quant` files to nodes/ops/quant: quantizers, layers, losses.
#include <ATen/ATen.h>

#include <functional>
#include <map>
#include <string>

#include "nodes/ops/language/bart_layer.hpp"
#include "nodes/ops/language/llama_layer.hpp"
#include "nodes/ops/quant/gptq.hpp"
#include "nodes/ops/quant/smooth_quant.hpp"
#include "nodes/ops/quant/weights.hpp"
#include "tests/golden/torch_items.hpp"
#include "tests/golden/tree.hpp"

namespace millrace::golden {
namespace {

int integer(const Case& given, std::string_view name) { return int(given.param(name)); }

void backward(const at::Tensor& output, const Case& given) {
    (output * to_torch(given.input("grad_output"))).sum().backward();
}

/// A quantizer of one tensor: its value and the gradient to its input.
Operation quantizer(std::function<at::Tensor(const at::Tensor&, const Case&)> quantize) {
    return [quantize = std::move(quantize)](const Case& given) -> Members {
        const at::Tensor x = leaf(given.input("input"));
        const at::Tensor output = quantize(x, given);
        backward(output, given);
        return {{"output", from_torch(output)}, {"grad_input", gradient_of(x)}};
    };
}

Operation min_max(ops::MinMaxRule rule, ops::MinMaxKind kind) {
    return quantizer([rule, kind](const at::Tensor& x, const Case& given) {
        const std::string& name = text_of(given, "granularity");
        const ops::MinMaxOptions options{
            .rule = rule,
            .bits = integer(given, "bits"),
            .granularity = name == "per_tensor"    ? ops::Granularity::Tensor
                           : name == "per_head_4d" ? ops::Granularity::TwoAxes
                                                   : ops::Granularity::LastAxis,
            .clip = given.params.at("clip").list().at(1).number()};
        return kind == ops::MinMaxKind::Symmetric ? ops::min_max_symmetric(x, options)
                                                  : ops::min_max_asymmetric(x, options);
    });
}

ops::WeightScale weight_scale(const Case& given) {
    return text_of(given, "granularity") == "per_row" ? ops::WeightScale::Row
                                                      : ops::WeightScale::Matrix;
}

at::Tensor tbt_weight(const at::Tensor& x, const Case& given) {
    return ops::tbt_weight(x, {.bits = integer(given, "bits"), .scale = weight_scale(given)});
}

Operation elastic(ops::ElasticRule rule, ops::ElasticSign sign) {
    return [rule, sign](const Case& given) -> Members {
        const at::Tensor x = leaf(given.input("input"));
        ops::ElasticScale scale = ops::ElasticScale::fresh();
        scale.alpha.detach().fill_(given.param("alpha"));
        scale.is_initialised = flag_of(given, "alpha_initialised");
        const at::Tensor output = ops::elastic_quantize(
            x, scale, {.bits = integer(given, "bits"), .sign = sign, .rule = rule});
        backward(output, given);
        return {{"output", from_torch(output)},
                {"grad_input", gradient_of(x)},
                {"grad_alpha", gradient_of(scale.alpha)},
                {"alpha_after_forward", from_torch(scale.alpha)}};
    };
}

Members tbt_linear(const Case& given) {
    const at::Tensor x = leaf(given.input("input")),
                     weight = leaf(given.params.at("weight").tensor()),
                     bias = leaf(given.params.at("bias").tensor());
    ops::ElasticScale scale = ops::ElasticScale::fresh();
    const auto sign =
        flag_of(given, "signed") ? ops::ElasticSign::Signed : ops::ElasticSign::Unsigned;
    const at::Tensor output = ops::tbt_linear(
        x, weight, bias, sign, &scale,
        {.weight_bits = integer(given, "w_bits"), .activation_bits = integer(given, "a_bits")});
    backward(output, given);
    return {
        {"output", from_torch(output)},           {"grad_input", gradient_of(x)},
        {"grad_weight", gradient_of(weight)},     {"grad_bias", gradient_of(bias)},
        {"grad_alpha", gradient_of(scale.alpha)}, {"alpha_after_forward", from_torch(scale.alpha)}};
}

Members llmqat_linear(const Case& given) {
    const at::Tensor x = leaf(given.input("input")),
                     weight = leaf(given.params.at("weight").tensor());
    const at::Tensor output = ops::llmqat_linear(
        x, weight,
        {.weight_bits = integer(given, "w_bits"), .activation_bits = integer(given, "a_bits")},
        text_of(given, "activation") == "sym" ? ops::MinMaxKind::Symmetric
                                              : ops::MinMaxKind::Asymmetric);
    backward(output, given);
    return {{"output", from_torch(output)},
            {"grad_input", gradient_of(x)},
            {"grad_weight", gradient_of(weight)}};
}

ops::NamedTensors leaves(const Case& given) {
    ops::NamedTensors tensors;
    for (const auto& [name, item] : std::get<Members>(given.params.at("parameters").value)) {
        tensors[name] = leaf(item.tensor());
    }
    return tensors;
}

Item gradients(const ops::NamedTensors& tensors) {
    Members members;
    for (const auto& [name, tensor] : tensors) members[name] = gradient_of(tensor);
    return {std::move(members)};
}

Members tbt_encoder_layer(const Case& given) {
    const at::Tensor x = leaf(given.input("input"));
    const ops::NamedTensors parameters = leaves(given);
    ops::NamedScales scales;
    for (const std::string& name : ops::bart_encoder_sites())
        scales[name] = ops::ElasticScale::fresh();
    at::Tensor probabilities;
    const ops::Pass pass{
        .watch = [&](const std::string&, const at::Tensor& seen) { probabilities = seen; }};
    const at::Tensor padding = to_torch(given.params.at("keep_mask").tensor()) == 0;
    const at::Tensor output = ops::bart_encoder_layer(
        x, padding.unsqueeze(1).unsqueeze(1), {parameters, scales, pass, ""},
        {.heads = integer(given, "heads"),
         .norm_epsilon = given.param("layer_norm_eps"),
         .quantization = {.weights = integer(given, "w_bits"),
                          .activations = integer(given, "a_bits"),
                          .clip = given.param("clip")}});
    backward(output, given);
    Members after, alphas;
    for (const auto& [name, scale] : scales) {
        after[name] = from_torch(scale.alpha);
        alphas[name] = gradient_of(scale.alpha);
    }
    return {{"output", from_torch(output)},
            {"attention_probabilities_before_quantization", from_torch(probabilities)},
            {"grad_input", gradient_of(x)},
            {"alphas_after_forward", {std::move(after)}},
            {"grad_alphas", {std::move(alphas)}},
            {"grad_parameters", gradients(parameters)}};
}

Members llmqat_decoder_layer(const Case& given) {
    const at::Tensor x = leaf(given.input("input"));
    const ops::NamedTensors parameters = leaves(given);
    std::vector<std::int64_t> positions;
    for (const Item& item : given.params.at("positions").list()) {
        positions.push_back(std::int64_t(item.number()));
    }
    const int heads = integer(given, "heads");
    const ops::Rotation rotary(positions, x.size(2) / heads, given.param("rope_base"),
                               ops::RotaryLayout::Halves);
    const ops::LlamaLayerOutput output = ops::llama_layer(
        x, rotary, parameters,
        {.heads = heads,
         .key_value_heads = heads,
         .norm_epsilon = given.param("rms_eps"),
         .quantizers =
             ops::LlamaLayerOptions::all({.bits = {.weight_bits = integer(given, "w_bits"),
                                                   .activation_bits = integer(given, "a_bits"),
                                                   .cache_bits = integer(given, "kv_bits")}})});
    backward(output.hidden, given);
    return {{"output", from_torch(output.hidden)},
            {"attention_output", from_torch(output.attention)},
            {"cache_keys_after_rope", from_torch(output.keys)},
            {"cache_values", from_torch(output.values)},
            {"grad_input", gradient_of(x)},
            {"grad_parameters", gradients(parameters)}};
}

Members smoothquant(const Case& given) {
    const auto optional = [&](const std::string& name) {
        return given.inputs.contains(name) ? to_torch(given.input(name)) : at::Tensor();
    };
    const bool is_rms = text_of(given, "norm") == "rmsnorm";
    ops::NormAndLinears layers{.norm = {.kind = is_rms ? ops::NormKind::Rms : ops::NormKind::Layer,
                                        .weight = to_torch(given.input("norm_weight")),
                                        .bias = optional("norm_bias"),
                                        .epsilon = given.param("eps")}};
    const int linears = integer(given, "linears"), w_bits = integer(given, "w_bits"),
              a_bits = integer(given, "a_bits");
    for (int k = 0; k < linears; ++k) {
        layers.weights.push_back(to_torch(given.input("weight_" + std::to_string(k))));
    }
    const at::Tensor maxima =
        ops::activation_maxima(to_torch(given.input("calibration")), layers.norm);
    const at::Tensor factors = ops::smoothing_factors(maxima, layers.weights, given.param("alpha"));
    const ops::NormAndLinears smoothed = ops::smooth(layers, factors);
    const at::Tensor hidden = ops::apply_norm(to_torch(given.input("x")), smoothed.norm);
    const at::Tensor hidden_q = ops::min_max_symmetric(hidden, {.bits = a_bits});
    Members outputs = {{"act_scales", from_torch(maxima)},
                       {"scales", from_torch(factors)},
                       {"norm_weight_smoothed", from_torch(smoothed.norm.weight)},
                       {"hidden_smoothed", from_torch(hidden)},
                       {"hidden_q", from_torch(hidden_q)},
                       {"hidden_q_absmax", from_torch(ops::round_by_largest(hidden, a_bits))}};
    if (!is_rms) outputs["norm_bias_smoothed"] = from_torch(smoothed.norm.bias);
    for (int k = 0; k < linears; ++k) {
        const std::string index = std::to_string(k), name = "weight_" + index;
        const at::Tensor &weight = smoothed.weights[k], bias = optional("bias_" + index);
        const at::Tensor weight_q = ops::min_max_symmetric(weight, {.bits = w_bits});
        outputs[name + "_smoothed"] = from_torch(weight);
        outputs[name + "_q"] = from_torch(weight_q);
        outputs[name + "_q_absmax"] = from_torch(ops::round_by_largest(weight, w_bits));
        const at::Tensor offset = bias.defined() ? bias : at::zeros({weight.size(0)});
        outputs["out_" + index] = from_torch(at::linear(hidden, weight, offset));
        outputs["out_" + index + "_q"] = from_torch(at::linear(hidden_q, weight_q, offset));
    }
    return outputs;
}

Members gptq(const Case& given) {
    const ops::GptqResult result =
        ops::gptq(to_torch(given.input("weight")), to_torch(given.input("calibration")),
                  {.bits = integer(given, "bits"),
                   .is_symmetric = flag_of(given, "sym"),
                   .group_size = integer(given, "groupsize"),
                   .orders_by_activity = flag_of(given, "actorder"),
                   .has_static_groups = flag_of(given, "static_groups"),
                   .block_size = integer(given, "blocksize"),
                   .damping = given.param("percdamp")});
    return {{"weight_q", from_torch(result.weight)},
            {"codes", from_torch(result.codes)},
            {"scale", from_torch(result.scale)},
            {"zero", from_torch(result.zero)},
            {"group_of_column", from_torch(result.group_of_column)},
            {"permutation", from_torch(result.permutation)},
            {"hessian_diag", from_torch(result.hessian_diagonal)},
            {"error", {result.error}},
            {"hessian_error", {result.hessian_error}},
            {"rtn_hessian_error", {result.round_to_nearest_error}}};
}

}  // namespace

void add_quant_operations(Operations& operations) {
    using enum ops::ElasticSign;
    using ops::ElasticRule, ops::MinMaxKind, ops::MinMaxRule;
    operations.insert({{"llmqat_minmax_sym", min_max(MinMaxRule::LlmQat, MinMaxKind::Symmetric)},
                       {"llmqat_minmax_asym", min_max(MinMaxRule::LlmQat, MinMaxKind::Asymmetric)},
                       {"tbt_minmax_sym", min_max(MinMaxRule::Tbt, MinMaxKind::Symmetric)},
                       {"tbt_minmax_asym", min_max(MinMaxRule::Tbt, MinMaxKind::Asymmetric)},
                       {"tbt_weight_ternary", quantizer(tbt_weight)},
                       {"tbt_weight_binary", quantizer(tbt_weight)},
                       {"tbt_elastic_signed", elastic(ElasticRule::Tbt, Signed)},
                       {"tbt_elastic_unsigned", elastic(ElasticRule::Tbt, Unsigned)},
                       {"bit_elastic_signed", elastic(ElasticRule::Bit, Signed)},
                       {"bit_elastic_unsigned", elastic(ElasticRule::Bit, Unsigned)},
                       {"baseline_twn", quantizer([](const at::Tensor& x, const Case& given) {
                            return ops::twn_weight(x, weight_scale(given),
                                                   given.params.at("clip").list().at(1).number());
                        })},
                       {"baseline_bwn", quantizer([](const at::Tensor& x, const Case& given) {
                            return ops::bwn_weight(x, weight_scale(given));
                        })},
                       {"llmqat_weight", quantizer([](const at::Tensor& x, const Case& given) {
                            return ops::llmqat_weight(x, integer(given, "w_bits"),
                                                      weight_scale(given));
                        })},
                       {"tbt_linear", tbt_linear},
                       {"llmqat_linear", llmqat_linear},
                       {"smoothquant", smoothquant},
                       {"gptq", gptq},
                       {"tbt_encoder_layer", tbt_encoder_layer},
                       {"llmqat_decoder_layer", llmqat_decoder_layer}});
}

}  // namespace millrace::golden
