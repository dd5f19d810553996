#include "nodes/ops/packed/packed_bart.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>

#include "engine/problem.hpp"
#include "engine/value_parse.hpp"
#include "nodes/ops/packed/pack_bart.hpp"

namespace millrace::ops {
namespace {

constexpr int kOff = 32;
const std::string kShared = "model.shared.weight", kHead = "lm_head.weight",
                  kBias = "final_logits_bias";

/// Reads the parts of one model.
class Reader {
public:
    Reader(const Bart& bart, const types::PackedModel& model) : bart_(bart), model_(model) {}

    PackedBart::Side side(BartSide which) const {
        const std::string prefix = Bart::prefix(which);
        PackedBart::Side side{
            .positions = floats_of(model_, prefix + "embed_positions.weight",
                                   {bart_.context() + kBartPositionOffset, bart_.width()}),
            .embedding_norm = norm(prefix + "layernorm_embedding")};
        if (bart_.norm() == BartNorm::Pre) side.last_norm = norm(prefix + "layer_norm");
        for (std::int64_t layer = 0; layer < bart_.sizes(which).layers; ++layer)
            side.layers.push_back(this->layer(which, Bart::prefix(which, layer)));
        return side;
    }

    /// Int8, or the latent float weight, which may be the lookup's.
    PackedLinear head() const {
        const bool packed = model_.packed.contains(kHead);
        const std::string name = packed || model_.floats.contains(kHead) ? kHead : kShared;
        const InputRule rule{.kind = packed ? InputRule::Kind::Symmetric : InputRule::Kind::Off};
        return {model_, name, kBias, bart_.vocabulary(), bart_.width(), rule};
    }

private:
    PackedBart::Norm norm(const std::string& name) const {
        return {floats_of(model_, name + ".weight", {bart_.width()}),
                floats_of(model_, name + ".bias", {bart_.width()})};
    }

    /// At a place, which may have a learned scale.
    InputRule rule(const std::string& scale, ElasticSign sign) const {
        using Kind = InputRule::Kind;
        const BartQuantization& quantization = bart_.quantization(bart_part_of_site(scale));
        if (quantization.activations == kOff) return {};
        const bool is_signed = sign == ElasticSign::Signed;
        InputRule rule{.kind = is_signed ? Kind::WholeSymmetric : Kind::WholeAsymmetric,
                       .bits = quantization.activations,
                       .clip = static_cast<float>(quantization.clip)};
        if (!quantization.has_scales()) return rule;
        rule.kind = is_signed ? Kind::ElasticSigned : Kind::ElasticUnsigned;
        rule.alpha = floats_of(model_, scale, {}).front();
        return rule;
    }

    PackedLinear linear(const std::string& name, std::int64_t rows, std::int64_t columns,
                        ElasticSign sign) const {
        return {model_, name + ".weight", name + ".bias",
                rows,   columns,          rule(name + ".act_clip_val", sign)};
    }

    PackedBart::Attention attention(const std::string& name, const std::string& norm_name) const {
        const auto part = [&](const char* which) {
            return linear(name + which, bart_.width(), bart_.width(), ElasticSign::Signed);
        };
        return {.query = part(".q_proj"),
                .key = part(".k_proj"),
                .value = part(".v_proj"),
                .out = part(".out_proj"),
                .query_rule = rule(name + ".clip_query", ElasticSign::Signed),
                .key_rule = rule(name + ".clip_key", ElasticSign::Signed),
                .value_rule = rule(name + ".clip_value", ElasticSign::Signed),
                .attention_rule = rule(name + ".clip_attn", ElasticSign::Unsigned),
                .norm = norm(norm_name)};
    }

    PackedBart::Layer layer(BartSide side, const std::string& prefix) const {
        const std::int64_t width = bart_.width(), hidden = bart_.sizes(side).hidden;
        PackedBart::Layer layer{
            .self = attention(prefix + "self_attn", prefix + "self_attn_layer_norm"),
            .cross = {},
            .first = linear(prefix + "fc1", hidden, width, ElasticSign::Signed),
            .second = linear(prefix + "fc2", width, hidden, ElasticSign::Unsigned),
            .norm = norm(prefix + "final_layer_norm")};
        if (side == BartSide::Decoder)
            layer.cross = attention(prefix + "encoder_attn", prefix + "encoder_attn_layer_norm");
        return layer;
    }

    const Bart& bart_;
    const types::PackedModel& model_;
};

const Bart& checked(const Bart& bart, const types::PackedModel& model) {
    check_packable(bart);
    const Bart::Shapes shapes = bart.parameter_shapes();
    const auto refuse = [](const std::string& name) {
        throw engine::Error({.code = "E-PACK-031",
                             .what = "A tensor of the packed model is not what its spec says",
                             .expected = "the spec's tensors alone, each once",
                             .found = "\"" + engine::shortened(name) + "\"",
                             .mend = "The file is damaged or of another version: pack it again."});
    };
    const bool packs_lookup = bart.quantization(kBartEmbedding).embeddings != kOff;
    for (const auto& [name, tensor] : model.floats) {
        const bool is_known = shapes.contains(name) || name == kHead || name == kBias;
        const bool is_coded = is_packed_linear(bart, name) || (name == kShared && packs_lookup);
        if (!is_known || is_coded || model.packed.contains(name)) refuse(name);
    }
    for (const auto& [name, weight] : model.packed) {
        const bool is_lookup = name == kShared && packs_lookup;
        if (!is_packed_linear(bart, name) && !is_lookup && name != kHead) refuse(name);
    }
    return bart;
}

}  // namespace

PackedBart::PackedBart(const types::PackedModel& model)
    : bart_(model.spec), head_(Reader(checked(bart_, model), model).head()) {
    const Reader reader(bart_, model);
    for (const BartSide which : {BartSide::Encoder, BartSide::Decoder})
        sides_.push_back(reader.side(which));
    const auto packed = model.packed.find(kShared);
    if (packed == model.packed.end()) {
        embedding_ = floats_of(model, kShared, {bart_.vocabulary(), bart_.width()});
        return;
    }
    packed_embedding_ = packed->second;
    if (packed_embedding_->rows() != bart_.vocabulary() ||
        packed_embedding_->columns != bart_.width()) {
        floats_of(model, kShared, {bart_.vocabulary(), bart_.width()});  // refuses
    }
    check_codes(*packed_embedding_);
}

void PackedBart::embed(std::int64_t token, std::span<float> out) const {
    if (packed_embedding_) return unpack_row(*packed_embedding_, token, out);
    std::copy_n(embedding_.begin() + token * bart_.width(), bart_.width(), out.begin());
}

}  // namespace millrace::ops
