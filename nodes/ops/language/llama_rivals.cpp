#include "nodes/ops/language/llama_rivals.hpp"

#include <ATen/ATen.h>

#include <utility>

#include "nodes/ops/quant/check.hpp"
#include "nodes/ops/quant/layer_parts.hpp"
#include "nodes/ops/quant/smooth_quant.hpp"

namespace millrace::ops {
namespace {

constexpr int kOff = 32;

std::string weight_name(std::int64_t layer, LlamaLinear linear) {
    return Llama::prefix(layer) + std::string(to_text(linear)) + ".weight";
}

void smooth_norm(NamedTensors& parameters, const LlamaInputs& inputs, std::int64_t layer,
                 const std::string& norm_name, const std::vector<LlamaLinear>& readers,
                 double exponent) {
    NormAndLinears layers{.norm = {.weight = named(parameters, norm_name)}, .weights = {}};
    for (const LlamaLinear reader : readers)
        layers.weights.push_back(named(parameters, weight_name(layer, reader)));
    const at::Tensor factors =
        smoothing_factors(inputs.of(layer, readers.front()), layers.weights, exponent);
    const NormAndLinears smoothed = smooth(layers, factors);
    parameters[norm_name] = smoothed.norm.weight;
    for (std::size_t i = 0; i < readers.size(); ++i)
        parameters[weight_name(layer, readers[i])] = smoothed.weights[i];
}

/// Calls visit(layer, linear) for all whose weights are quantized.
template <class Visit>
void for_each_chosen(const Llama& chosen, const Visit& visit) {
    for (std::size_t layer = 0; layer < chosen.layers().size(); ++layer) {
        for (std::size_t i = 0; i < kLlamaLinears; ++i) {
            if (chosen.layers()[layer].quantizers[i].bits.weight_bits != kOff)
                visit(static_cast<std::int64_t>(layer), static_cast<LlamaLinear>(i));
        }
    }
}

}  // namespace

NamedTensors smooth_llama(const NamedTensors& parameters, const LlamaInputs& inputs,
                          double exponent) {
    using enum LlamaLinear;
    NamedTensors smoothed = parameters;
    for (std::int64_t layer = 0; layer < inputs.llama().sizes().layers; ++layer) {
        const std::string prefix = Llama::prefix(layer);
        smooth_norm(smoothed, inputs, layer, prefix + "input_layernorm.weight", {Query, Key, Value},
                    exponent);
        smooth_norm(smoothed, inputs, layer, prefix + "post_attention_layernorm.weight", {Gate, Up},
                    exponent);
    }
    return smoothed;
}

RoundedLlama gptq_llama(const Llama& chosen, const NamedTensors& parameters,
                        const LlamaInputs& inputs, const GptqOptions& options) {
    RoundedLlama rounded{.parameters = parameters, .linears = {}};
    for_each_chosen(chosen, [&](std::int64_t layer, LlamaLinear linear) {
        const std::string name = weight_name(layer, linear);
        const at::Tensor& weight = named(parameters, name);
        const at::Tensor& gram = inputs.of(layer, linear);
        check_rank(weight, 2, name);
        const GptqResult result = gptq_by_gram(weight, gram, options);
        const at::Tensor wide = weight.detach().to(at::kDouble);
        const double energy = 2 * (wide.matmul(gram) * wide).sum().item<double>();
        const auto share = [&](double error) { return energy > 0 ? error / energy : 0; };
        rounded.parameters[name] = result.weight.to(weight.scalar_type());
        rounded.linears.push_back({.name = name.substr(0, name.size() - 7),
                                   .nearest_error = share(result.round_to_nearest_error),
                                   .error = share(result.hessian_error)});
    });
    return rounded;
}

NamedTensors nearest_llama(const Llama& chosen, const NamedTensors& parameters,
                           const GptqOptions& options) {
    NamedTensors rounded = parameters;
    for_each_chosen(chosen, [&](std::int64_t layer, LlamaLinear linear) {
        const std::string name = weight_name(layer, linear);
        const at::Tensor& weight = named(parameters, name);
        check_rank(weight, 2, name);
        rounded[name] = nearest_on_grid(weight, options).to(weight.scalar_type());
    });
    return rounded;
}

}  // namespace millrace::ops
