#include "nodes/ops/language/bart_forward.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "nodes/ops/training/losses.hpp"
#include "nodes/ops/training/optimizers.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/language/bart_reference.hpp"
#include "tests/nodes/ops/language/bart_support.hpp"

namespace millrace::ops {
namespace {

using testing::bart_batch;
using testing::bart_model;
using testing::bart_spec;
using testing::error_code;
using testing::greatest_difference;
using testing::logits_of;
using testing::Matrix;
using testing::quantization;
using testing::quantized_model;
using testing::reference_logits;

const std::string kTernary = quantization(R"("weights": 2, "activations": 2, "embeddings": 2)");

std::vector<std::int64_t> row(const at::Tensor& tokens, std::int64_t number) {
    const at::Tensor values = tokens.select(0, number).contiguous();
    return {values.data_ptr<std::int64_t>(), values.data_ptr<std::int64_t>() + values.numel()};
}

void expect_reference(const std::string& more) {
    const Bart bart(bart_spec(more));
    const Seq2SeqBatch batch = bart_batch();
    for (const auto& [type, tolerance] :
         {std::pair(at::kDouble, 1e-11), std::pair(at::kFloat, 2e-5)}) {
        const types::Model model = bart_model(bart, type);
        const at::Tensor logits = logits_of(bart, model, batch);
        ASSERT_EQ(logits.scalar_type(), type);
        for (std::int64_t pair = 0; pair < 2; ++pair) {
            const auto real = std::size_t(batch.mask.select(0, pair).sum().item<std::int64_t>());
            const Matrix expected =
                reference_logits(bart, model.parameters, model.buffers, row(batch.source, pair),
                                 real, row(batch.target, pair));
            for (std::size_t r = 0; r < expected.rows; ++r) {
                for (std::size_t c = 0; c < expected.columns; ++c)
                    ASSERT_NEAR(logits[pair][std::int64_t(r)][std::int64_t(c)].item<double>(),
                                expected.at(r, c), tolerance);
            }
        }
    }
}

TEST(BartDropout, WhatStaysGrowsByWhatIsDropped) {
    const at::Tensor ones = at::ones({100, 100});
    const at::Tensor dropped = bart_dropout(ones, 0.25, "place", {.training = true, .seed = 3});
    const double kept = dropped.ne(0).sum().item<double>();
    // Five standard deviations of 10 000 draws.
    EXPECT_NEAR(kept / 10'000, 0.75, 5 * std::sqrt(0.25 * 0.75 / 10'000));
    EXPECT_NEAR(dropped.max().item<double>(), 4.0 / 3, 1e-6);
    EXPECT_NEAR(dropped.sum().item<double>(), kept * 4 / 3, 0.1);
    EXPECT_TRUE(bart_dropout(ones, 0.25, "place", {.seed = 3}).equal(ones)) << "not in use";
    EXPECT_FALSE(
        bart_dropout(ones, 0.25, "place", {.training = true, .seed = 3, .item = 1}).equal(dropped));
}

TEST(BartForward, IsWhatLoopsGive) { expect_reference(""); }

TEST(BartForward, IsWhatLoopsGiveInOtherShapes) {
    expect_reference(R"("norm": "pre", "activation": "relu", "scale_embedding": true,
        "decoder_layers": 3, "decoder_heads": 4, "decoder_hidden": 5)");
}

TEST(BartForward, PaddingChangesNothingReal) {
    for (const std::string& more :
         {std::string(), quantization(R"("weights": 1, "activations": 1, "embeddings": 1)")}) {
        const Bart bart(bart_spec(more));
        const types::Model model = quantized_model(bart);
        const Seq2SeqBatch batch = bart_batch();
        Seq2SeqBatch other = batch;
        other.source = batch.source.masked_fill(batch.mask == 0, 7);
        EXPECT_EQ(greatest_difference(logits_of(bart, model, batch), logits_of(bart, model, other)),
                  0);
    }
}

TEST(BartForward, APairGivesTheSameAlone) {
    const Bart bart(bart_spec());
    const types::Model model = bart_model(bart);
    const std::vector<std::vector<std::int64_t>> source = {{0, 5, 7, 2}}, target = {{0, 6, 2}};
    const at::Tensor alone = logits_of(bart, model, make_seq2seq_batch(source, target, {})),
                     both = logits_of(bart, model, bart_batch());
    EXPECT_LT(greatest_difference(alone[0], both[0].narrow(0, 0, 3)), 1e-5);
}

TEST(BartForward, LaterTargetsAreNotSeen) {
    const Bart bart(bart_spec());
    const types::Model model = bart_model(bart);
    Seq2SeqBatch batch = bart_batch();
    const at::Tensor before = logits_of(bart, model, batch);
    batch.target = batch.target.clone();
    batch.target.select(1, 3).fill_(9);
    const at::Tensor after = logits_of(bart, model, batch);
    EXPECT_EQ(greatest_difference(before.narrow(1, 0, 3), after.narrow(1, 0, 3)), 0);
    EXPECT_GT(greatest_difference(before.select(1, 3), after.select(1, 3)), 1e-3);
}

/// The loss's gradient by `name` against central differences at a few elements.
void expect_gradient(const Bart& bart, types::Model& model, const std::string& name) {
    const Seq2SeqBatch batch = bart_batch();
    at::Tensor& parameter = model.parameters.at(name);
    const auto loss = [&] {
        return cross_entropy(logits_of(bart, model, batch), batch.labels, {}, Reduction::Mean);
    };
    parameter = parameter.detach().clone().requires_grad_(true);
    loss().backward();
    const at::Tensor gradient = parameter.grad().flatten();
    at::Tensor values = parameter.detach().view({-1});
    constexpr double kStep = 1e-5;
    for (std::int64_t i = 0; i < values.numel(); i += 1 + values.numel() / 5) {
        const double value = values[i].item<double>();
        const at::NoGradGuard no_grad;
        values[i] = value + kStep;
        const double above = loss().item<double>();
        values[i] = value - kStep;
        const double below = loss().item<double>();
        values[i] = value;
        EXPECT_NEAR(gradient[i].item<double>(), (above - below) / (2 * kStep), 1e-8)
            << name << " " << i;
    }
    parameter = parameter.detach();
}

TEST(BartForward, GradientsAreThoseOfFiniteDifferences) {
    for (const char* norm : {R"("norm": "post")", R"("norm": "pre", "scale_embedding": true)"}) {
        const Bart bart(bart_spec(norm));
        types::Model model = bart_model(bart, at::kDouble);
        for (const char* name :
             {"encoder.embed_positions.weight", "encoder.layernorm_embedding.weight",
              "encoder.layers.0.self_attn.k_proj.weight", "encoder.layers.1.fc1.weight",
              "decoder.layers.0.self_attn.q_proj.bias",
              "decoder.layers.1.encoder_attn.v_proj.weight",
              "decoder.layers.0.encoder_attn_layer_norm.bias", "decoder.layers.1.fc2.bias"}) {
            expect_gradient(bart, model, std::string("model.") + name);
        }
    }
}

TEST(BartForward, QuantizedGradientsAreExactBehindTheLastQuantizer) {
    const Bart bart(bart_spec(kTernary));
    types::Model model = quantized_model(bart, at::kDouble);
    expect_gradient(bart, model, "model.decoder.layers.1.final_layer_norm.weight");
    expect_gradient(bart, model, "model.decoder.layers.1.final_layer_norm.bias");
    expect_gradient(bart, model, "model.decoder.layers.1.fc2.bias");
}

TEST(BartForward, PadEmbeddingLearnsFromTheHeadAlone) {
    const Bart bart(bart_spec());
    types::Model model = bart_model(bart);
    at::Tensor& table = model.parameters.at("model.shared.weight");
    table.requires_grad_(true);
    // Its logit is not asked for, and pad tokens stand in source and target.
    logits_of(bart, model, bart_batch()).select(2, 0).sum().backward();
    EXPECT_EQ(table.grad().select(0, 1).abs().sum().item<float>(), 0);
    EXPECT_GT(table.grad().select(0, 5).abs().sum().item<float>(), 0);
}

TEST(BartForward, DropoutIsKeyed) {
    const Bart bart(bart_spec(R"("attention_dropout": 0.3, "activation_dropout": 0.3)"));
    const types::Model model = bart_model(bart);
    const Seq2SeqBatch batch = bart_batch();
    const at::Tensor still = logits_of(bart, model, batch, {.seed = 1}),
                     first = logits_of(bart, model, batch, {.training = true, .seed = 1});
    EXPECT_GT(greatest_difference(still, first), 1e-3);
    EXPECT_EQ(
        greatest_difference(first, logits_of(bart, model, batch, {.training = true, .seed = 1})),
        0);
    for (const Pass& pass :
         {Pass{.training = true, .seed = 2}, Pass{.training = true, .seed = 1, .item = 1}}) {
        EXPECT_GT(greatest_difference(first, logits_of(bart, model, batch, pass)), 1e-3);
    }
    const Bart without(bart_spec());
    EXPECT_EQ(greatest_difference(still, logits_of(without, model, batch, {.training = true})), 0);
}

TEST(BartForward, OutputsAreOfEveryLayer) {
    const Bart bart(bart_spec(R"("decoder_layers": 1, "decoder_heads": 4)"));
    const types::Model model = bart_model(bart);
    std::set<std::string> names;
    const Seq2SeqOutputs outputs = forward_outputs(
        bart, model.parameters, model.buffers, bart_batch(),
        {.watch = [&](const std::string& name, const at::Tensor&) { names.insert(name); }});
    ASSERT_EQ(outputs.encoder_hidden.size(), 3U);
    ASSERT_EQ(outputs.decoder_hidden.size(), 2U);
    ASSERT_EQ(outputs.encoder_attention.size(), 2U);
    ASSERT_EQ(outputs.decoder_attention.size(), 1U);
    ASSERT_EQ(outputs.cross_attention.size(), 1U);
    EXPECT_EQ(outputs.encoder_hidden[2].sizes(), (at::IntArrayRef{2, 6, 8}));
    EXPECT_EQ(outputs.encoder_attention[0].sizes(), (at::IntArrayRef{2, 2, 6, 6}));
    EXPECT_EQ(outputs.cross_attention[0].sizes(), (at::IntArrayRef{2, 4, 5, 6}));
    EXPECT_EQ(outputs.logits.sizes(), (at::IntArrayRef{2, 5, 11}));
    EXPECT_EQ(greatest_difference(outputs.logits, bart_logits(model.parameters, model.buffers,
                                                              outputs.decoder_hidden[1])),
              0);
    // Padding and later positions are not looked at; what is looked at sums to 1.
    EXPECT_EQ(outputs.cross_attention[0][0].narrow(2, 4, 2).max().item<float>(), 0);
    EXPECT_EQ(outputs.decoder_attention[0].triu(1).max().item<float>(), 0);
    EXPECT_LT(greatest_difference(outputs.cross_attention[0].sum(-1), at::ones({2, 4, 5})), 1e-6);
    EXPECT_TRUE(names.contains("model.encoder.layers.1"));
    EXPECT_TRUE(names.contains("model.decoder.layers.0.encoder_attn"));
    EXPECT_TRUE(names.contains("model.decoder.layernorm_embedding"));
}

TEST(BartScales, AreSetFromTheFirstBatchAndOnceOnly) {
    const Bart bart(bart_spec(kTernary));
    const types::Model fresh = bart_model(bart);
    const Seq2SeqBatch batch = bart_batch();
    EXPECT_EQ(error_code([&] { logits_of(bart, fresh, batch); }), "E-LM-055");
    const types::Model model = initialise_scales(bart, fresh, batch);
    at::Tensor embedded;
    const at::Tensor logits = logits_of(
        bart, model, batch, {.watch = [&](const std::string& name, const at::Tensor& seen) {
            if (name == "model.encoder.layernorm_embedding") embedded = seen;
        }});
    const std::string first = "model.encoder.layers.0.self_attn.q_proj.act_clip_val";
    EXPECT_NEAR(model.parameters.at(first).item<double>(), 2 * embedded.abs().mean().item<double>(),
                1e-6);
    EXPECT_EQ(fresh.parameters.at(first).item<float>(), 1);
    for (const std::string& name : bart.scale_names()) {
        EXPECT_EQ(model.buffers.at(name + ".initialised").item<float>(), 1);
        EXPECT_EQ(fresh.buffers.at(name + ".initialised").item<float>(), 0);
        EXPECT_NE(model.parameters.at(name).item<float>(), 1);
    }
    bart.check_tensors(model.parameters, model.buffers);
    // The same pass again changes nothing, and neither does another batch.
    EXPECT_EQ(greatest_difference(logits, logits_of(bart, model, batch)), 0);
    Seq2SeqBatch other = batch;
    other.source = batch.source.flip(1);
    EXPECT_TRUE(initialise_scales(bart, model, other)
                    .parameters.at(first)
                    .is_same(model.parameters.at(first)));
}

TEST(BartScales, AllGetGradients) {
    const Bart bart(bart_spec(kTernary));
    types::Model model = quantized_model(bart);
    for (auto& [name, tensor] : model.parameters) tensor.requires_grad_(true);
    const Seq2SeqBatch batch = bart_batch();
    cross_entropy(logits_of(bart, model, batch), batch.labels, {}, Reduction::Mean).backward();
    for (const auto& [name, tensor] : model.parameters) {
        ASSERT_TRUE(tensor.grad().defined()) << name;
        EXPECT_TRUE(tensor.grad().isfinite().all().item<bool>()) << name;
    }
}

TEST(BartQuantizers, EveryArmOfTheAblationLearns) {
    for (const char* members :
         {R"("weights": 2, "activations": 2, "embeddings": 2)",
          R"("weights": 1, "activations": 1, "embeddings": 1)",
          R"("weights": 2, "activations": 8, "embeddings": 2)",
          R"("weights": 1, "activations": 8, "embeddings": 1, "rule": "paper")",
          R"("method": "twn", "weights": 2, "embeddings": 2, "activations": 2,
             "activation_method": "twn")",
          R"("method": "twn", "weights": 2, "embeddings": 2, "activations": 2)",
          R"("weights": 2, "embeddings": 2, "activations": 2, "activation_method": "twn")",
          R"("method": "bwn", "weights": 1, "embeddings": 1, "activations": 1,
             "activation_method": "twn")",
          R"("weights": 2, "embeddings": 2, "activations": 2, "activation_method": "bit")"}) {
        const Bart bart(engine::parse_json(R"({"architecture": "bart", "vocabulary": 11, "width": 8,
            "encoder_layers": 1, "heads": 2, "context": 10, "dropout": 0, )" +
                                               quantization(members) + "}",
                                           "test"));
        types::Model model = quantized_model(bart);
        for (auto& [name, tensor] : model.parameters) tensor.requires_grad_(true);
        const Seq2SeqBatch batch = bart_batch();
        const auto optimizer = make_adamw({.weight_decay = 0});
        std::vector<double> losses;
        for (int step = 0; step < 15; ++step) {
            clear_gradients(model.parameters);
            const at::Tensor loss =
                cross_entropy(logits_of(bart, model, batch), batch.labels, {}, Reduction::Mean);
            loss.backward();
            losses.push_back(loss.item<double>());
            optimizer->step(model.parameters, 0.02);
        }
        EXPECT_LT(losses.back(), losses.front() - 0.5) << members;
    }
}

