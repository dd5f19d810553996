#include "nodes/ops/checkpoints/gguf_llama.hpp"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/value_parse.hpp"
#include "nodes/ops/checkpoints/errors.hpp"
#include "nodes/ops/checkpoints/names.hpp"
#include "nodes/ops/language/llama.hpp"
#include "nodes/ops/language/rotary.hpp"

namespace millrace::ops {
namespace {

struct NamePair {
    std::string_view gguf, ours;
};
constexpr std::array kTopNames = {NamePair{"token_embd.weight", "model.embed_tokens.weight"},
                                  NamePair{"output_norm.weight", "model.norm.weight"},
                                  NamePair{"output.weight", "lm_head.weight"}};
constexpr std::array kLayerNames = {NamePair{"attn_norm.weight", "input_layernorm.weight"},
                                    NamePair{"attn_q.weight", "self_attn.q_proj.weight"},
                                    NamePair{"attn_k.weight", "self_attn.k_proj.weight"},
                                    NamePair{"attn_v.weight", "self_attn.v_proj.weight"},
                                    NamePair{"attn_output.weight", "self_attn.o_proj.weight"},
                                    NamePair{"ffn_norm.weight", "post_attention_layernorm.weight"},
                                    NamePair{"ffn_gate.weight", "mlp.gate_proj.weight"},
                                    NamePair{"ffn_up.weight", "mlp.up_proj.weight"},
                                    NamePair{"ffn_down.weight", "mlp.down_proj.weight"}};
constexpr std::string_view kLayer = "blk.", kOurLayer = "model.layers.";

/// The other name of a tensor by either side's table; none for a tensor that has no place.
std::optional<std::string> renamed(std::string_view name, std::string_view NamePair::*from,
                                   std::string_view NamePair::*to) {
    for (const NamePair& pair : kTopNames) {
        if (pair.*from == name) return std::string(pair.*to);
    }
    const bool theirs = from == &NamePair::gguf;
    const std::string_view before = theirs ? kLayer : kOurLayer;
    if (!name.starts_with(before)) return {};
    const std::string_view rest = name.substr(before.size());
    int layer = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), layer);
    const auto digits = static_cast<std::size_t>(end - rest.data());
    if (error != std::errc() || layer < 0 || rest.substr(0, digits) != std::to_string(layer) ||
        digits >= rest.size() || rest[digits] != '.')
        return {};
    for (const NamePair& pair : kLayerNames) {
        if (pair.*from == rest.substr(digits + 1))
            return fmt::format("{}{}.{}", theirs ? kOurLayer : kLayer, layer, pair.*to);
    }
    return {};
}

/// How many heads' rows a rotation reorders; 0 for tensors that none does.
std::int64_t rotated_heads(std::string_view gguf, const LlamaSizes& sizes) {
    if (gguf.ends_with(".attn_q.weight")) return sizes.heads;
    if (gguf.ends_with(".attn_k.weight")) return sizes.key_value_heads;
    return 0;
}

/// The metadata of one architecture.
class Keys {
public:
    Keys(const Gguf& header, std::string_view where) : header_(header), where_(where) {}

    std::int64_t whole(std::string_view key) const {
        const auto value = header_.integer(key);
        if (!value) lacks(key, "an integer");
        return *value;
    }
    std::int64_t whole(std::string_view key, std::int64_t otherwise) const {
        return header_.find(key) ? whole(key) : otherwise;
    }
    double number(std::string_view key) const {
        const auto value = header_.number(key);
        if (!value) lacks(key, "a number");
        return *value;
    }
    double number(std::string_view key, double otherwise) const {
        return header_.find(key) ? number(key) : otherwise;
    }
    std::string text(std::string_view key) const {
        const auto value = header_.text(key);
        if (!value) lacks(key, "a text");
        return *value;
    }
    std::string text(std::string_view key, const char* otherwise) const {
        return header_.find(key) ? text(key) : otherwise;
    }

