// Seeds of readers whose tensors are LibTorch's: small models as each of their files.
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/visual/io/safetensors.hpp"
#include "nodes/ops/checkpoints/gguf_llama.hpp"
#include "nodes/ops/packed/pack_bart.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/packed_model.hpp"
#include "tests/fuzz/seeds.hpp"
#include "tests/nodes/ops/language/bart_support.hpp"
#include "tests/nodes/ops/language/llama_support.hpp"

namespace millrace::fuzz {
namespace {

using engine::Packet;

std::string quantized(const std::string& members) {
    return R"(, "quantization": {"method": "llm-qat", )" + members + "}";
}

void put_packed(const SeedFolder& seeds) {
    const auto put = [&](const std::string& name, const types::PackedModel& model) {
        seeds.put("packed", name, serialise(Packet::make<types::PackedModel>(model)));
    };
    const auto put_llama = [&](const std::string& name, const std::string& members,
                               const ops::PackOptions& options = {}) {
        const ops::Llama llama(ops::llama_spec(quantized(members)));
        put(name, ops::pack_llama(llama, ops::llama_parameters(llama), options));
    };
    put_llama("llama_484", R"("weights": 4, "activations": 8, "cache": 4)");
    put_llama("llama_888", R"("weights": 8, "activations": 8, "cache": 8, "kind": "asymmetric")",
              {.head = ops::PackedHead::Int8});
    put_llama("llama_base3", R"("weights": 1, "activations": 6, "cache": 16)",
              {.ternary = ops::TernaryLayout::Base3});
    const auto put_bart = [&](const std::string& name, const std::string& members,
                              const ops::PackOptions& options = {}) {
        const ops::Bart bart(testing::bart_spec(testing::quantization(members)));
        const types::Model model = testing::quantized_model(bart);
        put(name, ops::pack_bart(bart, model.parameters, model.buffers, options));
    };
    put_bart("bart_222", R"("method": "tbt", "weights": 2, "activations": 2, "embeddings": 2)");
    put_bart("bart_118", R"("method": "tbt", "weights": 1, "activations": 8, "embeddings": 1)",
             {.head = ops::PackedHead::Int8});
    put_bart("bart_111", R"("method": "tbt", "weights": 1, "activations": 1)");
}

/// A part of a file of parts, as checkpoint_fuzz.cpp takes them.
std::string part(const std::string& bytes) {
    const auto length = static_cast<std::uint16_t>(bytes.size());
    std::string whole(2, '\0');
    std::memcpy(whole.data(), &length, 2);
    return whole + bytes;
}

void put_checkpoints(const SeedFolder& seeds) {
    const std::vector<float> numbers = {1, 2, 3, 4};
    const auto bytes = std::as_bytes(std::span(numbers));
    seeds.put("checkpoint", "shards",
              '\0' + part(R"({"metadata": {"total_size": 24}, "weight_map": {"x": "a.safetensors",
"y": "b.safetensors", "h": "b.safetensors"}})") +
                  part(visual::write_safetensors(
                      {{"x", engine::DType::F32, {2, 1}, bytes.first(8)}}, {{"format", "pt"}})) +
                  visual::write_safetensors({{"y", engine::DType::F64, {1}, bytes.first(8)},
                                             {"h", engine::DType::BF16, {2, 2}, bytes.last(8)}},
                                            {}));

    const engine::Value spec = engine::parse_json(
        R"({"architecture": "llama", "vocabulary": 6, "width": 8, "layers": 2, "heads": 2,
"key_value_heads": 1, "hidden": 12, "context": 8, "tied_head": true})",
        "spec");
    const ops::Llama llama(spec);
    const types::NamedTensors parameters = llama.initial_parameters(1);
    for (const auto& [name, type] :
         {std::pair("f32", ops::GgmlType::F32), std::pair("bf16", ops::GgmlType::BF16)})
        seeds.put("checkpoint", std::string("gguf_") + name,
                  '\1' + ops::gguf_of_llama(spec, parameters, type));
    const types::Model model{
        .spec = spec, .parameters = parameters, .average = parameters, .version = 7};
    seeds.put("checkpoint", "model", '\2' + serialise(Packet::make<types::Model>(model)));
    const ops::Bart bart(testing::bart_spec());
    seeds.put("checkpoint", "bart",
              '\2' + serialise(Packet::make<types::Model>(testing::bart_model(bart))));
}

void put_llama2c(const SeedFolder& seeds) {
    // Width, hidden, layers, heads, key_value_heads, vocabulary, context.
    for (const bool own_head : {false, true}) {
        const std::vector<std::int32_t> header = {4, 3, 2, 2, 1, own_head ? -5 : 5, 6};
        const std::vector<float> values(own_head ? 240 : 220, 0.5F);
        std::string bytes(header.size() * 4 + values.size() * 4, '\0');
        std::memcpy(bytes.data(), header.data(), header.size() * 4);
        std::memcpy(bytes.data() + header.size() * 4, values.data(), values.size() * 4);
        seeds.put("llama2c", own_head ? "own_head" : "tied", bytes);
    }
}

}  // namespace

void put_tensors(const SeedFolder& seeds) {
    put_packed(seeds);
    put_checkpoints(seeds);
    put_llama2c(seeds);
}

}  // namespace millrace::fuzz
