// Encoder-decoders as nodes: models of parameters and files, one and two bits, distillation and
// answers.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "engine/visual/io/files.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "nodes/ops/language/bart_forward.hpp"
#include "nodes/types/activations.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/model_io.hpp"
#include "nodes/types/phase.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_answer(engine::Registry& registry);
void register_bart(engine::Registry& registry);
void register_distill_layers(engine::Registry& registry);
void register_first_scales(engine::Registry& registry);
void register_forward(engine::Registry& registry);
void register_language_file(engine::Registry& registry);
void register_pair_corpus(engine::Registry& registry);
void register_ternary_binary(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

using engine::Object;
using engine::Packet;
using types::Activations;
using types::Model;
using types::Tensor;
using types::Text;

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_answer(made);
        nodes::register_bart(made);
        nodes::register_distill_layers(made);
        nodes::register_first_scales(made);
        nodes::register_forward(made);
        nodes::register_language_file(made);
        nodes::register_pair_corpus(made);
        nodes::register_ternary_binary(made);
        return &made;
    }();
    return *registry;
}

const Object kTiny = {{"width", 16}, {"heads", 2}, {"hidden", 24}, {"context", 40}};

Model tiny(std::uint64_t seed = 1, const Object& more = {}) {
    TestContext context(registry());
    context.run_seed = seed;
    Object params = kTiny;
    for (const auto& [name, value] : more) params[name] = value;
    return run_node(registry(), "backbones.bart", params, {}, context).at(0).as<Model>();
}

Model quantized(const Model& model, const Object& params) {
    return run_node(registry(), "quantizers.ternary_binary", params, {Packet::make(model)})
        .at(0)
        .as<Model>();
}

/// Source, target, labels, phase, last.
std::vector<Packet> one_batch() {
    TestContext context(registry());
    return run_node(registry(), "loaders.pair_corpus",
                    {{"size", 4}, {"items", 1}, {"split", "train"}}, {}, context);
}

Model with_scales(const Model& model) {
    const std::vector<Packet> batch = one_batch();
    return run_node(registry(), "quantizers.first_scales", {},
                    {batch[0], batch[1], Packet::make(model)})
        .at(0)
        .as<Model>();
}

/// Logits, frames, model and activations.
std::vector<Packet> pass(const Model& model, const std::vector<Packet>& batch, double phase,
                         const std::string& watch = "*") {
    return run_node(registry(), "training.forward", {{"watch", watch}},
                    {batch[0], Packet::make(phase), Packet::make(model), batch[1]});
}

TEST(BartModel, IsMadeBySeedAndChecked) {
    const char* name = "model.decoder.layers.1.encoder_attn.q_proj.weight";
    const Model first = tiny(1), second = tiny(1), other = tiny(2);
    EXPECT_TRUE(first.parameters.at(name).equal(second.parameters.at(name)));
    EXPECT_FALSE(first.parameters.at(name).equal(other.parameters.at(name)));
    const Model wide =
        tiny(1, {{"encoder_layers", 1}, {"decoder_layers", 3}, {"norm", "pre"}, {"width", 32}});
    EXPECT_TRUE(wide.parameters.contains("model.decoder.layers.2.fc1.weight"));
    EXPECT_FALSE(wide.parameters.contains("model.encoder.layers.1.fc1.weight"));
    EXPECT_TRUE(wide.parameters.contains("model.encoder.layer_norm.weight"));
    EXPECT_EQ(check_node(registry(), "backbones.bart", {{"heads", 5}}).size(), 1U)
        << "no divisor of the width";
    EXPECT_EQ(check_node(registry(), "backbones.bart", {{"vocabulary", 2}}).size(), 1U)
        << "the end token is outside of it";
}

