// What language nodes say of input that does not fit: checkpoints, tokenizers, texts and weights,
// each through the registry, as a graph would meet it.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <limits>
#include <string>

#include "engine/visual/io/files.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/tokenizers/files.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_forward(engine::Registry& registry);
void register_generate(engine::Registry& registry);
void register_language_file(engine::Registry& registry);
void register_llama(engine::Registry& registry);
void register_llm_qat(engine::Registry& registry);
void register_packed_file(engine::Registry& registry);
void register_self_corpus(engine::Registry& registry);
void register_token_corpus(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

namespace fs = std::filesystem;
using engine::Object;
using engine::Packet;
using types::Model;
using types::NamedTensors;
using types::Tensor;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::int64_t kVocabulary = 300, kContext = 32;

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_forward(made);
        nodes::register_generate(made);
        nodes::register_language_file(made);
        nodes::register_llama(made);
        nodes::register_llm_qat(made);
        nodes::register_packed_file(made);
        nodes::register_self_corpus(made);
        nodes::register_token_corpus(made);
        return &made;
    }();
    return *registry;
}

/// Of odd sizes, as far as rotation lets them be.
Model tiny() {
    TestContext context(registry());
    const Object sizes = {{"vocabulary", kVocabulary},
                          {"width", 18},
                          {"layers", 1},
                          {"heads", 3},
                          {"hidden", 23},
                          {"key_value_heads", 1},
                          {"context", kContext}};
    return run_node(registry(), "backbones.llama", sizes, {}, context).at(0).as<Model>();
}

engine::Problem problem_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const engine::Error& error) {
        return error.problem();
    }
    return {.code = "none"};
}

/// A tokenizer of llama2.c: three special pieces, the bytes, and the first letters of ASCII.
std::string tokenizer_of(const TestContext& folder, int size) {
    std::vector<ScoredPiece> pieces;
    for (int i = 259; i < size; ++i)
        pieces.push_back({std::string(1, static_cast<char>(' ' + i - 259)), -9});
    const fs::path file = folder.artifact("tokenizer.bin");
    visual::write_file_atomically(file, llama2c_file(pieces));
    return file.string();
}

/// A folder as Hugging Face has it, with these tensors.
std::string checkpoint_of(const TestContext& folder, const NamedTensors& tensors) {
    std::ofstream(folder.artifact("c/config.json")) << R"({"model_type": "llama",
"hidden_size": 18, "intermediate_size": 23, "num_attention_heads": 3, "num_hidden_layers": 1,
"num_key_value_heads": 1, "vocab_size": 300, "max_position_embeddings": 32,
"rms_norm_eps": 1e-05, "tie_word_embeddings": true})";
    std::vector<engine::ArrayView> arrays;
    std::vector<at::Tensor> kept;
    for (const auto& [name, tensor] : tensors) {
        kept.push_back(tensor.contiguous());
        arrays.push_back(types::array_of(name, kept.back()));
    }
    visual::write_file_atomically(folder.artifact("c/model.safetensors"),
                                  visual::write_safetensors(arrays, {}));
    return folder.artifact("c/config.json").parent_path().string();
}

engine::Problem checkpoint_problem(const std::function<void(NamedTensors&)>& change) {
    const TestContext folder;
    NamedTensors tensors = tiny().parameters;
    change(tensors);
    const std::string path = checkpoint_of(folder, tensors);
    return problem_of([&] {
        TestContext context(registry());
        run_node(registry(), "backbones.language_file", {{"path", path}}, {}, context);
    });
}

TEST(BadCheckpoint, TensorsMustBeThoseOfTheConfig) {
    const std::string name = "model.layers.0.mlp.up_proj.weight";
    EXPECT_EQ(checkpoint_problem([](NamedTensors&) {}).code, "none");
    const engine::Problem missing = checkpoint_problem([&](NamedTensors& all) { all.erase(name); });
    EXPECT_EQ(missing.code, "E-LM-004");
    EXPECT_NE((missing.expected + missing.found).find(name), std::string::npos);
    EXPECT_EQ(checkpoint_problem([](NamedTensors& all) { all["extra"] = at::zeros({1}); }).code,
              "E-LM-004");
    EXPECT_EQ(checkpoint_problem([&](NamedTensors& all) { all[name] = all[name].t(); }).code,
              "E-LM-004");
    EXPECT_EQ(checkpoint_problem([&](NamedTensors& all) {
                  all[name] = at::zeros({0, 18});
              }).code,
              "E-LM-004");
}

