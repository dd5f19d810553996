// Packing and generation as nodes.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/value_parse.hpp"
#include "engine/visual/io/files.hpp"
#include "nodes/ops/language/bart_forward.hpp"
#include "nodes/ops/language/llama.hpp"
#include "nodes/ops/packed/last_prepared.hpp"
#include "nodes/types/model_io.hpp"
#include "nodes/types/packed_model.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/language/bart_support.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_answer_packed(engine::Registry& registry);
void register_generate(engine::Registry& registry);
void register_generate_packed(engine::Registry& registry);
void register_pack(engine::Registry& registry);
void register_packed_file(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

using engine::Object;
using engine::Packet;
using types::Model;
using types::PackedModel;
using types::Table;
using types::Text;

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_answer_packed(made);
        nodes::register_generate(made);
        nodes::register_generate_packed(made);
        nodes::register_pack(made);
        nodes::register_packed_file(made);
        return &made;
    }();
    return *registry;
}

Model trained() {
    return types::read_model(MILLRACE_SOURCE_DIR "/graphs/llm-qat/llm-qat-4-8-4.safetensors");
}

const Object kTokenizer = {
    {"tokenizer", MILLRACE_SOURCE_DIR "/graphs/llm-qat/small-text.tokenizer"}, {"most_tokens", 24}};

/// The row of the report of that part and layout: its place.
std::size_t row_of(const Table& table, const std::string& part, const std::string& layout) {
    const auto& parts = std::get<std::vector<std::string>>(table.column("part")->values);
    const auto& layouts = std::get<std::vector<std::string>>(table.column("layout")->values);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i] == part && layouts[i] == layout) return i;
    }
    ADD_FAILURE() << "no " << part << " in " << layout;
    return 0;
}

std::int64_t whole(const Table& table, const char* column, std::size_t row) {
    return std::get<std::vector<std::int64_t>>(table.column(column)->values)[row];
}

TEST(Pack, WritesAFileAndTellsWhatIsLeft) {
    TestContext context(registry());
    const auto made = run_node(registry(), "language.pack", {{"head", "int8"}},
                               {Packet::make(trained())}, context);
    const auto& table = made.at(1).as<Table>();
    const std::size_t linears = row_of(table, "linears", "nibble");
    // Five layers of q, o [64, 64], k, v [32, 64], gate, up [172, 64] and down [64, 172].
    const std::int64_t weights = 5 * (2 * 64 * 64 + 2 * 32 * 64 + 3 * 172 * 64);
    EXPECT_EQ(whole(table, "weights", linears), weights);
    EXPECT_EQ(whole(table, "integer_multiplications", linears), weights);
    const std::int64_t rows = 5 * (64 + 64 + 32 + 32 + 172 + 172 + 64);
    // Rows of 64 columns have 32 bytes, of 172 columns, padded to 192, 96.
    EXPECT_EQ(whole(table, "bytes", linears),
              5 * ((rows / 5 - 64) * 32 + std::int64_t{64} * 96) + 4 * rows);
    EXPECT_EQ(whole(table, "bytes", row_of(table, "head", "int8")), 512 * 64 + 512 * 4);
    EXPECT_EQ(whole(table, "float_multiplications", row_of(table, "embedding", "float32")), 0);
    EXPECT_EQ(whole(table, "bytes", row_of(table, "whole", "")),
              static_cast<std::int64_t>(made.at(0).as<PackedModel>().bytes()));
    EXPECT_EQ(context.metrics.at("bytes"),
              static_cast<double>(made.at(0).as<PackedModel>().bytes()));

    const auto read =
        run_node(registry(), "backbones.packed_file",
                 {{"path", context.artifact("packed.safetensors").string()}}, {}, context);
    EXPECT_EQ(engine::serialise(read.at(0)), engine::serialise(made.at(0)));
}