/// A folder as Hugging Face has it; `prefix` is cut off the names.
void write_folder(const std::filesystem::path& folder, const Model& model,
                  const std::string& prefix) {
    std::ofstream(folder / "config.json")
        << R"({"model_type": "bart", "activation_function": "gelu", "d_model": 16,
            "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 24,
            "decoder_ffn_dim": 24, "encoder_layers": 2, "decoder_layers": 2, "bos_token_id": 0,
            "eos_token_id": 2, "pad_token_id": 1, "decoder_start_token_id": 2,
            "max_position_embeddings": 40, "vocab_size": 260})";
    std::vector<engine::ArrayView> arrays;
    const auto add = [&](const std::string& name, const at::Tensor& tensor) {
        if (!name.starts_with(prefix)) return;
        arrays.push_back(types::array_of(name.substr(prefix.size()), tensor));
    };
    for (const auto& [name, tensor] : model.parameters) add(name, tensor);
    for (const auto& [name, tensor] : model.buffers) add(name, tensor);
    for (const char* copy : {"model.encoder.embed_tokens.weight", "lm_head.weight"})
        add(copy, model.parameters.at("model.shared.weight"));
    visual::write_file_atomically(folder / "model.safetensors",
                                  visual::write_safetensors(arrays, {}));
}

TEST(LanguageFile, ReadsABartAsHuggingFaceHasIt) {
    const Model model = tiny();
    for (const char* prefix : {"", "model."}) {
        const TestContext folder;
        write_folder(folder.artifacts(), model, prefix);
        TestContext context(registry());
        const Model read = run_node(registry(), "backbones.language_file",
                                    {{"path", folder.artifacts().string()}}, {}, context)
                               .at(0)
                               .as<Model>();
        ASSERT_EQ(read.parameters.size(), model.parameters.size()) << prefix;
        for (const auto& [name, tensor] : model.parameters)
            EXPECT_TRUE(read.parameters.at(name).equal(tensor)) << name;
        EXPECT_EQ(read.buffers.size(), 1U);
        EXPECT_EQ(
            quantized(read, {}).parameters.size(),
            model.parameters.size() + ops::Bart(quantized(read, {}).spec).scale_names().size());
    }
}

TEST(TernaryBinary, WeightsHaveThreeValuesAndTheHeadIsFloat) {
    const Model model = tiny(), made = quantized(model, {{"activations", 32}});
    const ops::Bart bart(made.spec);
    const ops::RoundedBart rounded = ops::rounded_bart(bart, made.parameters);
    const at::Tensor& row = rounded.parameters.at("model.encoder.layers.0.fc1.weight").select(0, 3);
    std::set<float> values(row.data_ptr<float>(), row.data_ptr<float>() + row.numel());
    EXPECT_EQ(values.size(), 3U);
    EXPECT_TRUE(rounded.parameters.at("model.shared.weight")
                    .equal(model.parameters.at("model.shared.weight")));
}

TEST(TernaryBinary, BitsAndMethodsAreChecked) {
    const Model model = tiny();
    for (const Object& params : {Object{{"weights", 3}}, Object{{"method", "bwn"}},
                                 Object{{"method", "twn"}, {"weights", 1}}})
        EXPECT_EQ(error_code([&] { quantized(model, params); }), "E-LM-051");
    EXPECT_EQ(error_code([] {
                  quantized(Model{.spec = Object{{"layers", engine::Array{}}}}, {});
              }),
              "E-LM-050");
}

TEST(TernaryBinary, AnotherQuantizationBeginsAnew) {
    const Model first = with_scales(quantized(tiny(), {}));
    const Model again = quantized(first, {{"weights", 1}, {"embeddings", 1}, {"activations", 1}});
    const ops::Bart bart(again.spec);
    EXPECT_EQ(error_code([&] { ops::bart_scales(bart, again.parameters, again.buffers); }),
              "E-LM-055")
        << "no scale is set";
    const Model without = quantized(first, {{"activations", 8}});
    EXPECT_TRUE(ops::Bart(without.spec).scale_names().empty());
    EXPECT_EQ(without.parameters.size(), tiny().parameters.size());
}

