#include "nodes/ops/language/bart.hpp"

#include <gtest/gtest.h>

#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/language/bart_support.hpp"

namespace millrace::ops {
namespace {

using testing::bart_spec, testing::error_code, testing::quantization;

TEST(Bart, DefaultsAreThoseOfTheEncoder) {
    const Bart bart(engine::parse_json(R"({"architecture": "bart", "vocabulary": 50265,
        "width": 768, "encoder_layers": 6, "heads": 12, "name": "base", "tokenizer": {},
        "training": {}})",
                                       "test"));
    const BartSizes& decoder = bart.sizes(BartSide::Decoder);
    EXPECT_EQ(decoder.layers, 6);
    EXPECT_EQ(decoder.heads, 12);
    EXPECT_EQ(decoder.hidden, 3072);
    EXPECT_EQ(bart.context(), 1024);
    EXPECT_EQ(bart.tokens().pad, 1);
    EXPECT_EQ(bart.tokens().decoder_start, 2);
    EXPECT_EQ(bart.norm(), BartNorm::Post);
    EXPECT_FALSE(bart.is_quantized());
    EXPECT_TRUE(bart.scale_names().empty());
    // The published model has 139,420,416 parameters.
    std::int64_t parameters = 0;
    for (const auto& [name, shape] : bart.parameter_shapes()) {
        std::int64_t count = 1;
        for (const std::int64_t extent : shape) count *= extent;
        parameters += count;
    }
    EXPECT_EQ(parameters, 139'420'416);
}

TEST(Bart, NamesAreThoseOfHuggingFaceAndTheRelease) {
    const Bart bart(bart_spec(R"("decoder_layers": 1, "decoder_hidden": 6, "norm": "pre", )" +
                              quantization(R"("weights": 2, "activations": 2)")));
    const Bart::Shapes shapes = bart.parameter_shapes();
    using Shape = std::vector<std::int64_t>;
    EXPECT_EQ(shapes.at("model.shared.weight"), (Shape{11, 8}));
    EXPECT_EQ(shapes.at("model.encoder.embed_positions.weight"), (Shape{12, 8}));
    EXPECT_EQ(shapes.at("model.decoder.layernorm_embedding.bias"), (Shape{8}));
    EXPECT_EQ(shapes.at("model.decoder.layer_norm.weight"), (Shape{8}));
    EXPECT_EQ(shapes.at("model.encoder.layers.1.self_attn.q_proj.weight"), (Shape{8, 8}));
    EXPECT_EQ(shapes.at("model.decoder.layers.0.encoder_attn.out_proj.bias"), (Shape{8}));
    EXPECT_EQ(shapes.at("model.decoder.layers.0.encoder_attn_layer_norm.weight"), (Shape{8}));
    EXPECT_EQ(shapes.at("model.decoder.layers.0.fc2.weight"), (Shape{8, 6}));
    EXPECT_EQ(shapes.at("model.decoder.layers.0.encoder_attn.clip_attn"), Shape{});
    EXPECT_EQ(shapes.at("model.encoder.layers.0.fc2.act_clip_val"), Shape{});
    EXPECT_FALSE(shapes.contains("model.decoder.layers.1.fc1.weight"));
    EXPECT_EQ(bart.scale_names().size(), 2U * 10 + 18);
    EXPECT_TRUE(
        bart.buffer_shapes().contains("model.encoder.layers.1.self_attn.clip_query.initialised"));
    EXPECT_FALSE(Bart(bart_spec()).parameter_shapes().contains("model.encoder.layer_norm.weight"));
}

TEST(Bart, ScalesExistWhereTheyAreLearned) {
    const auto scales = [](const std::string& members) {
        return Bart(bart_spec(quantization(members))).scale_names().size();
    };
    EXPECT_EQ(scales(R"("weights": 1, "activations": 1)"), 56U);
    EXPECT_EQ(scales(R"("activations": 2, "activation_method": "bit")"), 56U);
    EXPECT_EQ(scales(R"("activations": 2, "activation_method": "twn")"), 0U);
    EXPECT_EQ(scales(R"("weights": 2, "activations": 8)"), 0U);
}

