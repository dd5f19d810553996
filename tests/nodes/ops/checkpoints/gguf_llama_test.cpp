#include "nodes/ops/checkpoints/gguf_llama.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "nodes/ops/language/llama.hpp"
#include "tests/nodes/ops/checkpoints/folder.hpp"

namespace millrace::ops {
namespace {

using engine::Value;
using testing::error_code;
using testing::Folder;

Value spec_of(const char* rotary = "halves", bool tied = false) {
    return engine::Object{{"architecture", "llama"},
                          {"vocabulary", 10},
                          {"width", 32},
                          {"layers", 2},
                          {"heads", 4},
                          {"key_value_heads", 2},
                          {"hidden", 64},
                          {"norm_epsilon", 1e-5},
                          {"rotary_base", 500000.0},
                          {"rotary", rotary},
                          {"context", 128},
                          {"tied_head", tied}};
}

/// Each number tells its tensor and place.
types::NamedTensors parameters_of(const Value& spec) {
    types::NamedTensors parameters;
    float first = 0;
    for (const auto& [name, shape] : Llama(spec).parameter_shapes()) {
        at::Tensor tensor = at::empty(shape, at::kFloat);
        const std::int64_t count = tensor.numel();
        tensor.copy_((at::arange(count, at::kFloat) + first).reshape(shape));
        parameters.emplace(name, tensor);
        first += 10000;
    }
    return parameters;
}

void expect_equal(const types::NamedTensors& found, const types::NamedTensors& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [name, tensor] : expected) {
        ASSERT_TRUE(found.contains(name)) << name;
        EXPECT_TRUE(found.find(name)->second.equal(tensor)) << name;
    }
}

TEST(GgufLlama, ComesBackWithItsSpec) {
    const Folder folder;
    for (const bool tied : {false, true}) {
        const Value spec = spec_of("halves", tied);
        const types::NamedTensors parameters = parameters_of(spec);
        const GgufMetadata others = {
            {"tokenizer.ggml.model", std::string("llama")},
            {"tokenizer.ggml.tokens", GgufArray{std::vector<std::string>{"a", "b"}}}};
        const GgufFile file(
            folder.put("x.gguf", gguf_of_llama(spec, parameters, GgmlType::F32, others)));
        const GgufLlama loaded = load_gguf_llama(file);
        EXPECT_EQ(loaded.spec, spec);
        expect_equal(loaded.parameters, parameters);
        EXPECT_EQ(file.header().text("tokenizer.ggml.model"), "llama");
    }
}

TEST(GgufLlama, RowsOfQueriesAndKeysAreReordered) {
    const Folder folder;
    const Value spec = spec_of();
    const types::NamedTensors parameters = parameters_of(spec);
    const GgufFile file(folder.put("x.gguf", gguf_of_llama(spec, parameters, GgmlType::F32)));
    // Heads of width 8: row i + 4 h of a head becomes row 2 i + h.
    for (const auto& [theirs, ours, heads] :
         {std::tuple("blk.1.attn_q.weight", "model.layers.1.self_attn.q_proj.weight", 4),
          std::tuple("blk.1.attn_k.weight", "model.layers.1.self_attn.k_proj.weight", 2)}) {
        const at::Tensor stored = file.read(theirs, Precision::Stored);
        const at::Tensor weight = parameters.find(ours)->second;
        for (int head = 0; head < heads; ++head) {
            for (int i = 0; i < 4; ++i) {
                for (int h = 0; h < 2; ++h) {
                    EXPECT_TRUE(stored[8 * head + 2 * i + h].equal(weight[8 * head + i + 4 * h]));
                }
            }
        }
    }
    EXPECT_TRUE(file.read("blk.0.attn_v.weight", Precision::Stored)
                    .equal(parameters.find("model.layers.0.self_attn.v_proj.weight")->second));
}

TEST(GgufLlama, InterleavedRowsAreWrittenAsTheyAre) {
    const Folder folder;
    const Value spec = spec_of("interleaved");
    const types::NamedTensors parameters = parameters_of(spec);
    const GgufFile file(folder.put("x.gguf", gguf_of_llama(spec, parameters, GgmlType::F32)));
    const std::string name = "model.layers.0.self_attn.q_proj.weight";
    EXPECT_TRUE(
        file.read("blk.0.attn_q.weight", Precision::Stored).equal(parameters.find(name)->second));
    const GgufLlama loaded = load_gguf_llama(file);
    EXPECT_EQ(loaded.spec, spec_of("halves"));
    EXPECT_FALSE(loaded.parameters.find(name)->second.equal(parameters.find(name)->second));
}

TEST(GgufLlama, OtherPrecisions) {
    const Folder folder;
    const Value spec = spec_of();
    types::NamedTensors parameters = parameters_of(spec);
    for (auto& [name, tensor] : parameters) tensor = tensor.sin();
    for (const GgmlType type : {GgmlType::F16, GgmlType::BF16, GgmlType::Q8_0, GgmlType::Q4_0}) {
        const GgufFile file(folder.put("x.gguf", gguf_of_llama(spec, parameters, type)));
        const GgufLlama loaded = load_gguf_llama(file);
        // Of numbers up to 1: float16 2^-12, bfloat16 2^-9, half a 127th, a step of Q4_0.
        const double most = type == GgmlType::F16    ? 0x1p-12
                            : type == GgmlType::BF16 ? 0x1p-9
                            : type == GgmlType::Q8_0 ? 0.0045
                                                     : 0.13;
        for (const auto& [name, tensor] : parameters) {
            const at::Tensor& found = loaded.parameters.find(name)->second;
            EXPECT_EQ(found.scalar_type(), at::kFloat);
            EXPECT_LE((found - tensor).abs().max().item<double>(), tensor.dim() == 2 ? most : 0)
                << to_text(type) << " " << name;
        }
        const GgufLlama stored = load_gguf_llama(file, Precision::Stored);
        EXPECT_EQ(stored.parameters.find("lm_head.weight")->second.scalar_type(),
                  type == GgmlType::F16    ? at::kHalf
                  : type == GgmlType::BF16 ? at::kBFloat16
                                           : at::kFloat);
    }
    // Rows of 32 and 64 numbers are no blocks of 256.
    const GgufFile file(folder.put("x.gguf", gguf_of_llama(spec, parameters, GgmlType::TQ1_0)));
    for (const GgufTensor& tensor : file.header().tensors)
        EXPECT_EQ(tensor.type, tensor.shape.size() == 2 ? GgmlType::F16 : GgmlType::F32);
    EXPECT_EQ(file.header().integer("general.file_type"), 36);
}

TEST(GgufLlama, BlocksAreReadInParts) {
    const Folder folder;
    const at::Tensor weight = at::arange(3 * 256 * 6000, at::kFloat).sin().reshape({18000, 256});
    const std::vector<GgufData> tensors = {gguf_data("x", weight, GgmlType::TQ2_0)};
    const GgufFile file(folder.put("x.gguf", write_gguf({}, tensors)));
    std::vector<float> expected(static_cast<std::size_t>(weight.numel()));
    dequantize(GgmlType::TQ2_0, testing::bytes_of(tensors[0].bytes), expected);
    EXPECT_TRUE(
        file.read("x", Precision::Stored).equal(at::tensor(expected).reshape({18000, 256})));
    EXPECT_EQ(error_code([&] { file.read("y", Precision::Stored); }), "E-CKPT-025");
    std::filesystem::resize_file(file.path(), std::filesystem::file_size(file.path()) / 2);
    EXPECT_EQ(error_code([&] { file.read("x", Precision::Stored); }), "E-CKPT-027");
}

TEST(GgufLlama, OtherModelsAreRefused) {
    const Folder folder;
    const Value spec = spec_of();
    const types::NamedTensors parameters = parameters_of(spec);
    const Gguf header =
        read_gguf(testing::bytes_of(gguf_of_llama(spec, parameters, GgmlType::F32)), "x");
    const auto code = [&](std::string_view key, const GgufValue& value) {
        Gguf changed = header;
        std::erase_if(changed.metadata, [&](const auto& member) { return member.first == key; });
        changed.metadata.emplace_back(std::string(key), value);
        return error_code([&] { llama_spec(changed, "x"); });
    };
    EXPECT_EQ(error_code([&] { llama_spec(header, "x"); }), "none");
    EXPECT_EQ(code("general.architecture", std::string("qwen2")), "E-CKPT-050");
    EXPECT_EQ(code("general.architecture", std::uint32_t{1}), "E-CKPT-050");
    EXPECT_EQ(code("llama.block_count", std::string("2")), "E-CKPT-050");
    EXPECT_EQ(code("llama.block_count", std::uint64_t{2}), "none");
    EXPECT_EQ(code("llama.attention.head_count", std::uint32_t{0}), "E-CKPT-050");
    EXPECT_EQ(code("llama.attention.head_count", std::uint32_t{3}), "E-CKPT-050");
    EXPECT_EQ(code("llama.rope.scaling.type", std::string("none")), "none");
    EXPECT_EQ(code("llama.rope.scaling.type", std::string("yarn")), "E-CKPT-051");
    EXPECT_EQ(code("llama.rope.scale_linear", 2.0F), "E-CKPT-051");
    EXPECT_EQ(code("llama.expert_count", std::uint32_t{8}), "E-CKPT-051");
    EXPECT_EQ(code("llama.rope.dimension_count", std::uint32_t{4}), "E-CKPT-051");
    EXPECT_EQ(code("llama.attention.key_length", std::uint32_t{16}), "E-CKPT-051");

    const auto load = [&](const GgufMetadata& metadata, const std::vector<GgufData>& tensors) {
        const GgufFile file(folder.put("x.gguf", write_gguf(metadata, tensors)));
        return error_code([&] { load_gguf_llama(file); });
    };
    const GgufData embedding = {
        "token_embd.weight", {10, 32}, GgmlType::F32, std::string(1280, '\0')};
    EXPECT_EQ(load(header.metadata, {}), "E-CKPT-050");
    EXPECT_EQ(load(header.metadata, {embedding}), "E-CKPT-026");
    for (const char* name : {"blk.0.attn_q.bias", "blk.00.attn_q.weight", "blk.attn_q.weight",
                             "blk.-1.attn_q.weight", "blk.99999999999.attn_q.weight", "blk.0"}) {
        EXPECT_EQ(load(header.metadata, {embedding, {name, {1}, GgmlType::F16, "ab"}}),
                  "E-CKPT-052")
            << name;
    }
    EXPECT_EQ(load(header.metadata, {embedding, {"rope_freqs.weight", {1}, GgmlType::F16, "ab"}}),
              "E-CKPT-051");
    types::NamedTensors fewer = parameters;
    fewer.erase("model.norm.weight");
    EXPECT_EQ(error_code([&] { gguf_of_llama(spec, fewer, GgmlType::F32); }), "E-CKPT-026");
}

}  // namespace
}  // namespace millrace::ops