TEST(BartQuantizers, LookupIsQuantizedAndHeadIsNot) {
    for (const char* method : {"tbt", "bwn"}) {
        const Bart bart(bart_spec(
            quantization(std::string(R"("embeddings": 1, "method": ")") + method + "\"")));
        const Bart plain(bart_spec());
        const types::Model model = bart_model(bart);
        types::Model rounded = model;
        at::Tensor& table = rounded.parameters.at("model.shared.weight");
        table = bart_weight(table, 1, bart.quantization(kBartEmbedding));
        const auto state_of = [&](const Bart& of, const types::Model& with) {
            const Seq2SeqBatch batch = bart_batch();
            return forward_outputs(of, with.parameters, with.buffers, batch, {});
        };
        const Seq2SeqOutputs low = state_of(bart, model), expected = state_of(plain, rounded);
        EXPECT_LT(greatest_difference(low.encoder_hidden[0], expected.encoder_hidden[0]), 1e-6);
        EXPECT_LT(greatest_difference(low.logits, bart_logits(model.parameters, model.buffers,
                                                              expected.decoder_hidden.back())),
                  1e-4);
    }
}

TEST(BartQuantizers, RoundedWeightsGiveTheSame) {
    const Bart bart(bart_spec(kTernary));
    const types::Model model = quantized_model(bart);
    const Seq2SeqBatch batch = bart_batch();
    const RoundedBart rounded = rounded_bart(bart, model.parameters);
    NamedScales scales = bart_scales(bart, model.parameters, model.buffers);
    const Pass pass;
    const BartParts parts{rounded.bart, rounded.parameters, scales, pass};
    const at::Tensor state =
        bart_decode(parts, batch.target, 0, bart_encode(parts, batch.source, batch.mask), nullptr);
    EXPECT_EQ(greatest_difference(bart_logits(rounded.parameters, model.buffers, state),
                                  logits_of(bart, model, batch)),
              0);
    const at::Tensor& weight = rounded.parameters.at("model.encoder.layers.0.fc1.weight");
    EXPECT_LE(std::get<0>(at::_unique(weight.select(0, 0).mul(1e4).round())).numel(), 3);
}