TEST(TernaryBinary, ASecondCallAddsToTheFirst) {
    const Model first =
        with_scales(quantized(tiny(), {{"layers", "model.encoder.* model.shared"}}));
    const Model both =
        quantized(first, {{"layers", "model.decoder.*"}, {"weights", 1}, {"activations", 1}});
    EXPECT_EQ(both.spec.find("quantization")->as_array().size(), 2U);
    const ops::Bart bart(both.spec);
    EXPECT_EQ(bart.quantization("model.encoder.layers.1.fc1").weights, 2);
    EXPECT_EQ(bart.quantization("model.decoder.layers.1.fc1").weights, 1);
    EXPECT_EQ(bart.quantization("model.shared").embeddings, 2);
    const std::string kept = "model.encoder.layers.0.fc1.act_clip_val",
                      fresh = "model.decoder.layers.0.fc1.act_clip_val";
    EXPECT_FALSE(first.parameters.contains(fresh));
    EXPECT_EQ(both.parameters.at(kept).item<float>(), first.parameters.at(kept).item<float>());
    EXPECT_EQ(both.buffers.at(kept + ".initialised").item<float>(), 1);
    EXPECT_EQ(both.buffers.at(fresh + ".initialised").item<float>(), 0);
    const Model set = with_scales(both);
    EXPECT_EQ(set.parameters.at(kept).item<float>(), first.parameters.at(kept).item<float>());
    EXPECT_EQ(set.buffers.at(fresh + ".initialised").item<float>(), 1);
    // Distillation sees the same layers of it as of a float model.
    const std::vector<Packet> shown = pass(set, one_batch(), types::kTrain),
                              whole = pass(tiny(), one_batch(), types::kTrain);
    EXPECT_EQ(shown.at(3).as<Activations>().parts.size(),
              whole.at(3).as<Activations>().parts.size());
}

TEST(TernaryBinary, ASecondCallOverridesTheFirst) {
    const Model first = with_scales(quantized(tiny(), {}));
    const Model some = quantized(first, {{"layers", "*.fc2"}, {"activations", 8}});
    const std::string dropped = "model.encoder.layers.0.fc2.act_clip_val",
                      kept = "model.encoder.layers.0.fc1.act_clip_val";
    EXPECT_FALSE(some.parameters.contains(dropped));
    EXPECT_TRUE(some.parameters.at(kept).equal(first.parameters.at(kept)));
    // Turned off again, and all replaced: one rule is left.
    const Model off = quantized(some, {{"layers", "model.shared"}, {"embeddings", 32}});
    EXPECT_EQ(ops::Bart(off.spec).quantization("model.shared").embeddings, 32);
    const Model all = quantized(off, {{"weights", 1}, {"embeddings", 1}});
    EXPECT_TRUE(all.spec.find("quantization")->is_object());
    EXPECT_EQ(all.buffers.at(kept + ".initialised").item<float>(), 0);
}

TEST(TernaryBinary, RulesSurviveACheckpoint) {
    const Model made = with_scales(quantized(quantized(tiny(), {{"layers", "model.encoder.*"}}),
                                             {{"layers", "*.fc2, model.shared"},
                                              {"activations", 8},
                                              {"embeddings", 1},
                                              {"weights", 1}}));
    const TestContext folder;
    types::write_model(made, folder.artifacts() / "m.safetensors");
    const Model read = types::read_model(folder.artifacts() / "m.safetensors");
    EXPECT_EQ(read.spec, made.spec);
    const std::vector<Packet> before = pass(made, one_batch(), types::kTest),
                              after = pass(read, one_batch(), types::kTest);
    EXPECT_TRUE(before.at(0).as<Tensor>().value.equal(after.at(0).as<Tensor>().value));
}

TEST(TernaryBinary, APatternOfNoLayerIsAnErrorWithTheNames) {
    try {
        quantized(tiny(), {{"layers", "model.encoder.* *.mlp"}});
        FAIL();
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().code, "E-LM-051");
        EXPECT_EQ(error.problem().found, "\"*.mlp\"");
        EXPECT_NE(error.problem().expected.find("model.decoder.layers.*.encoder_attn.q_proj"),
                  std::string::npos);
    }
    EXPECT_EQ(error_code([] { quantized(tiny(), {{"layers", ""}}); }), "E-LM-050");
}

