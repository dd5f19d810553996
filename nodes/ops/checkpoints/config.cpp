#include "nodes/ops/checkpoints/config.hpp"

#include <fmt/format.h>

#include <string>
#include <system_error>
#include <vector>

#include "engine/value_parse.hpp"
#include "engine/visual/io/files.hpp"
#include "nodes/ops/checkpoints/config_members.hpp"
#include "nodes/ops/checkpoints/errors.hpp"

namespace millrace::ops {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 20;

void check_divides(const ConfigMembers& config, std::int64_t whole, std::int64_t part,
                   std::string_view what) {
    if (whole % part == 0) return;
    fail_checkpoint("E-CKPT-033", "The sizes of the config don't fit together", std::string(what),
                    fmt::format("{} and {}", part, whole), config.where(),
                    "Give the config.json that belongs to the checkpoint.");
}

/// Rotation by a base alone; "default" is the word for that.
double rotary_base(const ConfigMembers& config) {
    double base = config.positive("rope_theta", 10000);
    for (const char* key : {"rope_scaling", "rope_parameters"}) {
        const engine::Value* value = config.find(key);
        if (!value) continue;
        const ConfigMembers scaling(*value, config.where());
        const std::string type = scaling.text("rope_type", scaling.text("type", "default"));
        config.refuse(type != "default", "a scaled rotation (rope_scaling)", "null or type default",
                      type);
        base = scaling.positive("rope_theta", base);
    }
    const double share = config.positive("partial_rotary_factor", 1);
    config.refuse(share != 1, "a partial rotation", "\"partial_rotary_factor\": 1",
                  fmt::format("{}", share));
    return base;
}

void refuse_llama_features(const ConfigMembers& config, std::int64_t head_width) {
    const std::string activation = config.text("hidden_act", "silu");
    config.refuse(activation != "silu", "another activation (hidden_act)", "silu", activation);
    config.need_flag("attention_bias", false, "biases of attention");
    config.need_flag("mlp_bias", false, "biases of the feed-forward layers");
    const engine::Value* window = config.find("sliding_window");
    config.refuse(window && config.flag("use_sliding_window", true), "a sliding window",
                  "\"sliding_window\": null", window ? to_json(*window) : "");
    const std::int64_t width = config.size("head_dim", head_width);
    config.refuse(width != head_width, "heads of another width",
                  fmt::format("\"head_dim\": {}", head_width), fmt::format("{}", width));
    const std::int64_t experts = config.size("num_local_experts", 1);
    config.refuse(experts > 1, "experts", "no \"num_local_experts\"", fmt::format("{}", experts));
}

engine::Value generation_of(const ConfigMembers& config, std::int64_t vocabulary,
                            const std::vector<std::pair<const char*, const char*>>& names) {
    engine::Object ids;
    for (const auto& [theirs, ours] : names) {
        const engine::Value* value = config.find(theirs);
        if (!value) continue;
        if (!value->is_array()) {
            ids[ours] = config.token(theirs, vocabulary);
            continue;
        }
        for (const engine::Value& id : value->as_array()) {
            if (!id.is_int() || id.as_int() < 0 || id.as_int() >= vocabulary)
                config.wrong(theirs, fmt::format("ids below {}", vocabulary));
        }
        ids[ours] = *value;
    }
    return ids;
}

ConvertedConfig convert_llama(const ConfigMembers& config) {
    const std::int64_t width = config.size("hidden_size");
    const std::int64_t heads = config.size("num_attention_heads");
    const std::int64_t key_value_heads = config.size("num_key_value_heads", heads);
    const std::int64_t vocabulary = config.size("vocab_size");
    check_divides(config, width, 2 * heads, "heads of even width that fill the width");
    check_divides(config, heads, key_value_heads, "key and value heads that divide the heads");
    refuse_llama_features(config, width / heads);
    return {.spec = engine::Object{{"architecture", "llama"},
                                   {"vocabulary", vocabulary},
                                   {"width", width},
                                   {"layers", config.size("num_hidden_layers")},
                                   {"heads", heads},
                                   {"key_value_heads", key_value_heads},
                                   {"hidden", config.size("intermediate_size")},
                                   {"norm_epsilon", config.positive("rms_norm_eps", 1e-6)},
                                   {"rotary_base", rotary_base(config)},
                                   {"rotary", "halves"},
                                   {"context", config.size("max_position_embeddings", 2048)},
                                   {"tied_head", config.flag("tie_word_embeddings", false)}},
            .generation = generation_of(config, vocabulary,
                                        {{"bos_token_id", "begin"}, {"eos_token_id", "end"}})};
}

void refuse_bart_features(const ConfigMembers& config, bool multilingual) {
    // What the libraries before transformers 4 could switch; these are the values that stayed.
    config.need_flag("static_position_embeddings", false, "fixed position embeddings");
    config.need_flag("normalize_embedding", true, "embeddings without a norm");
    config.need_flag("add_bias_logits", false, "biases of the logits");
    config.need_flag("tie_word_embeddings", true, "a head of its own");
    config.need_flag("normalize_before", multilingual,
                     multilingual ? "norms behind its blocks (mBART has them before)"
                                  : "norms before its blocks (BART has them behind)");
    config.need_flag(
        "add_final_layer_norm", multilingual,
        multilingual ? "no norm behind its last layer" : "a norm behind its last layer");
    const std::int64_t extra = config.size("extra_pos_embeddings", 2);
    config.refuse(extra != 2, "another offset of positions", "\"extra_pos_embeddings\": 2",
                  fmt::format("{}", extra));
    const std::string activation = config.text("activation_function", "gelu");
    config.refuse(activation != "gelu" && activation != "relu",
                  "another activation (activation_function)", "gelu or relu", activation);
}

ConvertedConfig convert_bart(const ConfigMembers& config, bool multilingual) {
    refuse_bart_features(config, multilingual);
    const std::int64_t width = config.size("d_model"), vocabulary = config.size("vocab_size");
    const std::int64_t heads = config.size("encoder_attention_heads");
    const std::int64_t decoder_heads = config.size("decoder_attention_heads");
    check_divides(config, width, heads, "heads that divide the width");
    check_divides(config, width, decoder_heads, "decoder heads that divide the width");
    // mBART's decoder starts with a language, for which there is no default.
    const std::optional<std::int64_t> start =
        multilingual ? std::nullopt : std::optional<std::int64_t>(2);
    return {.spec = engine::Object{{"architecture", "bart"},
                                   {"vocabulary", vocabulary},
                                   {"width", width},
                                   {"encoder_layers", config.size("encoder_layers")},
                                   {"decoder_layers", config.size("decoder_layers")},
                                   {"heads", heads},
                                   {"decoder_heads", decoder_heads},
                                   {"hidden", config.size("encoder_ffn_dim")},
                                   {"decoder_hidden", config.size("decoder_ffn_dim")},
                                   {"activation", config.text("activation_function", "gelu")},
                                   {"context", config.size("max_position_embeddings", 1024)},
                                   {"norm", multilingual ? "pre" : "post"},
                                   {"scale_embedding", config.flag("scale_embedding", false)},
                                   {"pad", config.token("pad_token_id", vocabulary, 1)},
                                   {"begin", config.token("bos_token_id", vocabulary, 0)},
                                   {"end", config.token("eos_token_id", vocabulary, 2)},
                                   {"decoder_start",
                                    config.token("decoder_start_token_id", vocabulary, start)}},
            .generation = generation_of(
                config, vocabulary,
                {{"forced_bos_token_id", "forced_begin"}, {"forced_eos_token_id", "forced_end"}})};
}

}  // namespace

ConvertedConfig convert_config(const engine::Value& config, std::string_view name) {
    const ConfigMembers members(config, name);
    const engine::Value* packed = members.find("quantization_config");
    members.refuse(packed != nullptr, "packed weights (quantization_config)", "none",
                   packed ? to_json(*packed) : "");
    const std::string type = members.text("model_type", "");
    if (type == "llama" || type == "mistral") return convert_llama(members);
    if (type == "bart" || type == "mbart") return convert_bart(members, type == "mbart");
    fail_checkpoint("E-CKPT-031", "The model is of an architecture that is not supported",
                    "\"model_type\": llama, mistral, bart or mbart",
                    type.empty() ? "none" : engine::shortened(type), members.where(),
                    "Give a checkpoint of one of these.");
}

ConvertedConfig read_config(const std::filesystem::path& path) {
    std::error_code error;
    const auto file = std::filesystem::is_directory(path, error) ? path / "config.json" : path;
    const std::vector<std::byte> bytes = visual::read_file_bytes(file, kMostBytes);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::string name = file.string();
    return convert_config(engine::parse_json(text, name, {.max_depth = 50}), name);
}

}  // namespace millrace::ops
