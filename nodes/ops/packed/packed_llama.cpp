#include "nodes/ops/packed/packed_llama.hpp"

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "engine/value_parse.hpp"
#include "nodes/ops/packed/pack_llama.hpp"

namespace millrace::ops {
namespace {

constexpr int kOff = 32;
const std::string kEmbedding = "model.embed_tokens.weight", kHead = "lm_head.weight";

InputRule rule_of(const LlamaQuantizer& quantizer) {
    const int bits = quantizer.bits.activation_bits;
    if (bits <= 2 || bits == kOff) return {};
    return {.kind = quantizer.kind == MinMaxKind::Symmetric ? InputRule::Kind::Symmetric
                                                            : InputRule::Kind::Asymmetric,
            .bits = bits};
}

/// The head, which may be the embedding or int8 beside it.
PackedLinear head_of(const Llama& llama, const types::PackedModel& model) {
    const bool packed = model.packed.contains(kHead);
    const InputRule rule{.kind = packed ? InputRule::Kind::Symmetric : InputRule::Kind::Off};
    return {model,
            packed || !llama.tied_head() ? kHead : kEmbedding,
            "",
            llama.sizes().vocabulary,
            llama.sizes().width,
            rule};
}

void check_names(const Llama& llama, const types::PackedModel& model) {
    const Llama::Shapes shapes = llama.parameter_shapes();
    const auto refuse = [](const std::string& name) {
        throw engine::Error({.code = "E-PACK-031",
                             .what = "A tensor of the packed model is not what its spec says",
                             .expected = "the spec's tensors alone, each once",
                             .found = "\"" + engine::shortened(name) + "\"",
                             .mend = "The file is damaged or of another version: pack it again."});
    };
    for (const auto& [name, tensor] : model.floats) {
        if (!shapes.contains(name) || model.packed.contains(name)) refuse(name);
    }
    for (const auto& [name, weight] : model.packed) {
        if (name == kHead) continue;
        if (!shapes.contains(name) || !name.ends_with("_proj.weight")) refuse(name);
    }
}

}  // namespace

PackedLlama::PackedLlama(const types::PackedModel& model)
    : llama_(model.spec),
      cache_bits_(packed_cache_bits(llama_)),
      embedding_(floats_of(model, kEmbedding, {llama_.sizes().vocabulary, llama_.sizes().width})),
      norm_(floats_of(model, "model.norm.weight", {llama_.sizes().width})),
      head_(head_of(llama_, model)) {
    check_names(llama_, model);
    const Llama::Shapes shapes = llama_.parameter_shapes();
    for (std::int64_t number = 0; number < llama_.sizes().layers; ++number) {
        const std::string prefix = Llama::prefix(number);
        const std::vector<std::int64_t> width = {llama_.sizes().width};
        Layer layer{floats_of(model, prefix + "input_layernorm.weight", width),
                    floats_of(model, prefix + "post_attention_layernorm.weight", width),
                    {}};
        for (std::size_t i = 0; i < kLlamaLinears; ++i) {
            const std::string name =
                prefix + std::string(to_text(static_cast<LlamaLinear>(i))) + ".weight";
            const std::vector<std::int64_t>& shape = shapes.at(name);
            layer.linears.emplace_back(
                model, name, "", shape[0], shape[1],
                rule_of(llama_.layers()[static_cast<std::size_t>(number)].quantizers[i]));
        }
        layers_.push_back(std::move(layer));
    }
}

}  // namespace millrace::ops
