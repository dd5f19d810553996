// Language models as nodes: from parameters and files, quantized, writing.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/visual/io/files.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "nodes/ops/language/llama_forward.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/model_io.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_generate(engine::Registry& registry);
void register_language_file(engine::Registry& registry);
void register_llama(engine::Registry& registry);
void register_llm_qat(engine::Registry& registry);
void register_self_corpus(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

namespace fs = std::filesystem;
using engine::Object;
using engine::Packet;
using types::Model;
using types::Tensor;
using Ids = std::vector<std::int64_t>;

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_generate(made);
        nodes::register_language_file(made);
        nodes::register_llama(made);
        nodes::register_llm_qat(made);
        nodes::register_self_corpus(made);
        return &made;
    }();
    return *registry;
}

const Object kTiny = {{"vocabulary", 40},     {"width", 16},  {"layers", 2},  {"heads", 4},
                      {"key_value_heads", 2}, {"hidden", 24}, {"context", 32}};

Model tiny() {
    TestContext context(registry());
    return run_node(registry(), "backbones.llama", kTiny, {}, context).at(0).as<Model>();
}

at::Tensor logits_of(const Model& model, const Ids& ids) {
    const at::NoGradGuard no_gradients;
    return ops::forward(ops::Llama(model.spec), model.parameters,
                        at::tensor(ids, at::kLong).unsqueeze(0));
}

TEST(LlamaModel, IsMadeBySeedAndChecked) {
    const Model first = tiny(), second = tiny();
    EXPECT_TRUE(first.parameters.at("model.embed_tokens.weight")
                    .equal(second.parameters.at("model.embed_tokens.weight")));
    EXPECT_EQ(check_node(registry(), "backbones.llama", {{"heads", 3}}).size(), 1U)
        << "no divisor of the width";
}

TEST(LanguageFile, ReadsWhatWasWrittenAndRefusesOthers) {
    const TestContext folder;
    const Model model = tiny();
    const fs::path file = folder.artifact("m.safetensors");
    types::write_model(model, file);
    const Object params = {{"path", file.string()}};
    TestContext context(registry());
    const Model read =
        run_node(registry(), "backbones.language_file", params, {}, context).at(0).as<Model>();
    EXPECT_TRUE(logits_of(read, {1, 2, 3}).equal(logits_of(model, {1, 2, 3})));
    std::ofstream(folder.artifact("half.bin")) << "short";
    EXPECT_EQ(error_code([&] {
                  run_node(registry(), "backbones.language_file",
                           {{"path", folder.artifact("half.bin").string()}}, {}, context);
              }),
              "E-LM-031");
}

TEST(LanguageFile, TheTurnsThatOlderCheckpointsCarryAreNotNeeded) {
    const TestContext folder;
    const fs::path place = folder.artifact("model");
    fs::create_directories(place);
    std::ofstream(place / "config.json") << R"({"model_type": "llama", "hidden_size": 16,
        "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 40,
        "num_hidden_layers": 2, "intermediate_size": 24, "max_position_embeddings": 32,
        "rms_norm_eps": 1e-05, "tie_word_embeddings": true})";
    const Model model = tiny();
    std::vector<engine::ArrayView> arrays;
    for (const auto& [name, tensor] : model.parameters)
        arrays.push_back(types::array_of(name, tensor));
    // Transformers wrote the frequencies of the rotation beside the weights before version 4.32.
    const at::Tensor frequencies = at::ones({2});
    for (const char* layer : {"0", "1"})
        arrays.push_back(types::array_of(
            std::string("model.layers.") + layer + ".self_attn.rotary_emb.inv_freq", frequencies));
    visual::write_file_atomically(place / "model.safetensors",
                                  visual::write_safetensors(arrays, {}));
    TestContext context(registry());
    const Model read =
        run_node(registry(), "backbones.language_file", {{"path", place.string()}}, {}, context)
            .at(0)
            .as<Model>();
    EXPECT_TRUE(logits_of(read, {1, 2, 3}).equal(logits_of(model, {1, 2, 3})));
}

TEST(LlmQat, RoundsAtFewBitsAndNotWhenOff) {
    const Model model = tiny();
    const auto quantized = [&](const Object& params) {
        return run_node(registry(), "quantizers.llm_qat", params, {Packet::make(model)})
            .at(0)
            .as<Model>();
    };
    const at::Tensor whole = logits_of(model, {5, 6, 7, 8});
    const auto distance = [&](const Object& params) {
        return (logits_of(quantized(params), {5, 6, 7, 8}) - whole).abs().max().item<double>();
    };
    EXPECT_EQ(distance({{"weights", 32}, {"activations", 32}, {"cache", 32}}), 0);
    const double eight = distance({{"weights", 8}, {"activations", 8}, {"cache", 8}}),
                 three = distance({{"weights", 3}, {"activations", 8}, {"cache", 4}}),
                 one_layer = distance({{"weights", 3}, {"layers", "model.layers.0.*"}});
    EXPECT_GT(eight, 0);
    EXPECT_GT(three, 4 * eight);
    EXPECT_GT(one_layer, 0);
    EXPECT_LT(one_layer, three);
    EXPECT_EQ(error_code([] {
                  run_node(registry(), "quantizers.llm_qat", {},
                           {Packet::make(Model{.spec = Object{{"layers", engine::Array{}}}})});
              }),
              "E-LM-001");
}

