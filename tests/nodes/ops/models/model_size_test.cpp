// Sizes of models by hand, and sums that agree with what the architectures say of themselves.
#include "nodes/ops/models/model_size.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>

#include "nodes/ops/language/bart.hpp"
#include "nodes/ops/language/llama.hpp"
#include "nodes/ops/networks/network.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

types::Model llama(const std::string& more = "") {
    const Llama made(engine::parse_json(
        R"({"architecture": "llama", "vocabulary": 11, "width": 16, "layers": 2, "heads": 4,
            "key_value_heads": 2, "hidden": 20, "context": 12)" +
            more + "}",
        "spec"));
    return {.spec = made.spec(), .parameters = made.initial_parameters(1)};
}

types::Model bart(const std::string& more = "") {
    const Bart made(engine::parse_json(
        R"({"architecture": "bart", "vocabulary": 11, "width": 8, "encoder_layers": 2,
            "decoder_layers": 1, "heads": 2, "hidden": 12, "context": 10)" +
            more + "}",
        "spec"));
    return {.spec = made.spec(),
            .parameters = made.initial_parameters(1),
            .buffers = made.initial_buffers()};
}

std::map<std::string, PartSize> by_name(const types::Model& model, const Work& work = {}) {
    std::map<std::string, PartSize> parts;
    for (const PartSize& part : part_sizes(model, work)) parts[part.part] = part;
    return parts;
}

TEST(ModelSize, FloatModelsAreAsLargeAsTheirTensors) {
    for (const types::Model& model : {llama(), llama(R"(, "tied_head": true)"), bart()}) {
        const PartSize whole = whole_size(part_sizes(model, {}));
        EXPECT_EQ(whole.parameters, model.parameter_count());
        EXPECT_EQ(static_cast<std::size_t>(whole.bytes), model.bytes());
        EXPECT_EQ(whole.packed_bits, 8 * whole.bytes);
    }
}

TEST(ModelSize, MacsAreThoseOfTheArchitecture) {
    const types::Model decoder = llama();
    EXPECT_EQ(whole_size(part_sizes(decoder, {.source_tokens = 7})).macs,
              Llama(decoder.spec).macs_per_token(7));
    EXPECT_EQ(by_name(decoder, {.source_tokens = 7}).at("model.layers.1.self_attn").macs,
              2 * 7 * 16);
    EXPECT_EQ(by_name(decoder).at("lm_head").macs, 11 * 16);
    const types::Model both = bart();
    for (const auto& [source, target] : {std::pair{1, 1}, std::pair{9, 4}, std::pair{3, 10}}) {
        EXPECT_EQ(
            whole_size(part_sizes(both, {.source_tokens = source, .target_tokens = target})).macs,
            Bart(both.spec).macs(source, target));
    }
}

TEST(ModelSize, QuantizedRowsAreCodesAndAScale) {
    const auto parts = by_name(llama(
        R"(, "quantization": {"method": "llm-qat", "weights": 4, "activations": 8, "cache": 4,
            "layers": ["model.layers.0.*"]})"));
    const PartSize& key = parts.at("model.layers.0.self_attn.k_proj");
    EXPECT_EQ(key.parameters, 8 * 16);
    EXPECT_EQ(key.bytes, 8 * 16 * 4);
    EXPECT_EQ(key.packed_bits, 8 * (16 * 4 + 32));
    EXPECT_EQ(parts.at("model.layers.1.self_attn.k_proj").packed_bits, 8 * 16 * 32) << "float";
    EXPECT_EQ(parts.at("model.embed_tokens").packed_bits, 11 * 16 * 32);
    // Codes take the narrowest layout there is, a row whole bytes.
    for (const auto& [bits, stored] : std::map<int, int>{{1, 1}, {2, 2}, {3, 4}, {5, 8}, {8, 8}}) {
        const auto down = by_name(llama(
            R"(, "quantization": {"method": "llm-qat", "activations": 8, "cache": 16, "weights": )" +
            std::to_string(bits) + "}"));
        EXPECT_EQ(down.at("model.layers.0.mlp.down_proj").packed_bits,
                  16 * ((20 * stored + 7) / 8 * 8 + 32))
            << bits;
    }
    const auto nine = by_name(llama(
        R"(, "quantization": {"method": "llm-qat", "weights": 9, "activations": 8, "cache": 16})"));
    EXPECT_EQ(nine.at("model.layers.0.mlp.down_proj").packed_bits, 16 * 20 * 32) << "no layout";
}