    void refuse(bool found, std::string_view feature, std::string expected,
                const std::string& value) const {
        if (!found) return;
        fail_checkpoint("E-CKPT-051",
                        fmt::format("The model has {}, which is not supported", feature),
                        std::move(expected), engine::shortened(engine::as_utf8(value)),
                        std::string(where_), "Give a model without it.");
    }

private:
    [[noreturn]] void lacks(std::string_view key, std::string expected) const {
        fail_checkpoint("E-CKPT-050", fmt::format("The metadata lack \"{}\"", key),
                        std::move(expected), header_.find(key) ? "another type" : "nothing",
                        std::string(where_));
    }

    const Gguf& header_;
    std::string_view where_;
};

void refuse_features(const Keys& keys, const Gguf& header, std::int64_t head_width) {
    const std::string scaling = keys.text("llama.rope.scaling.type", "none");
    keys.refuse(scaling != "none", "a scaled rotation", "llama.rope.scaling.type none", scaling);
    const double scale = keys.number("llama.rope.scale_linear", 1);
    keys.refuse(scale != 1, "a scaled rotation", "llama.rope.scale_linear 1",
                fmt::format("{}", scale));
    keys.refuse(header.tensor("rope_freqs.weight") != nullptr, "a scaled rotation",
                "no rope_freqs.weight", "one");
    const std::int64_t experts = keys.whole("llama.expert_count", 0);
    keys.refuse(experts > 1, "experts", "no llama.expert_count", fmt::format("{}", experts));
    const auto window = keys.whole("llama.attention.sliding_window", 0);
    keys.refuse(window != 0, "a sliding window", "none", fmt::format("{}", window));
    for (const char* key : {"llama.rope.dimension_count", "llama.attention.key_length",
                            "llama.attention.value_length"}) {
        const std::int64_t width = keys.whole(key, head_width);
        keys.refuse(width != head_width, "heads of another width",
                    fmt::format("{} {}", key, head_width), fmt::format("{}", width));
    }
}

/// The number that "general.file_type" has for a file whose matrices mostly are of the type.
std::uint32_t file_type(GgmlType type) {
    switch (type) {
        case GgmlType::F16:
            return 1;
        case GgmlType::Q4_0:
            return 2;
        case GgmlType::Q8_0:
            return 7;
        case GgmlType::BF16:
            return 32;
        case GgmlType::TQ1_0:
            return 36;
        case GgmlType::TQ2_0:
            return 37;
        case GgmlType::F32:
            break;
    }
    return 0;
}

GgmlType stored_type(const at::Tensor& tensor, GgmlType type) {
    if (tensor.dim() != 2) return GgmlType::F32;
    return tensor.size(1) % block_of(type).values == 0 ? type : GgmlType::F16;
}

}  // namespace

engine::Value llama_spec(const Gguf& header, std::string_view name) {
    const Keys keys(header, name);
    const std::string architecture = keys.text("general.architecture");
    if (architecture != "llama") {
        fail_checkpoint("E-CKPT-050", "The model is of another architecture", "llama",
                        engine::shortened(engine::as_utf8(architecture)), std::string(name),
                        "Give a model of the LLaMA architecture.");
    }
    const std::int64_t width = keys.whole("llama.embedding_length");
    const std::int64_t heads = keys.whole("llama.attention.head_count");
    const GgufTensor* embedding = header.tensor("token_embd.weight");
    if (width < 1 || heads < 1 || width % heads != 0 || !embedding ||
        embedding->shape.size() != 2) {
        fail_checkpoint("E-CKPT-050", "The model's sizes are malformed",
                        "heads that divide the width, and token_embd.weight of two dimensions",
                        fmt::format("width {}, {} heads, {}", width, heads,
                                    embedding ? "an embedding" : "no embedding"),
                        std::string(name));
    }
    refuse_features(keys, header, width / heads);
    return engine::Object{{"architecture", "llama"},
                          {"vocabulary", embedding->shape[0]},
                          {"width", width},
                          {"layers", keys.whole("llama.block_count")},
                          {"heads", heads},
                          {"key_value_heads", keys.whole("llama.attention.head_count_kv", heads)},
                          {"hidden", keys.whole("llama.feed_forward_length")},
                          {"norm_epsilon", keys.number("llama.attention.layer_norm_rms_epsilon")},
                          {"rotary_base", keys.number("llama.rope.freq_base", 10000)},
                          {"rotary", "halves"},
                          {"context", keys.whole("llama.context_length")},
                          {"tied_head", header.tensor("output.weight") == nullptr}};
}