TEST(LlmQat, ASecondCallAddsToTheFirstOrOverridesIt) {
    const auto quantized = [](const Model& model, const Object& params) {
        return run_node(registry(), "quantizers.llm_qat", params, {Packet::make(model)})
            .at(0)
            .as<Model>();
    };
    const auto bits_of = [](const Model& model, std::size_t layer, ops::LlamaLinear linear) {
        return ops::Llama(model.spec)
            .layers()[layer]
            .quantizers[static_cast<std::size_t>(linear)]
            .bits;
    };
    using enum ops::LlamaLinear;
    const Model first = quantized(tiny(), {{"layers", "model.layers.0.*"}, {"weights", 3}});
    const Model both = quantized(
        first, {{"layers", "model.layers.1.* *.down_proj"}, {"weights", 8}, {"cache", 8}});
    EXPECT_EQ(bits_of(both, 0, Query).weight_bits, 3);
    EXPECT_EQ(bits_of(both, 0, Down).weight_bits, 8);
    EXPECT_EQ(bits_of(both, 1, Query).weight_bits, 8);
    EXPECT_EQ(bits_of(both, 0, Key).cache_bits, 4);
    EXPECT_EQ(bits_of(both, 1, Key).cache_bits, 8);
    // The rules are those of a file, and compute what they say.
    const TestContext folder;
    types::write_model(both, folder.artifacts() / "m.safetensors");
    EXPECT_TRUE(logits_of(types::read_model(folder.artifacts() / "m.safetensors"), {5, 6, 7})
                    .equal(logits_of(both, {5, 6, 7})));
    EXPECT_FALSE(logits_of(first, {5, 6, 7}).equal(logits_of(both, {5, 6, 7})));
    // Off where the last says so; nothing is left of a rule that is covered.
    const Object off = {{"weights", 32}, {"activations", 32}, {"cache", 32}};
    const Model none = quantized(both, off);
    EXPECT_TRUE(none.spec.find("quantization")->is_object());
    EXPECT_FALSE(ops::Llama(none.spec).is_quantized());
    EXPECT_TRUE(logits_of(none, {5, 6, 7}).equal(logits_of(tiny(), {5, 6, 7})));
    EXPECT_EQ(error_code([&] { quantized(both, {{"layers", "*.fc1"}}); }), "E-LM-002");
}

TEST(SelfCorpus, FollowsItsRuleAndKeepsItInTheFile) {
    const Model model = tiny();
    const auto texts = [&](TestContext& context, const Object& more) {
        Object params = {{"texts", 45}, {"tokens", 12}};
        for (const auto& [name, value] : more) params[name] = value;
        return run_node(registry(), "language.self_corpus", params, {Packet::make(model)}, context)
            .at(0)
            .as<Tensor>()
            .value;
    };
    TestContext context(registry());
    const at::Tensor made = texts(context, {});
    ASSERT_EQ(made.sizes(), (Ids{45, 12}));
    for (int i = 0; i < 45; ++i)
        EXPECT_EQ(made[i][0].item<int>(), i % 40) << "every token once, then again";
    // The likeliest token follows the first, whatever is sampled later.
    EXPECT_EQ(made[7][1].item<int>(), logits_of(model, {7})[0][0].argmax().item<int>());
    TestContext other(registry());
    EXPECT_TRUE(texts(other, {}).equal(made));
    other.run_seed = 2;
    EXPECT_FALSE(texts(other, {}).equal(made));
    const std::vector<std::byte> bytes =
        visual::read_file_bytes(context.artifact("tokens.safetensors"));
    const visual::Safetensors file = visual::read_safetensors(bytes, "tokens");
    EXPECT_NE(file.metadata.at("rule").find("\"seed\":\"1\""), std::string::npos)
        << file.metadata.at("rule");
    const int end = made[3][4].item<int>();
    const at::Tensor ended = texts(context, {{"end_token", end}});
    EXPECT_TRUE(ended[3].narrow(0, 4, 8).eq(-100).all().item<bool>());
}

TEST(SelfCorpus, BatchesWriteWhatSingleTextsAre) {
    const auto texts = [&](int batch) {
        return run_node(registry(), "language.self_corpus",
                        {{"texts", 45}, {"tokens", 12}, {"batch", batch}}, {Packet::make(tiny())})
            .at(0)
            .as<Tensor>()
            .value;
    };
    const at::Tensor alone = texts(1);
    for (const int batch : {2, 32, 45, 64}) EXPECT_TRUE(texts(batch).equal(alone)) << batch;
}

