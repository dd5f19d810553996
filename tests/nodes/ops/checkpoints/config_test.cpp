#include "nodes/ops/checkpoints/config.hpp"

#include <gtest/gtest.h>

#include "nodes/ops/language/llama.hpp"
#include "tests/nodes/ops/checkpoints/folder.hpp"

namespace millrace::ops {
namespace {

using engine::Value;
using testing::error_code;

const char* const kLlama = R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama",
    "bos_token_id": 1, "eos_token_id": [2, 7], "hidden_act": "silu", "hidden_size": 64,
    "initializer_range": 0.02, "intermediate_size": 172, "max_position_embeddings": 512,
    "num_attention_heads": 8, "num_hidden_layers": 5, "num_key_value_heads": 4,
    "pretraining_tp": 1, "rms_norm_eps": 1e-05, "rope_scaling": null, "rope_theta": 500000,
    "tie_word_embeddings": true, "torch_dtype": "float16", "vocab_size": 512})";

const char* const kBart = R"({"model_type": "bart", "activation_function": "gelu",
    "add_bias_logits": false, "add_final_layer_norm": false, "bos_token_id": 0, "d_model": 16,
    "decoder_attention_heads": 2, "decoder_ffn_dim": 48, "decoder_layers": 3,
    "decoder_start_token_id": 2, "encoder_attention_heads": 4, "encoder_ffn_dim": 64,
    "encoder_layers": 2, "eos_token_id": 2, "forced_bos_token_id": 0, "forced_eos_token_id": 2,
    "max_position_embeddings": 1024, "normalize_before": false, "normalize_embedding": true,
    "pad_token_id": 1, "scale_embedding": false, "static_position_embeddings": false,
    "vocab_size": 100})";

Value with(const char* config, std::string_view key, Value value) {
    Value changed = engine::parse_json(config, "config");
    changed[key] = std::move(value);
    return changed;
}

std::string code_of(const Value& config) {
    return error_code([&] { convert_config(config, "config"); });
}
std::string code_of(const char* config, std::string_view key, Value value) {
    return code_of(with(config, key, std::move(value)));
}

TEST(Config, LlamaBecomesASpecThatLlamaReads) {
    const ConvertedConfig converted = convert_config(engine::parse_json(kLlama, "config"), "c");
    EXPECT_EQ(converted.spec, engine::parse_json(R"({"architecture": "llama", "vocabulary": 512,
        "width": 64, "layers": 5, "heads": 8, "key_value_heads": 4, "hidden": 172,
        "norm_epsilon": 1e-05, "rotary_base": 500000.0, "rotary": "halves", "context": 512,
        "tied_head": true})",
                                                 "expected"));
    EXPECT_EQ(converted.generation, engine::parse_json(R"({"begin": 1, "end": [2, 7]})", "e"));
    const Llama llama(converted.spec);
    EXPECT_EQ(llama.sizes().key_value_width(), 32);
}

TEST(Config, LlamaHasTheDefaultsOfItsDocumentation) {
    const Value config = engine::parse_json(R"({"model_type": "llama", "hidden_size": 8,
        "intermediate_size": 24, "num_attention_heads": 2, "num_hidden_layers": 1,
        "vocab_size": 10})",
                                            "config");
    const Value spec = convert_config(config, "config").spec;
    EXPECT_EQ(spec.find("key_value_heads")->as_int(), 2);
    EXPECT_EQ(spec.find("norm_epsilon")->as_double(), 1e-6);
    EXPECT_EQ(spec.find("rotary_base")->as_double(), 10000);
    EXPECT_EQ(spec.find("context")->as_int(), 2048);
    EXPECT_FALSE(spec.find("tied_head")->as_bool());
}

TEST(Config, FeaturesThatLlamaLacksAreNamed) {
    const Value linear = engine::Object{{"type", "linear"}, {"factor", 2.0}};
    const Value llama3 = engine::Object{{"rope_type", "llama3"}, {"factor", 8.0}};
    const Value plain = engine::Object{{"rope_type", "default"}, {"rope_theta", 250.0}};
    EXPECT_EQ(code_of(kLlama, "rope_scaling", linear), "E-CKPT-032");
    EXPECT_EQ(code_of(kLlama, "rope_scaling", llama3), "E-CKPT-032");
    EXPECT_EQ(code_of(kLlama, "rope_parameters", llama3), "E-CKPT-032");
    const Value spec = convert_config(with(kLlama, "rope_parameters", plain), "config").spec;
    EXPECT_EQ(spec.find("rotary_base")->as_double(), 250);
    EXPECT_EQ(code_of(kLlama, "sliding_window", 4096), "E-CKPT-032");
    EXPECT_EQ(code_of(kLlama, "attention_bias", true), "E-CKPT-032");
    EXPECT_EQ(code_of(kLlama, "mlp_bias", true), "E-CKPT-032");
    EXPECT_EQ(code_of(kLlama, "hidden_act", "gelu"), "E-CKPT-032");
    EXPECT_EQ(code_of(kLlama, "head_dim", 16), "E-CKPT-032");
    EXPECT_EQ(code_of(kLlama, "head_dim", 8), "none");
    EXPECT_EQ(code_of(kLlama, "partial_rotary_factor", 0.5), "E-CKPT-032");
    EXPECT_EQ(code_of(kLlama, "quantization_config", engine::Object{}), "E-CKPT-032");
    try {
        convert_config(with(kLlama, "sliding_window", 4096), "the file");
        FAIL();
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().what, "The model has a sliding window, which is not supported");
        EXPECT_EQ(error.problem().found, "4096");
        EXPECT_EQ(error.problem().where, "the file");
    }
    Value window = with(kLlama, "sliding_window", 4096);
    window["use_sliding_window"] = false;
    EXPECT_EQ(code_of(window), "none");
}

