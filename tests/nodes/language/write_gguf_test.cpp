// Decoders as GGUF files, written by the node and read back by another.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "nodes/ops/checkpoints/gguf_file.hpp"
#include "nodes/ops/language/llama_forward.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/tokenizers/files.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_language_file(engine::Registry& registry);
void register_llama(engine::Registry& registry);
void register_llm_qat(engine::Registry& registry);
void register_round_to_nearest(engine::Registry& registry);
void register_write_gguf(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

using engine::Object;
using engine::Packet;
using types::Model;

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_language_file(made);
        nodes::register_llama(made);
        nodes::register_llm_qat(made);
        nodes::register_round_to_nearest(made);
        nodes::register_write_gguf(made);
        return &made;
    }();
    return *registry;
}

Model tiny(const Object& more = {}) {
    TestContext context(registry());
    Object params = {{"vocabulary", 40},     {"width", 32},  {"layers", 2},  {"heads", 4},
                     {"key_value_heads", 2}, {"hidden", 64}, {"context", 32}};
    for (const auto& [name, value] : more) params[name] = value;
    Model model = run_node(registry(), "backbones.llama", params, {}, context).at(0).as<Model>();
    // Norms that are 1 would not tell whether they were written.
    for (auto& [name, tensor] : model.parameters)
        if (tensor.dim() == 1) tensor = tensor + at::arange(tensor.numel()).mul(0.7).sin() * 0.3;
    return model;
}

at::Tensor logits_of(const Model& model) {
    const at::NoGradGuard no_gradients;
    return ops::forward(ops::Llama(model.spec), model.parameters,
                        at::tensor({5, 6, 7, 8, 30, 2}, at::kLong).unsqueeze(0));
}

double distance(const Model& a, const Model& b) {
    return (logits_of(a) - logits_of(b)).abs().max().item<double>();
}

/// Writes, and reads back.
Model through_file(const Model& model, const Object& params, TestContext& context) {
    run_node(registry(), "language.write_gguf", params, {Packet::make(model)}, context);
    TestContext reading(registry());
    return run_node(registry(), "backbones.language_file",
                    {{"path", context.artifact("model.gguf").string()}}, {}, reading)
        .at(0)
        .as<Model>();
}

Model through_file(const Model& model, const std::string& type) {
    TestContext context(registry());
    return through_file(model, {{"type", type}}, context);
}

TEST(WriteGguf, FloatsComeBackAsTheyWere) {
    for (const bool tied : {true, false}) {
        const Model model = tiny({{"tied_head", tied}});
        const Model read = through_file(model, "f32");
        EXPECT_EQ(read.spec, model.spec);
        for (const auto& [name, tensor] : model.parameters)
            EXPECT_TRUE(read.parameters.at(name).equal(tensor)) << name;
        EXPECT_TRUE(logits_of(read).equal(logits_of(model)));
    }
}

TEST(WriteGguf, InterleavedModelsComputeTheSameOnceRead) {
    const Model model = tiny({{"rotary", "interleaved"}});
    const Model read = through_file(model, "f32");
    EXPECT_EQ(read.spec.find("rotary")->as_string(), "halves");
    EXPECT_LT(distance(read, model), 1e-5) << "sums in another order";
}

TEST(WriteGguf, OtherTypesRoundAsTheySay) {
    const Model model = tiny();
    const double size = logits_of(model).abs().max().item<double>();
    double last = 0;
    for (const auto& [type, most] :
         {std::pair{"f16", 2e-3}, {"bf16", 2e-2}, {"q8_0", 4e-2}, {"q4_0", 0.6}}) {
        const double found = distance(through_file(model, type), model) / size;
        EXPECT_GT(found, last / 4) << type;
        EXPECT_LT(found, most) << type;
        last = found;
    }
    // Each weight is as near as the type lets it.
    const Model eight = through_file(model, "q8_0");
    for (const auto& [name, tensor] : model.parameters) {
        const double step = tensor.dim() == 2 ? tensor.abs().max().item<double>() / 127 : 0;
        EXPECT_LE((eight.parameters.at(name) - tensor).abs().max().item<double>(), 0.6 * step)
            << name;
    }
}