TEST(Pack, AFloatHeadIsTheEmbeddingAndItsProductsCount) {
    const auto made = run_node(registry(), "language.pack", {}, {Packet::make(trained())});
    const auto& table = made.at(1).as<Table>();
    const std::size_t head = row_of(table, "head", "float32");
    EXPECT_EQ(whole(table, "bytes", head), 0);
    EXPECT_EQ(whole(table, "float_multiplications", head), 512 * 64);
}

TEST(Pack, TernaryWeightsLeaveNoMultiplicationInside) {
    const ops::Bart bart(bart_spec(
        quantization(R"("method": "tbt", "weights": 2, "activations": 2, "embeddings": 2)")));
    const Model model = quantized_model(bart);
    const auto made =
        run_node(registry(), "language.pack", {{"ternary", "base3"}}, {Packet::make(model)});
    const auto& table = made.at(1).as<Table>();
    const std::size_t linears = row_of(table, "linears", "ternary-base3");
    EXPECT_EQ(whole(table, "integer_multiplications", linears), 0);
    EXPECT_GT(whole(table, "float_multiplications", linears), 0);
    EXPECT_EQ(error_code([&] {
                  run_node(registry(), "language.generate_packed", kTokenizer,
                           {Packet::make(Text{"a"}), made.at(0)});
              }),
              "E-LM-001")
        << "not a decoder";
}

TEST(Pack, RefusesOthers) {
    Model model = trained();
    model.spec.as_object().erase("quantization");
    EXPECT_EQ(error_code([&] { run_node(registry(), "language.pack", {}, {Packet::make(model)}); }),
              "E-PACK-032");
    EXPECT_EQ(
        error_code([&] { run_node(registry(), "language.pack", {}, {Packet::make(Model{})}); }),
        "E-PACK-036");
}

TEST(GeneratePacked, WritesWhatSimulationWrites) {
    const Model model = trained();
    const auto packed = run_node(registry(), "language.pack", {}, {Packet::make(model)});
    for (const char* prompt : {"The", "A river"}) {
        TestContext context(registry());
        const auto mine = run_node(registry(), "language.generate_packed", kTokenizer,
                                   {Packet::make(Text{prompt}), packed.at(0)}, context);
        const auto theirs = run_node(registry(), "language.generate", kTokenizer,
                                     {Packet::make(Text{prompt}), Packet::make(model)});
        EXPECT_EQ(mine.at(0).as<Text>().text, theirs.at(0).as<Text>().text);
        EXPECT_TRUE(mine.at(0).as<Text>().text.starts_with(prompt));
        EXPECT_GT(context.metrics.at("tokens_per_second"), 0);
        // Five layers of keys and values: 32 numbers in 4 bits and a scale.
        EXPECT_EQ(context.metrics.at("cache_bytes_a_token"), 5 * 2 * (16 + 4));
    }
}

TEST(GeneratePacked, BeamsWriteWhatSimulatedOnesWrite) {
    const Model model = trained();
    const auto packed = run_node(registry(), "language.pack", {}, {Packet::make(model)});
    Object params = kTokenizer;
    double before = 0;
    for (const int beams : {1, 4}) {
        params["beams"] = beams;
        TestContext packed_context(registry()), context(registry());
        const auto mine = run_node(registry(), "language.generate_packed", params,
                                   {Packet::make(Text{"The"}), packed.at(0)}, packed_context);
        const auto theirs = run_node(registry(), "language.generate", params,
                                     {Packet::make(Text{"The"}), Packet::make(model)}, context);
        EXPECT_EQ(mine.at(0).as<Text>().text, theirs.at(0).as<Text>().text) << beams;
        if (beams == 1) continue;
        EXPECT_NEAR(packed_context.metrics.at("score"), context.metrics.at("score"), 1e-3);
        EXPECT_LT(context.metrics.at("score"), before);
    }
    params["temperature"] = 0.5;
    for (const char* node : {"language.generate", "language.generate_packed"}) {
        const auto problems = check_node(registry(), node, params);
        ASSERT_EQ(problems.size(), 1) << node;
        EXPECT_NE(problems[0].what.find("exclude each other"), std::string::npos);
    }
}