TEST(FirstScales, AreSetOnceFromOneBatch) {
    const Model fresh = quantized(tiny(), {});
    EXPECT_EQ(error_code([&] { pass(fresh, one_batch(), types::kTrain); }), "E-LM-055");
    const Model set = with_scales(fresh);
    const std::string name = "model.encoder.layers.0.self_attn.q_proj.act_clip_val";
    EXPECT_EQ(fresh.parameters.at(name).item<float>(), 1) << "the one before is as it was";
    EXPECT_EQ(set.buffers.at(name + ".initialised").item<float>(), 1);
    // The first layer reads the embedding's output: the scale is twice its mean magnitude.
    const std::vector<Packet> shown = pass(set, one_batch(), types::kTest, "*embedding");
    const Activations& seen = shown.at(3).as<Activations>();
    ASSERT_EQ(seen.parts.size(), 2U);
    EXPECT_EQ(seen.parts[0].name, "model.encoder.layernorm_embedding");
    EXPECT_NEAR(set.parameters.at(name).item<float>(),
                2 * seen.parts[0].value.abs().mean().item<float>(), 1e-5);
    EXPECT_TRUE(with_scales(set).parameters.at(name).equal(set.parameters.at(name)));
    TestContext context(registry());
    context.item_number = 1;
    const std::vector<Packet> batch = one_batch();
    EXPECT_FALSE(run_node(registry(), "quantizers.first_scales", {},
                          {batch[0], batch[1], Packet::make(fresh)}, context)
                     .at(0));
}

TEST(Forward, ShowsLayersAndAttentionWhereAsked) {
    const std::vector<Packet> batch = one_batch();
    const Model model = tiny();
    EXPECT_TRUE(pass(model, batch, types::kTest, "").at(3).as<Activations>().parts.empty());
    const std::vector<Packet> shown =
        pass(model, batch, types::kTest, "*.encoder_attn model.encoder.layers.1");
    std::vector<std::string> names;
    for (const auto& part : shown.at(3).as<Activations>().parts) names.push_back(part.name);
    EXPECT_EQ(names, (std::vector<std::string>{"model.encoder.layers.1",
                                               "model.decoder.layers.0.encoder_attn",
                                               "model.decoder.layers.1.encoder_attn"}));
}

/// Loss, count and figures of the distillation of `student` by `teacher`.
std::vector<Packet> distilled(const Model& student, const Model& teacher, const Object& params,
                              TestContext& context, double phase = types::kTrain) {
    const std::vector<Packet> batch = one_batch();
    const std::vector<Packet> own = pass(student, batch, phase),
                              other = pass(teacher, batch, types::kTest);
    return run_node(registry(), "training.distill_layers", params,
                    {own.at(0), own.at(3), other.at(0), other.at(3), batch[2], Packet::make(phase)},
                    context);
}

TEST(DistillLayers, ASameModelDiffersInNothing) {
    const Model model = tiny(1, {{"dropout", 0.0}});
    TestContext context(registry());
    const auto out = distilled(model, model, {}, context);
    for (const char* name : {"encoder_hidden", "decoder_hidden", "encoder_attention",
                             "decoder_attention", "cross_attention", "last_state"})
        EXPECT_NEAR(context.metrics.at(name), 0, 1e-10) << name;
    EXPECT_NEAR(context.metrics.at("task"), std::log(260.0), 0.6) << "it knows nothing yet";
    EXPECT_NEAR(context.metrics.at("total"),
                context.metrics.at("task") + context.metrics.at("logits"), 1e-4);
    EXPECT_EQ(out.at(1).as<double>(), one_batch()[2].as<Tensor>().value.ge(0).sum().item<double>());
}

