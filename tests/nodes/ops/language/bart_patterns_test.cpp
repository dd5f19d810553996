// A BART of which some parts are quantized and others are not.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "nodes/ops/language/bart_decoder.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/language/bart_support.hpp"

namespace millrace::ops {
namespace {

using testing::bart_batch;
using testing::bart_model;
using testing::bart_spec;
using testing::error_code;
using testing::greatest_difference;
using testing::logits_of;
using testing::quantization;
using testing::quantized_model;

std::vector<std::string> scales_of(const std::string& patterns) {
    return Bart(bart_spec(quantization(R"("activations": 1, "layers": [)" + patterns + "]")))
        .scale_names();
}

TEST(BartPatterns, PartsHaveTheirOwnBits) {
    const Bart bart(bart_spec(R"("quantization": [
        {"weights": 2, "activations": 8, "embeddings": 2},
        {"weights": 1, "activations": 1, "layers": ["model.decoder.*.fc2", "*.encoder_attn"]},
        {"layers": ["model.encoder.layers.1.*"]}])"));
    EXPECT_TRUE(bart.is_quantized());
    EXPECT_EQ(bart.quantization("model.shared").embeddings, 2);
    EXPECT_EQ(bart.quantization("model.encoder.layers.0.fc2").weights, 2);
    EXPECT_EQ(bart.quantization("model.decoder.layers.1.fc2").weights, 1);
    EXPECT_EQ(bart.quantization("model.decoder.layers.1.encoder_attn").activations, 1);
    EXPECT_EQ(bart.quantization("model.decoder.layers.1.encoder_attn.q_proj").activations, 8);
    EXPECT_FALSE(bart.quantization("model.encoder.layers.1.fc2").is_on());
    EXPECT_FALSE(bart.quantization("lm_head").is_on());
    const BartLayerOptions& options = bart.layer_options(BartSide::Decoder, 0);
    EXPECT_EQ(options.of("fc2").activations, 1);
    EXPECT_EQ(options.of("fc1").activations, 8);
    // fc2 has a scale, an attention four.
    EXPECT_EQ(bart.scale_names().size(), 2U * (1 + 4));
    EXPECT_EQ(bart.quantized_parts().size(), 1U + 2 * 7 + 2 * 12);
}

TEST(BartPatterns, ScalesAreThoseOfTheirParts) {
    EXPECT_EQ(scales_of(R"("*.layers.1.fc1")"),
              (std::vector<std::string>{"model.encoder.layers.1.fc1.act_clip_val",
                                        "model.decoder.layers.1.fc1.act_clip_val"}));
    EXPECT_EQ(scales_of(R"("model.encoder.layers.0.self_attn")"),
              (std::vector<std::string>{"model.encoder.layers.0.self_attn.clip_query",
                                        "model.encoder.layers.0.self_attn.clip_key",
                                        "model.encoder.layers.0.self_attn.clip_value",
                                        "model.encoder.layers.0.self_attn.clip_attn"}));
    EXPECT_TRUE(scales_of(R"("model.shared")").empty());
    EXPECT_EQ(error_code([] { scales_of(R"("model.layers.0.*")"); }), "E-LM-051");
    EXPECT_EQ(error_code([] { scales_of("3"); }), "E-LM-050");
}

/// Quantized weights alone are those of a float model with rounded weights, forward and backward.
TEST(BartPatterns, LayersLeftOutStayFloat) {
    const Bart bart(bart_spec(quantization(R"("weights": 2, "layers": ["*.fc1", "*.v_proj"])")));
    const Bart plain(bart_spec());
    types::Model model = bart_model(bart), rounded = model;
    int changed = 0;
    for (auto& [name, tensor] : rounded.parameters) {
        tensor = tensor.clone();
        if (!name.ends_with("fc1.weight") && !name.ends_with("v_proj.weight")) continue;
        ++changed;
        tensor = bart_weight(tensor, 2, {.weights = 2}).detach();
    }
    EXPECT_EQ(changed, 4 + 6);
    const Seq2SeqBatch batch = bart_batch();
    const auto backward = [&](const Bart& of, types::Model& with) {
        for (auto& [name, tensor] : with.parameters) tensor.requires_grad_(true);
        const at::Tensor logits = logits_of(of, with, batch);
        logits.square().sum().backward();
        return logits.detach();
    };
    EXPECT_LT(greatest_difference(backward(bart, model), backward(plain, rounded)), 1e-5);
    for (const auto& [name, tensor] : model.parameters) {
        const at::Tensor expected = rounded.parameters.at(name).grad();
        EXPECT_LT(greatest_difference(tensor.grad(), expected),
                  1e-4 * (1 + expected.abs().max().item<double>()))
            << name;
    }
}

TEST(BartPatterns, AnUnchosenLookupReadsFloats) {
    const Bart bart(bart_spec(quantization(R"("embeddings": 1, "weights": 1,
        "layers": ["model.decoder.layers.1.fc2"])")));
    const Bart plain(bart_spec());
    const types::Model model = bart_model(bart);
    const Seq2SeqOutputs low = forward_outputs(bart, model.parameters, model.buffers, bart_batch(),
                                               {}),
                         full = forward_outputs(plain, model.parameters, model.buffers,
                                                bart_batch(), {});
    for (std::size_t i = 0; i < low.encoder_hidden.size(); ++i)
        EXPECT_TRUE(low.encoder_hidden[i].equal(full.encoder_hidden[i]));
    EXPECT_TRUE(low.decoder_hidden[1].equal(full.decoder_hidden[1]));
    EXPECT_GT(greatest_difference(low.decoder_hidden[2], full.decoder_hidden[2]), 1e-3);
}

TEST(BartPatterns, RulesBehindEachOtherAreTheirUnion) {
    const std::string low = R"("weights": 2, "activations": 2)";
    const Bart whole(bart_spec(quantization(low)));
    const Bart parts(bart_spec("\"quantization\": [{" + low +
                               R"(, "layers": ["model.encoder.*"]}, {)" + low +
                               R"(, "layers": ["model.decoder.*"]}])"));
    EXPECT_EQ(parts.scale_names(), whole.scale_names());
    const types::Model model = quantized_model(whole);
    EXPECT_TRUE(logits_of(whole, model, bart_batch()).equal(logits_of(parts, model, bart_batch())));
}

TEST(BartPatterns, FirstScalesAreSetInTheMixture) {
    const Bart bart(bart_spec(quantization(R"("activations": 2, "layers": ["*.out_proj"])")));
    const types::Model model = quantized_model(bart);
    for (const std::string& name : bart.scale_names()) {
        EXPECT_EQ(model.buffers.at(name + ".initialised").item<float>(), 1) << name;
        EXPECT_NE(model.parameters.at(name).item<float>(), 1) << name;
    }
    EXPECT_EQ(bart.scale_names().size(), 6U);
}

TEST(BartPatterns, StepsAreThoseOfOnePass) {
    const Bart bart(bart_spec(quantization(
        R"("weights": 2, "activations": 1, "layers": ["model.decoder.*.self_attn*", "*.fc2"])")));
    const types::Model model = quantized_model(bart);
    const at::Tensor source = at::tensor({0, 5, 7, 2}, at::kLong).unsqueeze(0),
                     target = at::tensor({2, 6, 8, 3}, at::kLong).unsqueeze(0);
    const at::Tensor whole =
        forward(bart, model.parameters, model.buffers, source, {}, target, {}).log_softmax(-1);
    BartDecoder decoder(bart, model.parameters, model.buffers, source, {});
    std::vector<float> scores(11);
    const std::vector<std::int64_t> parent = {0};
    for (std::int64_t t = 0; t < 4; ++t) {
        const std::int64_t token = target[0][t].item<std::int64_t>();
        decoder.step(parent, {&token, 1}, scores);
        EXPECT_LT(greatest_difference(at::tensor(scores), whole[0][t]), 1e-4) << t;
    }
}

}  // namespace
}  // namespace millrace::ops