TEST(BadCheckpoint, TheFileIsNamed) {
    const auto no_tensor = checkpoint_problem([](NamedTensors& all) { all.erase(all.begin()); });
    EXPECT_NE(no_tensor.where.find("/c"), std::string::npos) << no_tensor.where;
    const std::string shown =
        checkpoint_problem([](NamedTensors& all) { all["a\n\x1B[2J"] = at::zeros({1}); }).found;
    EXPECT_EQ(shown, "\"a??[2J\"") << "no terminal acts on a tensor's name";
    const TestContext folder;
    const std::string path = checkpoint_of(folder, tiny().parameters) + "/model.safetensors";
    for (const char* node : {"backbones.language_file", "backbones.packed_file"}) {
        const engine::Problem other = problem_of([&] {
            TestContext context(registry());
            run_node(registry(), node, {{"path", path}}, {}, context);
        });
        EXPECT_EQ(other.code.substr(0, 8), "E-MODEL-") << "without Millrace's metadata";
        EXPECT_EQ(other.where, path);
    }
}

TEST(BadCheckpoint, ShardsLieBesideTheirIndex) {
    const TestContext folder;
    const std::string path = checkpoint_of(folder, tiny().parameters);
    fs::rename(path + "/model.safetensors", path + "/../model.safetensors");
    const auto problem = [&](const std::string& shard) {
        std::ofstream(path + "/model.safetensors.index.json")
            << R"({"weight_map": {"model.norm.weight": ")" + shard + "\"}}";
        return problem_of([&] {
            TestContext context(registry());
            run_node(registry(), "backbones.language_file", {{"path", path}}, {}, context);
        });
    };
    EXPECT_EQ(problem("model.safetensors").code, "E-CKPT-023");
    for (const char* shard : {"../model.safetensors", "/model.safetensors", "", "..", "a.bin"}) {
        const engine::Problem found = problem(shard);
        EXPECT_EQ(found.code, "E-CKPT-022") << shard;
        EXPECT_FALSE(found.found.empty()) << shard;
    }
}

TEST(BadCheckpoint, TensorsMayNotOverlapNorLie) {
    const TestContext folder;
    const std::string path = checkpoint_of(folder, tiny().parameters);
    const auto code = [&](const std::string& offsets) {
        const std::string header = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                                   R"("b":{"dtype":"F32","shape":[2],"data_offsets":)" +
                                   offsets + "}}";
        const std::uint64_t length = header.size();
        std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
        bytes += header + std::string(16, '\0');
        visual::write_file_atomically(path + "/model.safetensors", bytes);
        return problem_of([&] {
                   TestContext context(registry());
                   run_node(registry(), "backbones.language_file", {{"path", path}}, {}, context);
               })
            .code;
    };
    EXPECT_EQ(code("[8,16]"), "E-LM-004") << "whole, but not the model's";
    EXPECT_EQ(code("[4,12]"), "E-FILE-024") << "overlaps";
    EXPECT_EQ(code("[8,24]"), "E-FILE-023") << "beyond the end";
    EXPECT_EQ(code("[8,18446744073709551615]").substr(0, 2), "E-");
}

/// The model with one weight changed.
Packet with_weight(float value) {
    Model model = tiny();
    at::Tensor& weight = model.parameters.at("model.layers.0.self_attn.q_proj.weight");
    weight = weight.clone();
    weight[0][0] = value;
    return Packet::make(model);
}