TEST(GeneratePacked, SaysThatTheTokenizerMayBeAnothers) {
    const engine::Value spec = engine::parse_json(
        R"({"architecture": "llama", "vocabulary": 320, "width": 32, "layers": 1, "heads": 2,
            "hidden": 32, "context": 16, "quantization":
            {"method": "llm-qat", "weights": 4, "activations": 8, "cache": 4}})",
        "spec");
    const Model model{.spec = spec, .parameters = ops::Llama(spec).initial_parameters(1)};
    const auto packed = run_node(registry(), "language.pack", {}, {Packet::make(model)});
    TestContext context(registry());
    run_node(registry(), "language.generate_packed", kTokenizer,
             {Packet::make(Text{"The"}), packed.at(0)}, context);
    ASSERT_EQ(context.warnings.size(), 1);
    EXPECT_NE(context.warnings[0].find("may be another"), std::string::npos);
}

/// Counts what it is made of.
struct Counted {
    explicit Counted(const PackedModel& model) : matrices(model.packed.size()) {
        if (matrices == 0) throw std::runtime_error("nothing to count");
        ++made;
    }
    static inline int made = 0;
    std::size_t matrices;
};

TEST(LastPrepared, IsMadeOncePerModel) {
    const auto pack = [&] {
        const auto made = run_node(registry(), "language.pack", {}, {Packet::make(trained())});
        return made.at(0).as<PackedModel>();
    };
    const PackedModel first = pack(), copy = first, second = pack();
    ops::LastPrepared<Counted> last;
    const auto one = last.of(first);
    EXPECT_EQ(last.of(copy), one);
    EXPECT_THROW(last.of({}), std::runtime_error);
    EXPECT_EQ(last.of(first), one);
    EXPECT_EQ(Counted::made, 1);
    // As large and of the same names, but other tensors.
    EXPECT_NE(last.of(second), one);
    PackedModel changed = second;
    changed.spec.as_object()["context"] = 7;
    EXPECT_NE(last.of(changed), last.of(second));
    changed = second;
    changed.floats.begin()->second = changed.floats.begin()->second.clone();
    EXPECT_FALSE(share_tensors(changed, second));
    changed = second;
    changed.packed.begin()->second.codes = changed.packed.begin()->second.codes.clone();
    EXPECT_FALSE(share_tensors(changed, second));
    changed = second;
    changed.packed.erase(changed.packed.begin());
    EXPECT_FALSE(share_tensors(changed, second));
}

TEST(AnswerPacked, WritesWhatGreedyAndBeamSearchFind) {
    engine::Value spec = bart_spec(
        quantization(R"("method": "tbt", "weights": 2, "activations": 1, "embeddings": 2)"));
    spec.as_object()["vocabulary"] = 512;
    spec.as_object()["context"] = 40;
    const Model model = quantized_model(ops::Bart(spec));
    const auto packed = run_node(registry(), "language.pack", {}, {Packet::make(model)});
    for (const int beams : {1, 3}) {
        Object params = kTokenizer;
        params["beams"] = beams;
        params["most_tokens"] = 12;
        TestContext context(registry());
        const auto made =
            run_node(registry(), "language.answer_packed", params,
                     {Packet::make(Text{"A river in the morning"}), packed.at(0)}, context);
        EXPECT_LE(context.metrics.at("tokens"), 12);
        EXPECT_GT(context.metrics.at("tokens"), 0);
        EXPECT_LT(made.at(1).as<double>(), 0);
    }
    EXPECT_EQ(error_code([&] {
                  run_node(
                      registry(), "language.answer_packed", kTokenizer,
                      {Packet::make(Text{"a"}),
                       run_node(registry(), "language.pack", {}, {Packet::make(trained())}).at(0)});
              }),
              "E-LM-050")
        << "a decoder";
}

}  // namespace
}  // namespace millrace::testing