GgufLlama load_gguf_llama(const GgufFile& file, Precision precision) {
    const std::string where = file.path().string();
    GgufLlama result{.spec = llama_spec(file.header(), where), .parameters = {}};
    const Llama llama(result.spec);
    std::map<std::string, const GgufTensor*> sources;
    TensorShapes shapes;
    std::uint64_t bytes = 0;
    for (const GgufTensor& tensor : file.header().tensors) {
        const auto name = renamed(tensor.name, &NamePair::gguf, &NamePair::ours);
        if (!name) {
            fail_checkpoint("E-CKPT-052", "A tensor has no place in the model",
                            "names of the LLaMA architecture, without biases",
                            engine::shortened(engine::as_utf8(tensor.name)), where,
                            "Give a plain model of the LLaMA architecture.");
        }
        sources[*name] = &tensor;
        shapes[*name] = tensor.shape;
        const GgmlBlock block = block_of(tensor.type);
        const bool stored = block.values == 1 && precision == Precision::Stored;
        const auto count = tensor.bytes / static_cast<std::uint64_t>(block.bytes);
        bytes += stored ? tensor.bytes : 4 * count * static_cast<std::uint64_t>(block.values);
    }
    check_names(llama.parameter_shapes(), shapes, where);
    check_free_memory(bytes, file.path());
    for (const auto& [name, tensor] : sources) {
        at::Tensor value = file.read(tensor->name, precision);
        if (const auto heads = rotated_heads(tensor->name, llama.sizes()))
            value = halves_from_interleaved(value, heads);
        result.parameters.emplace(name, std::move(value));
    }
    return result;
}

std::string gguf_of_llama(const engine::Value& spec, const types::NamedTensors& parameters,
                          GgmlType type, const GgufMetadata& others) {
    const Llama llama(spec);
    check_names(llama.parameter_shapes(), shapes_of(parameters), "the model");
    const LlamaSizes& sizes = llama.sizes();
    const auto whole = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
    GgufMetadata metadata = {
        {"general.architecture", std::string("llama")},
        {"general.quantization_version", std::uint32_t{2}},
        {"general.file_type", file_type(type)},
        {"llama.vocab_size", whole(sizes.vocabulary)},
        {"llama.context_length", whole(sizes.context)},
        {"llama.embedding_length", whole(sizes.width)},
        {"llama.block_count", whole(sizes.layers)},
        {"llama.feed_forward_length", whole(sizes.hidden)},
        {"llama.rope.dimension_count", whole(sizes.head_width())},
        {"llama.rope.freq_base", static_cast<float>(llama.rotary_base())},
        {"llama.attention.head_count", whole(sizes.heads)},
        {"llama.attention.head_count_kv", whole(sizes.key_value_heads)},
        {"llama.attention.layer_norm_rms_epsilon", static_cast<float>(llama.norm_epsilon())}};
    metadata.insert(metadata.end(), others.begin(), others.end());
    std::vector<GgufData> tensors;
    for (const auto& [name, tensor] : parameters) {
        const auto theirs = renamed(name, &NamePair::ours, &NamePair::gguf);
        if (!theirs) continue;  // check_names() has seen to it
        const std::int64_t heads = rotated_heads(*theirs, sizes);
        const bool reorder = heads > 0 && llama.rotary() == RotaryLayout::Halves;
        tensors.push_back(gguf_data(*theirs,
                                    reorder ? interleaved_from_halves(tensor, heads) : tensor,
                                    stored_type(tensor, type)));
    }
    return write_gguf(metadata, tensors);
}

}  // namespace millrace::ops
