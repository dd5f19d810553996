#include "nodes/ops/language/bart_forward.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <string>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/language/bart_outputs.hpp"
#include "nodes/ops/networks/layer_probe.hpp"
#include "nodes/ops/quant/layer_parts.hpp"

namespace millrace::ops {
namespace {

constexpr int kOff = 32;

std::string text_of(const at::Tensor& tensor) {
    if (!tensor.defined()) return "no tensor";
    return fmt::format("[{}] of {}", fmt::join(tensor.sizes().vec(), ", "),
                       at::toString(tensor.scalar_type()));
}

void check_tokens(const Bart& bart, const char* name, const at::Tensor& tokens,
                  std::int64_t first) {
    const auto fail = [&](std::string what, std::string expected, std::string found) {
        throw engine::Error({.code = "E-LM-053",
                             .what = fmt::format("The {} {}", name, what),
                             .expected = std::move(expected),
                             .found = std::move(found),
                             .mend = "Make batches with the model's own tokenizer, and cut texts "
                                     "to its context."});
    };
    if (!tokens.defined() || !tokens.device().is_cpu() || tokens.scalar_type() != at::kLong ||
        tokens.dim() != 2 || tokens.numel() == 0)
        fail("is no batch of tokens", "[batch, time] int64, not empty", text_of(tokens));
    if (tokens.size(1) > bart.context() - first)
        fail("is longer than the model's context", fmt::format("{} tokens", bart.context()),
             fmt::format("{}", tokens.size(1) + first));
    const auto least = tokens.min().item<std::int64_t>(), most = tokens.max().item<std::int64_t>();
    if (least < 0 || most >= bart.vocabulary())
        fail("has tokens that the model does not know",
             fmt::format("0 to {}", bart.vocabulary() - 1), fmt::format("{} to {}", least, most));
}

at::Tensor blocked_by(const at::Tensor& mask, const at::Tensor& source) {
    if (!mask.defined()) return {};
    if (mask.sizes() != source.sizes() || !mask.device().is_cpu()) {
        throw engine::Error({.code = "E-LM-054",
                             .what = "The mask of padding does not fit the source",
                             .expected = text_of(source),
                             .found = text_of(mask),
                             .mend = "Make source and mask from the same batch."});
    }
    return (mask == 0).unsqueeze(1).unsqueeze(1);
}

at::Tensor lookup(const BartParts& parts, const at::Tensor& tokens) {
    const at::Tensor& table = named(parts.parameters, "model.shared.weight");
    const BartQuantization& quantization = parts.bart.quantization(kBartEmbedding);
    const std::int64_t pad = parts.bart.tokens().pad;
    const int bits = quantization.embeddings;
    if (!is_by_row(quantization))
        return at::embedding(bart_weight(table, bits, quantization), tokens, pad);
    // The rows that are read alone, which are few.
    const at::Tensor rows = at::embedding(table, tokens, pad);
    return bart_weight(rows.flatten(0, 1), bits, quantization).reshape(rows.sizes());
}

/// Embedding and position, normed: what the first layer reads.
at::Tensor embed(const BartParts& parts, BartSide side, const at::Tensor& tokens,
                 std::int64_t first) {
    const Bart& bart = parts.bart;
    at::Tensor x = lookup(parts, tokens);
    if (bart.scales_embedding()) x = x * std::sqrt(static_cast<double>(bart.width()));
    const std::string prefix = Bart::prefix(side), name = prefix + "layernorm_embedding";
    const at::Tensor positions = named(parts.parameters, prefix + "embed_positions.weight")
                                     .narrow(0, first + kBartPositionOffset, tokens.size(1));
    const at::Tensor normed = bart_norm(x + positions, name, parts.parameters);
    const at::Tensor dropped = bart_dropout(normed, bart.dropout(), name, parts.pass);
    if (parts.pass.watch) parts.pass.watch(name, dropped);
    if (LayerProbe* probe = parts.pass.probe) {
        const BartQuantization& quantization = bart.quantization(kBartEmbedding);
        const int bits = quantization.embeddings;
        if (bits != kOff) {
            probe->rounds(name, Rounded::Weights, [&] {
                return bart_weight_ends(named(parts.parameters, "model.shared.weight"), bits,
                                        quantization);
            });
        }
        probe->gives(name, dropped);
    }
    return dropped;
}

/// The layers of one side, of which `layer` computes one.
template <class LayerCall>
at::Tensor run_layers(const BartParts& parts, BartSide side, at::Tensor x, const LayerCall& layer) {
    const std::int64_t layers = parts.bart.sizes(side).layers;
    for (std::int64_t number = 0; number < layers; ++number) {
        std::string prefix = Bart::prefix(side, number);
        x = layer(number, x, BartLayerContext{parts.parameters, parts.scales, parts.pass, prefix},
                  parts.bart.layer_options(side, number));
        if (number + 1 == layers && parts.bart.norm() == BartNorm::Pre)
            x = bart_norm(x, Bart::prefix(side) + "layer_norm", parts.parameters);
        prefix.pop_back();
        if (parts.pass.watch) parts.pass.watch(prefix, x);
    }
    return x;
}

/// All scales; `flags` tells which were set.
NamedScales scales_of(const Bart& bart, const NamedTensors& parameters,
                      const NamedTensors& buffers) {
    NamedScales scales;
    for (const std::string& name : bart.scale_names()) {
        const bool is_set = named(buffers, name + ".initialised").item<double>() != 0;
        scales[name] = {named(parameters, name), is_set};
    }
    return scales;
}

at::Tensor run(const BartParts& parts, const NamedTensors& buffers, const at::Tensor& source,
               const at::Tensor& mask, const at::Tensor& target) {
    const BartMemory memory = bart_encode(parts, source, mask);
    at::Tensor state = bart_decode(parts, target, 0, memory, nullptr);
    LayerProbe* probe = parts.pass.probe;
    if (probe) state = probe->reads("lm_head", "input", state);
    at::Tensor logits = bart_logits(parts.parameters, buffers, state);
    if (probe) probe->gives("lm_head", logits);
    return logits;
}

}  // namespace

BartMemory bart_encode(const BartParts& parts, const at::Tensor& source, const at::Tensor& mask) {
    check_tokens(parts.bart, "source", source, 0);
    const at::Tensor blocked = blocked_by(mask, source);
    const at::Tensor state =
        run_layers(parts, BartSide::Encoder, embed(parts, BartSide::Encoder, source, 0),
                   [&](std::int64_t, const at::Tensor& x, const BartLayerContext& context,
                       const BartLayerOptions& options) {
                       return bart_encoder_layer(x, blocked, context, options);
                   });
    return {state, blocked};
}

at::Tensor bart_decode(const BartParts& parts, const at::Tensor& target, std::int64_t first,
                       const BartMemory& memory, std::vector<BartLayerCache>* caches) {
    check_tokens(parts.bart, "target", target, first);
    if (memory.state.defined() && memory.state.size(0) != target.size(0)) {
        throw engine::Error({.code = "E-LM-053",
                             .what = "Source and target are of different batches",
                             .expected = fmt::format("{} targets", memory.state.size(0)),
                             .found = fmt::format("{}", target.size(0)),
                             .mend = "Give one target for each source."});
    }
    return run_layers(parts, BartSide::Decoder, embed(parts, BartSide::Decoder, target, first),
                      [&](std::int64_t number, const at::Tensor& x, const BartLayerContext& context,
                          const BartLayerOptions& options) {
                          BartLayerCache* cache =
                              caches ? &caches->at(static_cast<std::size_t>(number)) : nullptr;
                          return bart_decoder_layer(x, memory, cache, context, options);
                      });
}

at::Tensor bart_logits(const NamedTensors& parameters, const NamedTensors& buffers,
                       const at::Tensor& state) {
    // The latent float weight: the head is never quantized.
    const at::Tensor logits = at::linear(state, named(parameters, "model.shared.weight"));
    return logits + named(buffers, "final_logits_bias").to(logits.scalar_type());
}

NamedScales bart_scales(const Bart& bart, const NamedTensors& parameters,
                        const NamedTensors& buffers) {
    NamedScales scales = scales_of(bart, parameters, buffers);
    for (const auto& [name, scale] : scales) {
        if (scale.is_initialised) continue;
        throw engine::Error(
            {.code = "E-LM-055",
             .what = "A learned scale of the model was never set",
             .expected = "\"" + name + ".initialised\" of 1",
             .found = "0",
             .mend = "Initialise the scales on a batch of the training data first."});
    }
    return scales;
}

at::Tensor forward(const Bart& bart, const NamedTensors& parameters, const NamedTensors& buffers,
                   const at::Tensor& source, const at::Tensor& mask, const at::Tensor& target,
                   const Pass& pass) {
    NamedScales scales = bart_scales(bart, parameters, buffers);
    return run({bart, parameters, scales, pass}, buffers, source, mask, target);
}

Seq2SeqOutputs forward_outputs(const Bart& bart, const NamedTensors& parameters,
                               const NamedTensors& buffers, const Seq2SeqBatch& batch,
                               const Pass& pass) {
    Seq2SeqOutputs outputs;
    Pass watched = pass;
    watched.watch = [&](const std::string& name, const at::Tensor& tensor) {
        add_seen(outputs, name, tensor);
        if (pass.watch) pass.watch(name, tensor);
    };
    outputs.logits =
        forward(bart, parameters, buffers, batch.source, batch.mask, batch.target, watched);
    return outputs;
}

types::Model initialise_scales(const Bart& bart, types::Model model, const Seq2SeqBatch& batch) {
    const at::NoGradGuard no_grad;
    NamedScales scales = scales_of(bart, model.parameters, model.buffers);
    for (auto& [name, scale] : scales) {
        // The old tensor may be shared; what is set must not be seen through it.
        if (!scale.is_initialised) scale.alpha = scale.alpha.detach().clone();
    }
    const Pass pass;
    run({bart, model.parameters, scales, pass}, model.buffers, batch.source, batch.mask,
        batch.target);
    for (const auto& [name, scale] : scales) {
        const at::Tensor before = model.parameters.at(name);
        if (before.is_same(scale.alpha)) continue;
        model.parameters.at(name) = scale.alpha.requires_grad_(before.requires_grad());
        const std::string flag = name + ".initialised";
        model.buffers.at(flag) = at::ones_like(model.buffers.at(flag));
    }
    return model;
}

RoundedBart rounded_bart(const Bart& bart, const NamedTensors& parameters) {
    RoundedBart rounded{parameters, bart.without_weights()};
    const at::NoGradGuard no_grad;
    for (const std::string& part : bart.quantized_parts()) {
        const BartQuantization& quantization = bart.quantization(part);
        const auto weight = rounded.parameters.find(part + ".weight");
        // An attention has no weight, and the embedding is not of the layers.
        if (part == kBartEmbedding || weight == rounded.parameters.end()) continue;
        weight->second = bart_weight(weight->second, quantization.weights, quantization);
    }
    return rounded;
}

}  // namespace millrace::ops