TEST(ModelSize, ALowBitBartKeepsItsFloatTableForTheHead) {
    const auto parts =
        by_name(bart(R"(, "quantization": {"weights": 2, "embeddings": 1, "activations": 2})"));
    EXPECT_EQ(parts.at("model.shared").packed_bits, 11 * (8 + 32));
    EXPECT_EQ(parts.at("lm_head").packed_bits, 11 * 8 * 32);
    EXPECT_EQ(parts.at("lm_head").parameters, 0);
    // Weight, bias, and the scale of the linear's input.
    EXPECT_EQ(parts.at("model.encoder.layers.0.fc1").packed_bits,
              12 * (16 + 32) + 12 * 32 + 32 + 32)
        << "with the mark that the scale is set";
    EXPECT_EQ(parts.at("model.encoder.embed_positions").packed_bits, 12 * 8 * 32);
    EXPECT_EQ(by_name(bart(R"(, "quantization": {"weights": 2})")).at("lm_head").packed_bits, 0);
}

TEST(ModelSize, OnlyTheChosenLayersOfABartAreCodes) {
    const auto parts = by_name(bart(R"(, "quantization": [
        {"weights": 2, "embeddings": 2, "layers": ["model.shared", "*.fc1"]},
        {"weights": 1, "layers": ["model.decoder.*.fc1"]}])"));
    EXPECT_EQ(parts.at("model.encoder.layers.0.fc1").packed_bits, 12 * (16 + 32) + 12 * 32);
    EXPECT_EQ(parts.at("model.decoder.layers.0.fc1").packed_bits, 12 * (8 + 32) + 12 * 32);
    EXPECT_EQ(parts.at("model.encoder.layers.0.fc2").packed_bits, 8 * 12 * 32 + 8 * 32) << "float";
    EXPECT_EQ(parts.at("model.shared").packed_bits, 11 * (16 + 32));
    const auto without =
        by_name(bart(R"(, "quantization": {"weights": 2, "embeddings": 2, "layers": ["*.fc1"]})"));
    EXPECT_EQ(without.at("model.shared").packed_bits, 11 * 8 * 32);
    EXPECT_EQ(without.at("lm_head").packed_bits, 0);
}

TEST(ModelSize, NetworksCountAFrame) {
    const auto network = [](const std::string& more) {
        const Network made(engine::parse_json(
            R"({"name": "n", "input": {"features": 4}, "classes": ["a", "b"],
                "readout": {"kind": "mean"}, "layers": [
                {"name": "conv", "type": "conv", "out": 3, "kernel": 2},
                {"name": "svdf", "type": "svdf", "units": 2, "memory": 5}])" +
                more + "}",
            "spec"));
        return types::Model{.spec = made.spec(),
                            .parameters = made.initial_parameters(1),
                            .buffers = made.initial_buffers()};
    };
    const types::Model plain = network("");
    const auto parts = by_name(plain);
    EXPECT_EQ(whole_size(part_sizes(plain, {})).macs, Network(plain.spec).macs_per_frame());
    EXPECT_EQ(parts.at("conv").parameters, 3 * 2 * 4 + 3) << "with the bias";
    EXPECT_EQ(parts.at("conv").packed_bits, (3 * 2 * 4 + 3) * 32);
    EXPECT_EQ(parts.at("conv").macs, 3 * 2 * 4);
}

TEST(ModelSize, OtherArchitecturesAndTensorsAreErrors) {
    types::Model other = llama();
    other.spec["architecture"] = "mamba";
    EXPECT_EQ(error_code([&] { part_sizes(other, {}); }), "E-NET-001");
    types::Model lacking = llama();
    lacking.parameters.erase("model.norm.weight");
    EXPECT_EQ(error_code([&] { part_sizes(lacking, {}); }), "E-LM-004");
}

}  // namespace
}  // namespace millrace::ops