TEST(BadWeights, NumbersThatAreNoneAreNamed) {
    const TestContext folder;
    const std::string tokenizer = tokenizer_of(folder, kVocabulary);
    for (const float value : {kNan, kInfinity, -kInfinity}) {
        EXPECT_NE(error_code([&] {
                      run_node(registry(), "language.generate",
                               {{"tokenizer", tokenizer}, {"most_tokens", 4}},
                               {Packet::make(types::Text{"ab"}), with_weight(value)});
                  }),
                  "none");
        EXPECT_NE(error_code([&] {
                      TestContext context(registry());
                      run_node(registry(), "language.self_corpus", {{"texts", 2}, {"tokens", 8}},
                               {with_weight(value)}, context);
                  }),
                  "none");
    }
}

TEST(BadWeights, QuantizedModelsSayItAtTheFirstBatch) {
    for (const float value : {kNan, kInfinity}) {
        const std::string code = error_code([&] {
            const Packet model =
                run_node(registry(), "quantizers.llm_qat", {{"weights", 4}, {"activations", 8}},
                         {with_weight(value)})
                    .at(0);
            std::vector<Packet> inputs(7);
            inputs[0] = Packet::make(Tensor{at::ones({1, 5}, at::kLong)});
            inputs[2] = model;
            run_node(registry(), "training.forward", {}, inputs);
        });
        EXPECT_NE(code, "none");
        EXPECT_NE(code, "E-INTERNAL-001");
    }
}

TEST(BadWeights, RowsOfZerosAndOfOneNumberAreQuantized) {
    for (const float value : {0.0F, 0.25F}) {
        Model model = tiny();
        at::Tensor& weight = model.parameters.at("model.layers.0.mlp.gate_proj.weight");
        weight = at::full_like(weight, value);
        const Packet quantized =
            run_node(registry(), "quantizers.llm_qat",
                     {{"weights", 4}, {"activations", 8}, {"cache", 4}}, {Packet::make(model)})
                .at(0);
        std::vector<Packet> inputs(7);
        inputs[0] = Packet::make(Tensor{at::arange(7, at::kLong).unsqueeze(0)});
        inputs[2] = quantized;
        const at::Tensor logits =
            run_node(registry(), "training.forward", {}, inputs).at(0).as<Tensor>().value;
        EXPECT_EQ(logits.sizes(), (at::IntArrayRef{1, 7, kVocabulary}));
        EXPECT_TRUE(logits.isfinite().all().item<bool>());
    }
}

std::string generate_code(const std::string& prompt, int pieces, Object params = {}) {
    const TestContext folder;
    params["tokenizer"] = tokenizer_of(folder, pieces);
    params["most_tokens"] = 4;
    return error_code([&] {
        run_node(registry(), "language.generate", params,
                 {Packet::make(types::Text{prompt}), Packet::make(tiny())});
    });
}

TEST(BadPrompt, TheTokenizerMustFitTheModel) {
    EXPECT_EQ(generate_code("z", kVocabulary), "none");
    EXPECT_EQ(generate_code("z", kVocabulary + 54), "E-LM-006") << "z is the token 349";
    // Some tokenizers have a token more than their model, so nothing but a warning is right.
    const TestContext folder;
    TestContext context(registry());
    run_node(registry(), "language.generate",
             {{"tokenizer", tokenizer_of(folder, kVocabulary + 54)}, {"most_tokens", 2}},
             {Packet::make(types::Text{"!"}), Packet::make(tiny())}, context);
    EXPECT_EQ(context.warnings.size(), 1U);
    TestContext fitting(registry());
    run_node(registry(), "language.generate",
             {{"tokenizer", tokenizer_of(folder, kVocabulary)}, {"most_tokens", 2}},
             {Packet::make(types::Text{"!"}), Packet::make(tiny())}, fitting);
    EXPECT_TRUE(fitting.warnings.empty());
}

TEST(BadPrompt, ATokenizersFileIsNamed) {
    const TestContext folder;
    const fs::path file = folder.artifact("tokenizer.json");
    for (const std::string& bytes :
         {std::string(), std::string("{}"), std::string("\x0A\x05", 2),
          std::string(R"({"model": {"type": "WordPiece", "vocab": {}}})")}) {
        visual::write_file_atomically(file, bytes);
        const engine::Problem found = problem_of([&] {
            run_node(registry(), "language.generate", {{"tokenizer", file.string()}},
                     {Packet::make(types::Text{"a"}), Packet::make(tiny())});
        });
        EXPECT_EQ(found.code.substr(0, 8), "E-TOKEN-") << bytes;
        EXPECT_EQ(found.where, file.string()) << bytes;
    }
}