TEST(WriteGguf, QuantizedModelsAreWrittenRounded) {
    const auto made_by = [](const char* node, const Object& params) {
        return run_node(registry(), node, params, {Packet::make(tiny())}).at(0).as<Model>();
    };
    const Object weights_only = {{"weights", 4}, {"activations", 32}, {"cache", 32}};
    const Model low = made_by("quantizers.llm_qat", weights_only);
    EXPECT_TRUE(logits_of(through_file(low, "f32")).equal(logits_of(low)));
    EXPECT_LT(distance(through_file(low, "q8_0"), low),
              0.1 * logits_of(low).abs().max().item<double>());
    TestContext quiet(registry()), warned(registry());
    through_file(low, {}, quiet);
    EXPECT_TRUE(quiet.warnings.empty());
    through_file(made_by("quantizers.llm_qat", {}), {}, warned);
    EXPECT_EQ(warned.warnings.size(), 1U) << "activations and cache";
    for (const int bits : {4, 8}) {
        const Model nearest = made_by("quantizers.round_to_nearest", {{"bits", bits}});
        EXPECT_TRUE(logits_of(through_file(nearest, "f32")).equal(logits_of(nearest)));
    }
    // The grid of Q8_0 itself: the second rounding changes nothing but the scale's float16.
    const Model grid =
        made_by("quantizers.round_to_nearest", {{"bits", 8}, {"group", 32}, {"kind", "symmetric"}});
    EXPECT_LT(distance(through_file(grid, "q8_0"), grid),
              0.1 * logits_of(grid).abs().max().item<double>());
}

TEST(WriteGguf, RowsThatAreNoBlocksAreF16) {
    const Model model = tiny({{"hidden", 50}});
    TestContext context(registry());
    const std::vector<Packet> report = run_node(registry(), "language.write_gguf",
                                                {{"type", "q4_0"}}, {Packet::make(model)}, context);
    const ops::GgufFile file(context.artifact("model.gguf"));
    EXPECT_EQ(file.header().tensor("blk.0.ffn_down.weight")->type, ops::GgmlType::F16);
    EXPECT_EQ(file.header().tensor("blk.0.ffn_up.weight")->type, ops::GgmlType::Q4_0);
    EXPECT_EQ(file.header().tensor("blk.1.ffn_norm.weight")->type, ops::GgmlType::F32);
    EXPECT_EQ(file.header().tensor("output.weight"), nullptr) << "the head is the embedding";
    EXPECT_EQ(file.header().text("general.architecture"), "llama");
    EXPECT_EQ(file.header().integer("llama.attention.head_count_kv"), 2);
    EXPECT_EQ(file.header().integer("general.file_type"), 2);
    EXPECT_EQ(file.header().find("tokenizer.ggml.model"), nullptr);
    const auto& types =
        std::get<std::vector<std::string>>(report.at(0).as<types::Table>().columns.at(0).values);
    EXPECT_EQ(types, (std::vector<std::string>{"F32", "F16", "Q4_0"}));
    EXPECT_LT(distance(through_file(model, "q4_0"), model),
              0.6 * logits_of(model).abs().max().item<double>());
}

TEST(WriteGguf, TokenizersOfPairsGoWithTheModel) {
    TestContext context(registry());
    const std::string blank(kBlank);
    const std::vector<ScoredPiece> pieces = {{"<unk>", 0, 2}, {"<s>", 0, 3}, {"</s>", 0, 3},
                                             {blank, -1},     {"a", -2},     {blank + "a", -3}};
    const auto write = [&](const std::string& bytes) {
        std::ofstream(context.artifact("t.model"), std::ios::binary) << bytes;
        run_node(registry(), "language.write_gguf",
                 {{"tokenizer", context.artifact("t.model").string()}}, {Packet::make(tiny())},
                 context);
    };
    write(model_file(pieces, {.model = 2}));
    const ops::GgufFile file(context.artifact("model.gguf"));
    const auto list = [&](const char* key) {
        return std::get<ops::GgufArray>(*file.header().find(key)).items;
    };
    const auto tokens = std::get<std::vector<std::string>>(list("tokenizer.ggml.tokens"));
    ASSERT_EQ(tokens.size(), 40U) << "one for each row of the embedding";
    EXPECT_EQ(tokens[5], blank + "a");
    EXPECT_EQ(tokens[6], "[PAD6]");
    EXPECT_EQ(std::get<std::vector<float>>(list("tokenizer.ggml.scores"))[4], -2);
    const auto kinds = std::get<std::vector<std::int32_t>>(list("tokenizer.ggml.token_type"));
    EXPECT_EQ(kinds[0], 2);
    EXPECT_EQ(kinds[1], 3);
    EXPECT_EQ(kinds[5], 1);
    EXPECT_EQ(kinds[39], 5);
    EXPECT_EQ(file.header().text("tokenizer.ggml.model"), "llama");
    EXPECT_EQ(file.header().integer("tokenizer.ggml.bos_token_id"), 1);
    EXPECT_EQ(file.header().integer("tokenizer.ggml.eos_token_id"), 2);
    EXPECT_EQ(error_code([&] { write(model_file(pieces, {.model = 1})); }), "E-CKPT-055");
    std::vector<ScoredPiece> many = pieces;
    for (int i = 0; i < 40; ++i) many.push_back({"x" + std::to_string(i), -9});
    EXPECT_EQ(error_code([&] { write(model_file(many, {.model = 2})); }), "E-CKPT-055");
    EXPECT_EQ(error_code([&] { write("no tokenizer"); }).substr(0, 7), "E-TOKEN");
}

}  // namespace
}  // namespace millrace::testing