TEST(Bart, SpecsThatAreWrongAreNamed) {
    const auto code = [](const std::string& more) {
        return error_code([&] { Bart bart(bart_spec(more)); });
    };
    EXPECT_EQ(code(""), "none");
    EXPECT_EQ(code(R"("nonsense": 1)"), "E-LM-050");
    EXPECT_EQ(code(R"("activation": "tanh")"), "E-LM-050");
    EXPECT_EQ(code(R"("norm": 1)"), "E-LM-050");
    EXPECT_EQ(code(R"("scale_embedding": 1)"), "E-LM-050");
    EXPECT_EQ(code(R"("quantization": [])"), "E-LM-050");
    EXPECT_EQ(code(quantization(R"("method": "gptq")")), "E-LM-050");
    EXPECT_EQ(code(quantization(R"("rule": "none")")), "E-LM-050");
    EXPECT_EQ(code(R"("decoder_layers": 1.5)"), "E-LM-050");
    EXPECT_EQ(code(R"("decoder_heads": 3)"), "E-LM-051");
    EXPECT_EQ(code(R"("decoder_layers": 0)"), "E-LM-051");
    EXPECT_EQ(code(R"("decoder_hidden": 1000000000)"), "E-LM-051");
    EXPECT_EQ(code(R"("pad": 11)"), "E-LM-051");
    EXPECT_EQ(code(R"("end": -1)"), "E-LM-051");
    EXPECT_EQ(code(R"("attention_dropout": 1)"), "E-LM-051");
    EXPECT_EQ(code(quantization(R"("weights": 3)")), "E-LM-051");
    EXPECT_EQ(code(quantization(R"("method": "twn", "weights": 1)")), "E-LM-051");
    EXPECT_EQ(code(quantization(R"("method": "bwn", "embeddings": 2)")), "E-LM-051");
    EXPECT_EQ(code(quantization(R"("activations": 17)")), "E-LM-051");
    EXPECT_EQ(error_code([] { Bart bart(engine::Value(1)); }), "E-LM-050");
    EXPECT_EQ(
        error_code([] { Bart bart(engine::parse_json(R"({"architecture": "llama"})", "test")); }),
        "E-LM-050");
    EXPECT_EQ(error_code([] {
                  Bart bart(engine::parse_json(R"({"architecture": "bart", "vocabulary": 9})", ""));
              }),
              "E-LM-050");
    // 2^16 * 2^18 * 2 * 512 elements.
    EXPECT_EQ(error_code([] {
                  Bart bart(engine::parse_json(
                      R"({"architecture": "bart", "vocabulary": 9, "width": 65536,
                          "encoder_layers": 256, "heads": 1, "hidden": 262144})",
                      "test"));
              }),
              "E-LM-051");
}

TEST(Bart, FirstTensorsFitAndAreKeyedBySeed) {
    const Bart bart(bart_spec(quantization(R"("activations": 1)")));
    const NamedTensors parameters = bart.initial_parameters(1), buffers = bart.initial_buffers();
    bart.check_tensors(parameters, buffers);
    const std::string name = "model.decoder.layers.1.encoder_attn.v_proj.weight";
    EXPECT_TRUE(parameters.at(name).equal(bart.initial_parameters(1).at(name)));
    EXPECT_FALSE(parameters.at(name).equal(bart.initial_parameters(2).at(name)));
    EXPECT_NEAR(parameters.at(name).std().item<double>(), 0.02, 0.006);
    EXPECT_EQ(parameters.at("model.shared.weight").select(0, 1).abs().sum().item<float>(), 0);
    EXPECT_EQ(parameters.at("model.encoder.layers.0.fc1.bias").abs().sum().item<float>(), 0);
    EXPECT_EQ(parameters.at("model.encoder.layers.0.final_layer_norm.weight").min().item<float>(),
              1);
    EXPECT_EQ(parameters.at("model.encoder.layers.0.fc1.act_clip_val").item<float>(), 1);
    EXPECT_EQ(buffers.at("model.encoder.layers.0.fc1.act_clip_val.initialised").item<float>(), 0);
}

TEST(Bart, TensorsOfAnotherModelAreNamed) {
    const Bart bart(bart_spec(quantization(R"("activations": 1)")));
    const NamedTensors good = bart.initial_parameters(1), buffers = bart.initial_buffers();
    const auto code = [&](auto change) {
        NamedTensors parameters = good;
        change(parameters);
        return error_code([&] { bart.check_tensors(parameters, buffers); });
    };
    EXPECT_EQ(code([](NamedTensors& p) { p.erase("model.shared.weight"); }), "E-LM-052");
    EXPECT_EQ(code([](NamedTensors& p) { p["lm_head.weight"] = at::zeros({11, 8}); }), "E-LM-052");
    EXPECT_EQ(code([](NamedTensors& p) {
                  p["model.shared.weight"] = at::zeros({8, 11});
              }),
              "E-LM-052");
    EXPECT_EQ(code([](NamedTensors& p) {
                  at::Tensor& tensor = p["model.shared.weight"];
                  tensor = tensor.to(at::kHalf);
              }),
              "E-LM-052");
    EXPECT_EQ(code([](NamedTensors& p) {
                  at::Tensor& scale = p["model.encoder.layers.0.fc1.act_clip_val"];
                  scale = scale.to(at::kDouble);
              }),
              "E-LM-052");
    EXPECT_EQ(error_code([&] { bart.check_tensors(good, {}); }), "E-LM-052");
}

TEST(Bart, MultiplicationsAreCounted) {
    const Bart bart(bart_spec(R"("decoder_layers": 1, "decoder_hidden": 6)"));
    // Encoder layer of 3 tokens: 4 projections 8 x 8, 2 of 8 x 12, and 3 x 3 x 8 twice.
    const std::int64_t encoder = 3 * (4 * 64 + 2 * 96) + 2 * 3 * 3 * 8;
    // Decoder layer of 2 tokens: 6 projections and, for the source, 2 more; it sees 2 + 3 tokens.
    const std::int64_t decoder = 2 * (6 * 64 + 2 * 48) + 3 * 2 * 64 + 2 * 2 * (2 + 3) * 8;
    EXPECT_EQ(bart.macs(3, 2), 2 * encoder + decoder + 2 * 8 * 11);
}

}  // namespace
}  // namespace millrace::ops