TEST(BartForward, TokensAndMasksThatDontFitAreNamed) {
    const Bart bart(bart_spec());
    const types::Model model = bart_model(bart);
    const auto code = [&](auto change) {
        Seq2SeqBatch batch = bart_batch();
        change(batch);
        return error_code([&] { logits_of(bart, model, batch); });
    };
    EXPECT_EQ(code([](Seq2SeqBatch& b) { b.mask.reset(); }), "none");
    EXPECT_EQ(code([](Seq2SeqBatch& b) { b.mask = b.mask.to(at::kFloat); }), "none");
    EXPECT_EQ(code([](Seq2SeqBatch& b) { b.mask = at::zeros_like(b.mask); }), "none");
    EXPECT_EQ(code([](Seq2SeqBatch& b) { b.source = b.source + 1; }), "E-LM-053");
    EXPECT_EQ(code([](Seq2SeqBatch& b) { b.target = b.target - 1; }), "E-LM-053");
    EXPECT_EQ(code([](Seq2SeqBatch& b) { b.source = b.source.to(at::kInt); }), "E-LM-053");
    EXPECT_EQ(code([](Seq2SeqBatch& b) { b.source.reset(); }), "E-LM-053");
    EXPECT_EQ(code([](Seq2SeqBatch& b) { b.target = at::zeros({2, 0}, at::kLong); }), "E-LM-053");
    EXPECT_EQ(code([](Seq2SeqBatch& b) { b.target = at::zeros({2, 11}, at::kLong); }), "E-LM-053");
    EXPECT_EQ(code([](Seq2SeqBatch& b) { b.target = b.target.narrow(0, 0, 1); }), "E-LM-053");
    EXPECT_EQ(code([](Seq2SeqBatch& b) { b.mask = b.mask.narrow(1, 0, 3); }), "E-LM-054");
    EXPECT_EQ(error_code([&] {
                  forward(bart, {}, model.buffers, bart_batch().source, {}, bart_batch().target,
                          {});
              }),
              "E-QUANT-012");
}

}  // namespace
}  // namespace millrace::ops