TEST(SelfCorpus, GoesOnFromWhatIsThere) {
    const auto write = [](TestContext& context, const Model& model, int texts, int stop_after) {
        context.asks_until_stop = stop_after;
        return run_node(registry(), "language.self_corpus",
                        {{"texts", texts}, {"tokens", 12}, {"batch", 8}}, {Packet::make(model)},
                        context);
    };
    TestContext whole(registry()), context(registry());
    const at::Tensor wanted = write(whole, tiny(), 40, -1).at(0).as<Tensor>().value;
    write(context, tiny(), 40, 30);  // in the third batch
    const auto unfinished = context.artifact("tokens.safetensors.unfinished");
    ASSERT_TRUE(std::filesystem::exists(unfinished));
    EXPECT_FALSE(std::filesystem::exists(context.artifact("tokens.safetensors")));
    const auto copy = visual::read_file_bytes(unfinished);
    context.lines.clear();
    EXPECT_TRUE(write(context, tiny(), 40, -1).at(0).as<Tensor>().value.equal(wanted));
    ASSERT_EQ(context.lines.size(), 1);
    EXPECT_EQ(context.lines[0], "16 texts are there already");
    EXPECT_FALSE(std::filesystem::exists(unfinished));
    // Of another model or seed, or damaged, it is passed over.
    const auto put_back = [&](std::size_t bytes) {
        std::ofstream(unfinished, std::ios::binary)
            .write(reinterpret_cast<const char*>(copy.data()), std::streamsize(bytes));
        context.lines.clear();
    };
    Model other = tiny();
    other.parameters.at("model.norm.weight") = other.parameters.at("model.norm.weight").add(1);
    put_back(copy.size());
    write(context, other, 40, -1);
    EXPECT_TRUE(context.lines.empty());
    put_back(copy.size() - 1);
    EXPECT_TRUE(write(context, tiny(), 40, -1).at(0).as<Tensor>().value.equal(wanted));
    EXPECT_TRUE(context.lines.empty());
    put_back(copy.size());
    context.run_seed = 9;
    EXPECT_FALSE(write(context, tiny(), 40, -1).at(0).as<Tensor>().value.equal(wanted));
    EXPECT_TRUE(context.lines.empty());
}

TEST(SelfCorpus, WhatCannotBeWrittenIsToldBeforeTheFirstText) {
    const auto refused = [](const Object& params) {
        TestContext context(registry());
        const std::string code = error_code([&] {
            run_node(registry(), "language.self_corpus", params, {Packet::make(tiny())}, context);
        });
        EXPECT_EQ(context.last_progress, 0);
        return code;
    };
    // 40 tokens with three prefixes are 120 texts.
    EXPECT_EQ(refused({{"first", "every"}, {"tokens", 8}, {"texts", 121}}), "E-LM-025");
    EXPECT_EQ(refused({{"tokens", 8}, {"least_prefix", 5}, {"most_prefix", 4}}), "E-LM-025");
    EXPECT_EQ(refused({{"tokens", 8}, {"most_prefix", 9}}), "E-LM-025");
}

TEST(Generate, TokensWithoutASpellingHaveNoText) {
    // A model's vocabulary is often rounded up; here 40 tokens and a tokenizer of fewer.
    const std::string tokenizer = MILLRACE_SOURCE_DIR "/graphs/llm-qat/small-text.tokenizer";
    const auto reader = ops::load_tokenizer(tokenizer);
    Object params = kTiny;
    params["vocabulary"] = static_cast<std::int64_t>(2 * reader->size());
    params["context"] = 256;
    TestContext context(registry());
    const Packet model = run_node(registry(), "backbones.llama", params, {}, context).at(0);
    const auto out = run_node(registry(), "language.generate",
                              {{"tokenizer", tokenizer}, {"most_tokens", 200}, {"temperature", 1}},
                              {Packet::make(types::Text{"a"}), model}, context);
    const at::Tensor& made = out.at(1).as<Tensor>().value;
    EXPECT_EQ(made.numel(), 200);
    EXPECT_GT(made.max().item<std::int64_t>(), static_cast<std::int64_t>(reader->size()));
    EXPECT_TRUE(out.at(0).as<types::Text>().text.starts_with("a"));
}

TEST(Generate, WritesThePublishedSample) {
    const fs::path stories = shared_folder() / "data" / "stories260k";
    if (!fs::exists(stories)) GTEST_SKIP() << "no shared data at " << stories;
    TestContext context(registry());
    const Packet model = run_node(registry(), "backbones.language_file",
                                  {{"path", (stories / "stories260K.bin").string()}}, {}, context)
                             .at(0);
    const auto out =
        run_node(registry(), "language.generate",
                 {{"tokenizer", (stories / "tok512.bin").string()}, {"most_tokens", 255}},
                 {Packet::make(types::Text{""}), model}, context);
    const std::string& text = out.at(0).as<types::Text>().text;
    EXPECT_TRUE(
        text.starts_with("Once upon a time, there was a little girl named Lily. She loved "
                         "to play outside in the park. One day, she saw a big, red ball."))
        << text;
    EXPECT_GT(context.metrics.at("tokens_per_second"), 0);
}

}  // namespace
}  // namespace millrace::testing
