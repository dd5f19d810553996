#include "nodes/ops/language/llama.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/problem.hpp"
#include "engine/random.hpp"
#include "engine/value_parse.hpp"
#include "nodes/ops/quant/check.hpp"
#include "nodes/ops/quant/layer_parts.hpp"
#include "nodes/ops/quant/weights.hpp"

namespace millrace::ops {
namespace {

constexpr double kDeviation = 0.02;
constexpr int kOff = 32;

/// [out, in]
std::vector<std::int64_t> shape_of(LlamaLinear linear, const LlamaSizes& sizes) {
    switch (linear) {
        case LlamaLinear::Key:
        case LlamaLinear::Value:
            return {sizes.key_value_width(), sizes.width};
        case LlamaLinear::Gate:
        case LlamaLinear::Up:
            return {sizes.hidden, sizes.width};
        case LlamaLinear::Down:
            return {sizes.width, sizes.hidden};
        default:
            return {sizes.width, sizes.width};
    }
}

template <class Visit>
void for_each_linear(const LlamaSizes& sizes, const Visit& visit) {
    for (std::int64_t layer = 0; layer < sizes.layers; ++layer) {
        for (std::size_t i = 0; i < kLlamaLinears; ++i) {
            const auto linear = static_cast<LlamaLinear>(i);
            visit(layer, linear, Llama::prefix(layer) + std::string(to_text(linear)));
        }
    }
}

at::Tensor normal(const std::vector<std::int64_t>& shape, double deviation, std::uint64_t seed,
                  const std::string& name) {
    at::Tensor tensor = at::empty(shape, at::kFloat);
    engine::Random random(seed, name, 0);
    float* values = tensor.data_ptr<float>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        values[i] = static_cast<float>(random.normal() * deviation);
    return tensor;
}

/// Names in foreign files may be any text.
constexpr std::size_t kMostShown = 300;

[[noreturn]] void throw_tensors(std::string what, std::string expected, std::string found) {
    throw engine::Error({.code = "E-LM-004",
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = engine::shortened(found, kMostShown),
                         .mend = "Give the model the spec that these tensors were made with, or "
                                 "tensors of this spec."});
}

}  // namespace

std::string Llama::prefix(std::int64_t layer) { return fmt::format("model.layers.{}.", layer); }

Llama::Shapes Llama::parameter_shapes() const {
    Shapes shapes;
    shapes["model.embed_tokens.weight"] = {sizes_.vocabulary, sizes_.width};
    shapes["model.norm.weight"] = {sizes_.width};
    if (!tied_head_) shapes["lm_head.weight"] = {sizes_.vocabulary, sizes_.width};
    for_each_linear(sizes_, [&](std::int64_t, LlamaLinear linear, const std::string& name) {
        shapes[name + ".weight"] = shape_of(linear, sizes_);
    });
    for (std::int64_t layer = 0; layer < sizes_.layers; ++layer) {
        shapes[prefix(layer) + "input_layernorm.weight"] = {sizes_.width};
        shapes[prefix(layer) + "post_attention_layernorm.weight"] = {sizes_.width};
    }
    return shapes;
}

std::vector<std::string> Llama::linear_names() const {
    std::vector<std::string> names;
    for_each_linear(
        sizes_, [&](std::int64_t, LlamaLinear, const std::string& name) { names.push_back(name); });
    return names;
}

bool Llama::is_quantized() const {
    for (const LlamaLayerOptions& layer : layers_) {
        for (const LlamaQuantizer& quantizer : layer.quantizers) {
            const LlmQatOptions& bits = quantizer.bits;
            if (std::min({bits.weight_bits, bits.activation_bits, bits.cache_bits}) < kOff)
                return true;
        }
    }
    return false;
}

std::int64_t Llama::parameter_count() const {
    std::int64_t matrices = 0;
    for (std::size_t i = 0; i < kLlamaLinears; ++i) {
        const auto shape = shape_of(static_cast<LlamaLinear>(i), sizes_);
        matrices += shape[0] * shape[1];
    }
    return sizes_.layers * (matrices + 2 * sizes_.width) + sizes_.width +
           (tied_head_ ? 1 : 2) * sizes_.vocabulary * sizes_.width;
}

NamedTensors Llama::initial_parameters(std::uint64_t seed) const {
    NamedTensors tensors;
    const double at_output = kDeviation / std::sqrt(2 * static_cast<double>(sizes_.layers));
    for (const auto& [name, shape] : parameter_shapes()) {
        const bool is_output =
            name.ends_with("o_proj.weight") || name.ends_with("down_proj.weight");
        tensors[name] = shape.size() == 1
                            ? at::ones(shape, at::kFloat)
                            : normal(shape, is_output ? at_output : kDeviation, seed, name);
    }
    return tensors;
}

void Llama::check_tensors(const NamedTensors& parameters) const {
    const Shapes shapes = parameter_shapes();
    for (const auto& [name, shape] : shapes) {
        const auto found = parameters.find(name);
        const std::string expected = fmt::format("\"{}\" [{}]", name, fmt::join(shape, ", "));
        if (found == parameters.end() || !found->second.defined())
            throw_tensors("The model lacks a parameter", expected, "nothing");
        const at::Tensor& tensor = found->second;
        const bool is_float =
            tensor.scalar_type() == at::kFloat || tensor.scalar_type() == at::kDouble;
        if (tensor.sizes() != at::IntArrayRef(shape) || !is_float || !tensor.device().is_cpu()) {
            throw_tensors("A parameter of the model has another shape or type",
                          expected + " of float32",
                          fmt::format("{} of {}", shape_text(tensor), tensor.toString()));
        }
    }
    for (const auto& [name, tensor] : parameters) {
        if (!shapes.contains(name)) {
            throw_tensors("The model has a parameter that its spec does not know",
                          "the spec's parameters alone", "\"" + name + "\"");
        }
    }
}

std::map<std::string, std::int64_t, std::less<>> Llama::macs_by_part(std::int64_t positions) const {
    std::map<std::string, std::int64_t, std::less<>> macs;
    for_each_linear(sizes_, [&](std::int64_t layer, LlamaLinear linear, const std::string& name) {
        const auto shape = shape_of(linear, sizes_);
        macs[name] = shape[0] * shape[1];
        macs[prefix(layer) + "self_attn"] = 2 * positions * sizes_.width;
    });
    macs["lm_head"] = sizes_.vocabulary * sizes_.width;
    return macs;
}

std::int64_t Llama::macs_per_token(std::int64_t positions) const {
    std::int64_t sum = 0;
    for (const auto& [name, macs] : macs_by_part(positions)) sum += macs;
    return sum;
}

NamedTensors rounded_weights(const Llama& llama, const NamedTensors& parameters) {
    const at::NoGradGuard no_gradients;
    NamedTensors rounded;
    for (const auto& [name, tensor] : parameters) rounded[name] = tensor.detach();
    for_each_linear(
        llama.sizes(), [&](std::int64_t layer, LlamaLinear linear, const std::string& name) {
            const LlmQatOptions& bits = llama.layers()[static_cast<std::size_t>(layer)]
                                            .quantizers[static_cast<std::size_t>(linear)]
                                            .bits;
            if (bits.weight_bits == kOff) return;
            const std::string weight = name + ".weight";
            rounded[weight] = llmqat_weight(named(parameters, weight), bits.weight_bits).detach();
        });
    return rounded;
}

}  // namespace millrace::ops
