#include <cstdint>
#include <string>
#include <vector>

#include "nodes/ops/checkpoints/gguf.hpp"
#include "tests/fuzz/seeds.hpp"
#include "tests/nodes/networks/onnx_writer.hpp"
#include "tests/nodes/ops/kws/tflite_builder.hpp"
#include "tests/nodes/ops/text_corpus/programs.hpp"
#include "tests/nodes/ops/text_corpus/texts.hpp"
#include "tests/nodes/ops/tokenizers/files.hpp"

namespace millrace::fuzz {
namespace {

using std::string_literals::operator""s;

/// The first byte of these targets picks the format.
std::string of_kind(char kind, const std::string& bytes) { return kind + bytes; }

void put_tokenizers(const SeedFolder& seeds) {
    seeds.put("tokenizer", "llama2c",
              of_kind(0, testing::llama2c_file({{" ", -9}, {"a", -9}, {"b", -9}, {" ab", -3}})));
    const auto pieces = testing::with_controls({{"a", -1}, {"b", -2}, {"ab", -1.5F}});
    seeds.put("tokenizer", "unigram",
              of_kind(1, testing::model_file(pieces,
                                             {.character_map = testing::one_rule_map('a', "b")})));
    seeds.put("tokenizer", "bpe",
              of_kind(1, testing::model_file(testing::with_controls(testing::byte_pieces()),
                                             {.model = 2, .has_byte_fallback = true})));
    seeds.put("tokenizer", "hugging_face", of_kind(2, R"({"model": {"type": "BPE",
"vocab": {"a": 0, "b": 1, "ab": 2, "\u0120": 3}, "merges": ["a b"], "byte_fallback": false},
"added_tokens": [{"id": 4, "content": "<s>", "special": true, "lstrip": false}],
"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"},
{"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]},
"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern":
{"Regex": "\\p{L}+|\\s"}, "behavior": "Isolated", "invert": false},
{"type": "ByteLevel", "add_prefix_space": true, "use_regex": false}]},
"decoder": {"type": "ByteLevel"}})"));
    seeds.put("tokenizer", "gpt2",
              of_kind(3, "{\"a\": 0, \"b\": 1, \"ab\": 2}#version: 0.2\na b\n"));
}

void put_checkpoints(const SeedFolder& seeds) {
    const ops::GgufMetadata metadata = {
        {"general.architecture", std::string("llama")},
        {"llama.block_count", std::uint32_t{1}},
        {"tokens", ops::GgufArray{std::vector<std::string>{"a", ""}}},
        {"nested", ops::GgufArray{std::vector{ops::GgufArray{std::vector<float>{1, -2}}}}},
        {"flag", true}};
    std::vector<ops::GgufData> tensors;
    for (const ops::GgmlType type : {ops::GgmlType::F32, ops::GgmlType::F16, ops::GgmlType::Q8_0,
                                     ops::GgmlType::Q4_0, ops::GgmlType::TQ2_0}) {
        const std::vector<float> values(256, 0.5F);
        const std::string name = "t" + std::to_string(tensors.size());
        tensors.push_back({name, {1, 256}, type, ops::quantize(type, values, name)});
    }
    seeds.put("gguf", "types", ops::write_gguf(metadata, tensors));
    seeds.put("gguf", "empty", ops::write_gguf({}, {}));

    seeds.put("config", "llama", R"({"model_type": "llama", "hidden_size": 8,
"intermediate_size": 24, "num_attention_heads": 2, "num_hidden_layers": 1, "vocab_size": 10,
"num_key_value_heads": 1, "rms_norm_eps": 1e-05, "rope_theta": 500000, "eos_token_id": [2, 7],
"max_position_embeddings": 16, "tie_word_embeddings": true, "hidden_act": "silu"})");
    seeds.put("config", "bart", R"({"model_type": "bart", "activation_function": "gelu",
"d_model": 16, "decoder_attention_heads": 2, "decoder_ffn_dim": 48, "decoder_layers": 3,
"decoder_start_token_id": 2, "encoder_attention_heads": 4, "encoder_ffn_dim": 64,
"encoder_layers": 2, "max_position_embeddings": 64, "pad_token_id": 1, "vocab_size": 100})");
}

void put_corpora(const SeedFolder& seeds) {
    seeds.put("corpus", "catalogue",
              of_kind(0, testing::compiled({testing::mo_header("ISO-8859-2"),
                                            {"_Open the file", "_Deschide \xBA"},
                                            {"a day\0days"s, "o zi\0zile\0de zile"s}})));
    seeds.put("corpus", "summaries",
              of_kind(1, "{\"text\": \"A longer text.\", \"summary\": \"Text.\"}\n\n"));
    seeds.put("corpus", "packages",
              of_kind(2,
                      "Package: a\nDescription: short\n long\n .\n  * item\n\nPackage: b\n"
                      "Description-en: other\n words\n"));
    seeds.put("corpus", "paragraphs", of_kind(3, "\xEF\xBB\xBFOne line\nand one.\n\nTwo.\n"));
    seeds.put("corpus", "lines", of_kind(4, "one\r\ntwo\r\n\xC3\xA9\n"));
    seeds.put("corpus", "parallel", of_kind(5, "one\ntwo\n"));
    const std::string lines = "one\ntwo\n";
    for (const testing::Program& program : testing::kPrograms) {
        const std::string bytes = testing::packed(lines, program);
        seeds.put("unpack", program.name, bytes);
        seeds.put("corpus", program.name, of_kind(4, bytes));
    }
    seeds.put("questions", "two",
              R"({"task": "t", "context": "Which?", "choices": [" one", "two"], "answer": 0}

{"context": ["A is", "B is"], "choices": ["here.", "there."], "answer": [0, 1], "more": {}}
)");
}

void put_networks(const SeedFolder& seeds) {
    for (const auto& [name, graph] : {std::pair("convolution", testing::onnx::convolution()),
                                      std::pair("product", testing::onnx::product()),
                                      std::pair("colors", testing::onnx::colors()),
                                      std::pair("halves", testing::onnx::halves())})
        seeds.put("onnx", name, graph.file());
    using testing::raw;
    // [1, 3] times [2, 3], and a convolution.
    const testing::FlatModel dense = {
        .tensors = {{.shape = {1, 3}, .scales = {0.5F}, .zero_points = {-1}},
                    {.shape = {1, 2}, .scales = {0.25F}, .zero_points = {3}},
                    {.shape = {2, 3}, .data = raw<std::int8_t>({1, 2, 3, -4, 5, 127})},
                    {.shape = {2}, .type = testing::kInt32, .data = raw<std::int32_t>({8, -2})}},
        .operators = {{.code = 9, .inputs = {0, 2, 3}, .outputs = {1}}}};
    const testing::FlatModel convolution = {
        .tensors = {{.shape = {1, 4, 5, 1}},
                    {.shape = {1, 4, 5, 1}, .scales = {16}, .zero_points = {2}},
                    {.shape = {1, 3, 3, 1}, .data = raw(std::vector<std::int8_t>(9, 7))}},
        .operators = {{3, {0, 2}, {1}, {{1, 1}, {2, 1}, {3, std::int8_t{1}}}}}};
    seeds.put("tflite", "dense", dense.file());
    seeds.put("tflite", "convolution", convolution.file());
}

}  // namespace

void put_models(const SeedFolder& seeds) {
    put_tokenizers(seeds);
    put_checkpoints(seeds);
    put_corpora(seeds);
    put_networks(seeds);
}

}  // namespace millrace::fuzz