TEST(Config, WrongMembersAreNamed) {
    EXPECT_EQ(code_of(kLlama, "hidden_size", nullptr), "E-CKPT-030");
    EXPECT_EQ(code_of(kLlama, "hidden_size", "64"), "E-CKPT-030");
    EXPECT_EQ(code_of(kLlama, "hidden_size", 0), "E-CKPT-030");
    EXPECT_EQ(code_of(kLlama, "hidden_size", std::int64_t{1} << 40), "E-CKPT-030");
    EXPECT_EQ(code_of(kLlama, "rms_norm_eps", 0.0), "E-CKPT-030");
    EXPECT_EQ(code_of(kLlama, "tie_word_embeddings", 1), "E-CKPT-030");
    EXPECT_EQ(code_of(kLlama, "eos_token_id", 512), "E-CKPT-030");
    EXPECT_EQ(code_of(kLlama, "eos_token_id", engine::Array{1, 512}), "E-CKPT-030");
    EXPECT_EQ(code_of(kLlama, "rope_scaling", 3), "E-CKPT-030");
    EXPECT_EQ(code_of(kLlama, "model_type", "qwen2"), "E-CKPT-031");
    EXPECT_EQ(code_of(kLlama, "model_type", nullptr), "E-CKPT-031");
    EXPECT_EQ(code_of(kLlama, "num_attention_heads", 3), "E-CKPT-033");
    EXPECT_EQ(code_of(kLlama, "num_attention_heads", 64), "E-CKPT-033");  // heads of width 1
    EXPECT_EQ(code_of(kLlama, "num_key_value_heads", 3), "E-CKPT-033");
    EXPECT_EQ(code_of(engine::Array{}), "E-CKPT-030");
}

TEST(Config, BartBecomesASpec) {
    const ConvertedConfig converted = convert_config(engine::parse_json(kBart, "config"), "c");
    EXPECT_EQ(converted.spec, engine::parse_json(R"({"architecture": "bart", "vocabulary": 100,
        "width": 16, "encoder_layers": 2, "decoder_layers": 3, "heads": 4, "decoder_heads": 2,
        "hidden": 64, "decoder_hidden": 48, "activation": "gelu", "context": 1024,
        "norm": "post", "scale_embedding": false, "pad": 1, "begin": 0, "end": 2,
        "decoder_start": 2})",
                                                 "expected"));
    EXPECT_EQ(converted.generation,
              engine::parse_json(R"({"forced_begin": 0, "forced_end": 2})", "e"));
}

TEST(Config, MultilingualBartHasItsNormsBefore) {
    Value config = with(kBart, "model_type", "mbart");
    EXPECT_EQ(code_of(config), "E-CKPT-032");  // normalize_before is false
    config["normalize_before"] = true;
    config["add_final_layer_norm"] = true;
    config["scale_embedding"] = true;
    config["decoder_start_token_id"] = 99;
    const Value spec = convert_config(config, "config").spec;
    EXPECT_EQ(spec.find("norm")->as_string(), "pre");
    EXPECT_TRUE(spec.find("scale_embedding")->as_bool());
    EXPECT_EQ(spec.find("decoder_start")->as_int(), 99);
    config["decoder_start_token_id"] = nullptr;
    EXPECT_EQ(code_of(config), "E-CKPT-030");
}

TEST(Config, FeaturesThatBartLacksAreNamed) {
    EXPECT_EQ(code_of(kBart, "static_position_embeddings", true), "E-CKPT-032");
    EXPECT_EQ(code_of(kBart, "normalize_embedding", false), "E-CKPT-032");
    EXPECT_EQ(code_of(kBart, "normalize_before", true), "E-CKPT-032");
    EXPECT_EQ(code_of(kBart, "tie_word_embeddings", false), "E-CKPT-032");
    EXPECT_EQ(code_of(kBart, "extra_pos_embeddings", 1), "E-CKPT-032");
    EXPECT_EQ(code_of(kBart, "activation_function", "swish"), "E-CKPT-032");
    EXPECT_EQ(code_of(kBart, "activation_function", "relu"), "none");
    EXPECT_EQ(code_of(kBart, "encoder_attention_heads", 3), "E-CKPT-033");
    EXPECT_EQ(code_of(kBart, "pad_token_id", 100), "E-CKPT-030");
    EXPECT_EQ(code_of(kBart, "pad_token_id", -1), "E-CKPT-030");
}

TEST(Config, AFileOrAFolderIsRead) {
    const testing::Folder folder;
    EXPECT_EQ(error_code([&] { read_config(folder.path()); }), "E-FILE-001");
    const auto file = folder.put("config.json", kLlama);
    EXPECT_EQ(read_config(folder.path()).spec, read_config(file).spec);
    folder.put("config.json", "{,}");
    EXPECT_EQ(error_code([&] { read_config(file); }), "E-JSON-001");
}

}  // namespace
}  // namespace millrace::ops