TEST(DistillLayers, TermsWeightsAndGradients) {
    const Model teacher = tiny(1, {{"dropout", 0.0}});
    const Model student = with_scales(quantized(teacher, {}));
    TestContext context(registry());
    const auto out = distilled(student, teacher, {{"task", 0.0}, {"hidden", 2.0}}, context);
    EXPECT_FALSE(context.metrics.contains("task"));
    double sum = 0;
    for (const auto& [name, value] : context.metrics) {
        EXPECT_GT(value, 0) << name;
        if (name != "total") sum += (name.ends_with("_hidden") ? 2 : 1) * value;
    }
    EXPECT_NEAR(context.metrics.at("total"), sum, 1e-3 * sum);
    EXPECT_TRUE(out.at(0).as<Tensor>().value.requires_grad());
    TestContext held(registry());
    const auto measured = distilled(student, teacher, {}, held, types::kValidation);
    EXPECT_TRUE(held.metrics.contains("validation_cross_attention"));
    EXPECT_FALSE(measured.at(0).as<Tensor>().value.requires_grad());
    EXPECT_EQ(check_node(registry(), "training.distill_layers",
                         {{"task", 0.0},
                          {"logits", 0.0},
                          {"hidden", 0.0},
                          {"attention", 0.0},
                          {"last_state", 0.0}})
                  .size(),
              1U);
    const Model shallow = tiny(1, {{"encoder_layers", 1}, {"dropout", 0.0}});
    EXPECT_EQ(error_code([&] { distilled(shallow, teacher, {}, context); }), "E-LM-056");
}

/// A model whose head says this token whatever it reads.
Model saying(std::int64_t token) {
    Model model = tiny();
    model.buffers.at("final_logits_bias") = model.buffers.at("final_logits_bias").clone();
    model.buffers.at("final_logits_bias")[0][token] = 100;
    return model;
}

std::vector<Packet> answer(const Model& model, const Object& params, TestContext& context,
                           const std::string& text = "Good morning.") {
    return run_node(registry(), "language.answer", params,
                    {Packet::make(Text{text}), Packet::make(model)}, context);
}

TEST(Answer, EndsByItsLengthOrItsEndToken) {
    TestContext context(registry());
    EXPECT_EQ(answer(saying(4 + 'x'), {{"most_tokens", 5}}, context).at(0).as<Text>().text,
              "xxxxx");
    EXPECT_EQ(context.metrics.at("tokens"), 5);
    EXPECT_EQ(answer(saying(2), {}, context).at(0).as<Text>().text, "");
    EXPECT_EQ(context.metrics.at("tokens"), 1) << "the end token";
    EXPECT_EQ(answer(saying(4 + 'x'), {{"most_tokens", 90}}, context).at(0).as<Text>().text.size(),
              39U)
        << "the context, less the start token";
    EXPECT_EQ(answer(saying(2), {{"least_tokens", 3}}, context).at(0).as<Text>().text.empty(),
              false);
    EXPECT_EQ(answer(saying(2), {}, context, "").at(0).as<Text>().text, "") << "no text, no tokens";
    answer(saying(2), {}, context, std::string(500, 'a'));
}

TEST(Answer, BeamsFindNoWorseAndSamplingFollowsTheSeed) {
    const Model model = with_scales(quantized(tiny(), {}));
    TestContext context(registry());
    const Object few = {{"most_tokens", 4}, {"length_penalty", 0.0}};
    const double greedy = answer(model, few, context).at(1).as<double>();
    Object beams = few;
    beams["beams"] = 6;
    beams["stopping"] = "exact";
    EXPECT_GE(answer(model, beams, context).at(1).as<double>(), greedy - 1e-6);
    const Object drawn = {{"most_tokens", 12}, {"temperature", 1.0}};
    TestContext first(registry()), second(registry()), third(registry());
    third.run_seed = 2;
    const std::string text = answer(model, drawn, first).at(0).as<Text>().text;
    EXPECT_EQ(answer(model, drawn, second).at(0).as<Text>().text, text);
    EXPECT_NE(answer(model, drawn, third).at(0).as<Text>().text, text);
    EXPECT_EQ(
        check_node(registry(), "language.answer", {{"beams", 2}, {"temperature", 1.0}}).size(), 1U);
}

}  // namespace
}  // namespace millrace::testing
