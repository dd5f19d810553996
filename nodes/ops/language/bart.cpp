#include "nodes/ops/language/bart.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "engine/problem.hpp"
#include "engine/random.hpp"
#include "engine/value_parse.hpp"

namespace millrace::ops {
namespace {

constexpr double kDeviation = 0.02;
constexpr const char* kEmbedding = "model.shared.weight";
constexpr int kOff = 32;

bool is_scale(std::string_view name) {
    return name.ends_with("act_clip_val") || name.find(".clip_") != std::string_view::npos;
}

bool is_norm(std::string_view name) {
    return name.find("layer_norm.") != std::string_view::npos ||
           name.find("layernorm_embedding.") != std::string_view::npos;
}

at::Tensor normal(const std::vector<std::int64_t>& shape, std::uint64_t seed,
                  const std::string& name) {
    at::Tensor tensor = at::empty(shape, at::kFloat);
    engine::Random random(seed, name, 0);
    float* values = tensor.data_ptr<float>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        values[i] = static_cast<float>(random.normal() * kDeviation);
    return tensor;
}

/// Names in foreign files may be any text.
constexpr std::size_t kMostShown = 300;

[[noreturn]] void fail_tensors(std::string what, std::string expected, std::string found) {
    throw engine::Error({.code = "E-LM-052",
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = engine::shortened(found, kMostShown),
                         .mend = "Give the model the spec that these tensors were made with, or "
                                 "tensors of this spec."});
}

void check_named(const NamedTensors& tensors, const Bart::Shapes& shapes, const char* kind) {
    for (const auto& [name, shape] : shapes) {
        const std::string expected = fmt::format("\"{}\" [{}]", name, fmt::join(shape, ", "));
        const auto found = tensors.find(name);
        if (found == tensors.end() || !found->second.defined())
            fail_tensors(fmt::format("The model lacks a {}", kind), expected, "nothing");
        const at::Tensor& tensor = found->second;
        const auto type = tensor.scalar_type();
        const bool fits = type == at::kFloat || (type == at::kDouble && !is_scale(name));
        if (tensor.sizes().vec() != shape || !fits || !tensor.device().is_cpu())
            fail_tensors(fmt::format("A {} of the model has another shape or type", kind),
                         expected + (is_scale(name) ? " of float32" : " of float32 or float64"),
                         fmt::format("[{}] of {}", fmt::join(tensor.sizes().vec(), ", "),
                                     at::toString(type)));
    }
    for (const auto& [name, tensor] : tensors) {
        if (!shapes.contains(name))
            fail_tensors(fmt::format("The model has a {} that its spec does not know", kind),
                         "the spec's parts alone", "\"" + name + "\"");
    }
}

void add_linear(Bart::Shapes& shapes, const std::string& name, std::int64_t out, std::int64_t in) {
    shapes[name + ".weight"] = {out, in};
    shapes[name + ".bias"] = {out};
}

void add_norm(Bart::Shapes& shapes, const std::string& name, std::int64_t width) {
    shapes[name + ".weight"] = {width};
    shapes[name + ".bias"] = {width};
}

}  // namespace

std::string Bart::prefix(BartSide side) {
    return side == BartSide::Encoder ? "model.encoder." : "model.decoder.";
}

std::string Bart::prefix(BartSide side, std::int64_t layer) {
    return fmt::format("{}layers.{}.", prefix(side), layer);
}

std::vector<std::string> Bart::quantized_parts() const {
    std::vector<std::string> names = {std::string(kBartEmbedding)};
    for (const BartSide side : kBartSides) {
        const std::vector<std::string> parts =
            side == BartSide::Encoder ? bart_encoder_parts() : bart_decoder_parts();
        for (std::int64_t layer = 0; layer < sizes(side).layers; ++layer) {
            for (const std::string& part : parts) names.push_back(prefix(side, layer) + part);
        }
    }
    return names;
}

const BartQuantization& Bart::quantization(std::string_view part) const {
    static constexpr BartQuantization kNone;
    const auto found = quantizers_.find(part);
    return found == quantizers_.end() ? kNone : found->second;
}

bool Bart::is_quantized() const {
    return std::ranges::any_of(quantizers_, [](const auto& part) { return part.second.is_on(); });
}

Bart Bart::without_weights() const {
    Bart given = *this;
    for (auto& [name, quantization] : given.quantizers_) quantization.weights = kOff;
    given.set_quantizers(std::move(given.quantizers_));
    return given;
}

Bart Bart::with_statistics(Statistics statistics) const {
    Bart given = *this;
    for (auto& [name, quantization] : given.quantizers_) quantization.statistics = statistics;
    given.set_quantizers(std::move(given.quantizers_));
    for (std::vector<BartLayerOptions>& layers : given.layers_) {
        for (BartLayerOptions& layer : layers) layer.quantization.statistics = statistics;
    }
    return given;
}

void Bart::set_quantizers(BartQuantizers quantizers) {
    quantizers_ = std::move(quantizers);
    for (const BartSide side : kBartSides) {
        std::vector<BartLayerOptions>& layers = layers_[static_cast<std::size_t>(side)];
        for (std::size_t layer = 0; layer < layers.size(); ++layer) {
            const std::string before = prefix(side, static_cast<std::int64_t>(layer));
            layers[layer].others.clear();
            for (const auto& [name, quantization] : quantizers_) {
                if (name.starts_with(before))
                    layers[layer].others[name.substr(before.size())] = quantization;
            }
        }
    }
}

std::vector<std::string> Bart::scale_names() const {
    std::vector<std::string> names;
    for (const BartSide side : kBartSides) {
        const std::vector<std::string> sites =
            side == BartSide::Encoder ? bart_encoder_sites() : bart_decoder_sites();
        for (std::int64_t layer = 0; layer < sizes(side).layers; ++layer) {
            for (const std::string& site : sites) {
                if (layer_options(side, layer).of(bart_part_of_site(site)).has_scales())
                    names.push_back(prefix(side, layer) + site);
            }
        }
    }
    return names;
}

Bart::Shapes Bart::parameter_shapes() const {
    Shapes shapes;
    shapes[kEmbedding] = {vocabulary_, width_};
    for (const BartSide side : kBartSides) {
        const std::string whole = prefix(side);
        shapes[whole + "embed_positions.weight"] = {context_ + kBartPositionOffset, width_};
        add_norm(shapes, whole + "layernorm_embedding", width_);
        if (norm_ == BartNorm::Pre) add_norm(shapes, whole + "layer_norm", width_);
        for (std::int64_t layer = 0; layer < sizes(side).layers; ++layer) {
            const std::string part = prefix(side, layer);
            const auto add_attention = [&](const std::string& name) {
                for (const char* linear : {"q_proj", "k_proj", "v_proj", "out_proj"})
                    add_linear(shapes, part + name + "." + linear, width_, width_);
                add_norm(shapes, part + name + "_layer_norm", width_);
            };
            add_attention("self_attn");
            if (side == BartSide::Decoder) add_attention("encoder_attn");
            add_linear(shapes, part + "fc1", sizes(side).hidden, width_);
            add_linear(shapes, part + "fc2", width_, sizes(side).hidden);
            add_norm(shapes, part + "final_layer_norm", width_);
        }
    }
    for (const std::string& name : scale_names()) shapes[name] = {};
    return shapes;
}

Bart::Shapes Bart::buffer_shapes() const {
    Shapes shapes;
    shapes["final_logits_bias"] = {1, vocabulary_};
    for (const std::string& name : scale_names()) shapes[name + ".initialised"] = {};
    return shapes;
}

NamedTensors Bart::initial_parameters(std::uint64_t seed) const {
    NamedTensors tensors;
    for (const auto& [name, shape] : parameter_shapes()) {
        const bool is_bias = name.ends_with(".bias");
        if (is_scale(name) || (is_norm(name) && !is_bias))
            tensors[name] = at::ones(shape, at::kFloat);
        else if (is_bias)
            tensors[name] = at::zeros(shape, at::kFloat);
        else
            tensors[name] = normal(shape, seed, name);
    }
    tensors[kEmbedding].select(0, tokens_.pad).zero_();
    return tensors;
}

NamedTensors Bart::initial_buffers() const {
    NamedTensors tensors;
    for (const auto& [name, shape] : buffer_shapes()) tensors[name] = at::zeros(shape, at::kFloat);
    return tensors;
}

void Bart::check_tensors(const NamedTensors& parameters, const NamedTensors& buffers) const {
    check_named(parameters, parameter_shapes(), "parameter");
    check_named(buffers, buffer_shapes(), "buffer");
}

std::int64_t Bart::macs(std::int64_t source_length, std::int64_t target_length) const {
    const BartSizes &encoder = sizes_[0], &decoder = sizes_[1];
    const std::int64_t square = width_ * width_;
    // Linears of each token, and products of queries with keys and probabilities with values.
    const std::int64_t encoder_layer = source_length * (4 * square + 2 * width_ * encoder.hidden) +
                                       2 * source_length * source_length * width_;
    const std::int64_t decoder_layer = target_length * (6 * square + 2 * width_ * decoder.hidden) +
                                       2 * source_length * square +
                                       2 * target_length * (target_length + source_length) * width_;
    return encoder.layers * encoder_layer + decoder.layers * decoder_layer +
           target_length * width_ * vocabulary_;
}

}  // namespace millrace::ops