TEST(BadPrompt, TextsMustBeThereAndWithinTheContext) {
    EXPECT_EQ(generate_code("", kVocabulary), "none") << "the begin token is a prompt";
    EXPECT_EQ(generate_code("", kVocabulary, {{"begin", false}}), "E-LM-022");
    EXPECT_EQ(generate_code(std::string(200, 'z'), kVocabulary), "E-LM-023");
    EXPECT_EQ(generate_code("\xC3", kVocabulary).substr(0, 8), "E-TOKEN-");
}

TEST(BadPrompt, ATextEndsWhereTheContextEnds) {
    const TestContext folder;
    const auto out =
        run_node(registry(), "language.generate",
                 {{"tokenizer", tokenizer_of(folder, kVocabulary)}, {"most_tokens", 1000}},
                 {Packet::make(types::Text{"abc"}), Packet::make(tiny())});
    EXPECT_LE(out.at(1).as<Tensor>().value.numel(), kContext);
}

TEST(BadCorpus, TextsOfTheModelsOwnKeepToTheContext) {
    TestContext context(registry());
    const at::Tensor made =
        run_node(registry(), "language.self_corpus", {{"texts", 3}, {"tokens", 2 * int(kContext)}},
                 {Packet::make(tiny())}, context)
            .at(0)
            .as<Tensor>()
            .value;
    EXPECT_TRUE(made.narrow(1, kContext + 1, kContext - 1).eq(-100).all().item<bool>());
    EXPECT_EQ(error_code([] {
                  TestContext other(registry());
                  run_node(registry(), "language.self_corpus",
                           {{"texts", 2}, {"tokens", 8}, {"end_token", int(kVocabulary)}},
                           {Packet::make(tiny())}, other);
              }),
              "E-LM-026");
}

std::string corpus_code(const std::string& text, int length = 8) {
    const TestContext folder;
    visual::write_file_atomically(folder.artifact("t.txt"), text);
    return error_code([&] {
        TestContext context(registry());
        TestNode node(registry(), "loaders.token_corpus",
                      {{"path", folder.artifact("t.txt").string()},
                       {"tokenizer", tokenizer_of(folder, kVocabulary)},
                       {"length", length}});
        node.start(context);
        node.call({}, context);
    });
}

TEST(BadCorpus, TextsMustBeTexts) {
    EXPECT_EQ(corpus_code("enough letters for some blocks of eight"), "none");
    EXPECT_EQ(corpus_code(""), "E-TEXT-030");
    EXPECT_EQ(corpus_code("few", 64), "E-TEXT-030");
    EXPECT_EQ(corpus_code("some text, then \xFF\xFE and more of it").substr(0, 8), "E-TOKEN-");
}

TEST(BadCorpus, TokensMustBeTheModels) {
    const auto code = [](const at::Tensor& ids) {
        return error_code([&] {
            std::vector<Packet> inputs(7);
            inputs[0] = Packet::make(Tensor{ids});
            inputs[2] = Packet::make(tiny());
            run_node(registry(), "training.forward", {}, inputs);
        });
    };
    EXPECT_EQ(code(at::zeros({2, kContext}, at::kLong)), "none");
    EXPECT_EQ(code(at::full({1, 3}, kVocabulary, at::kLong)), "E-LM-006");
    EXPECT_EQ(code(at::full({1, 3}, -1, at::kLong)), "E-LM-006");
    EXPECT_NE(code(at::zeros({1, kContext + 1}, at::kLong)), "none");
    EXPECT_NE(code(at::zeros({1, 0}, at::kLong)), "none");
    EXPECT_NE(code(at::zeros({1, 3})), "none") << "floats";
}

}  // namespace
}  // namespace millrace::testing
