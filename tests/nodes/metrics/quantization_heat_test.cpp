#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "nodes/ops/quant/weights.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/language/bart_support.hpp"
#include "tests/nodes/ops/language/llama_support.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_quantization_heat(engine::Registry& registry);
}

namespace millrace::testing {
namespace {

using engine::Packet;

const engine::Registry& registry() {
    static const std::unique_ptr<engine::Registry> filled = [] {
        auto made = std::make_unique<engine::Registry>();
        nodes::register_quantization_heat(*made);
        return made;
    }();
    return *filled;
}

Packet model_of(const std::string& more = "", const std::string& bad = "") {
    const ops::Llama llama(ops::llama_spec(more));
    types::Model model{.spec = llama.spec(),
                       .parameters = ops::llama_parameters(llama),
                       .buffers = {},
                       .average = {}};
    if (!bad.empty()) {
        at::Tensor& weight = model.parameters.at(bad);
        weight = ops::llmqat_weight(weight, 2);
    }
    return Packet::make(std::move(model));
}

Packet ids(std::uint64_t seed) { return Packet::make(types::Tensor{ops::llama_ids({2, 6}, seed)}); }

const char* const kEight =
    R"(, "quantization": {"method": "llm-qat", "weights": 8, "activations": 8, "cache": 8})";

struct Measurement {
    explicit Measurement(const engine::Object& params = {})
        : context(registry()), node(registry(), "metrics.quantization_heat", params) {
        node.start(context);
    }
    types::Table table() {
        const auto all = node.finish(context);
        if (all.empty() || !all.at(0).at(0)) return {};
        picture = all.at(0).at(1).as<types::Image>();
        return all.at(0).at(0).as<types::Table>();
    }
    TestContext context;
    TestNode node;
    types::Image picture;
};

std::vector<double> numbers(const types::Table& table, const char* column) {
    return std::get<std::vector<double>>(table.column(column)->values);
}

std::string first_of(const types::Table& table) {
    const auto& ranks = std::get<std::vector<std::int64_t>>(table.column("rank")->values);
    const auto& names = std::get<std::vector<std::string>>(table.column("layer")->values);
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        if (ranks[i] == 1) return names[i];
    }
    return "";
}

TEST(QuantizationHeat, NamesTheBadLayerAtTheEnd) {
    for (const char* measure : {"exact", "sketches"}) {
        Measurement measurement(engine::Object{{"measure", measure}});
        const std::string bad = "model.layers.1.mlp.gate_proj";
        const Packet exact = model_of(), quantized = model_of(kEight, bad + ".weight");
        for (const std::uint64_t seed : {1, 2}) {
            EXPECT_FALSE(
                measurement.node.call({ids(seed), exact, quantized}, measurement.context).at(0));
        }
        const types::Table table = measurement.table();
        EXPECT_EQ(table.rows(), 28u);
        EXPECT_EQ(first_of(table), bad);
        EXPECT_LT(measurement.context.metrics.at("worst_own_sqnr"), 15);
        EXPECT_EQ(measurement.context.metrics.at("output_sqnr"),
                  numbers(table, "total SQNR dB").back());
        EXPECT_EQ(numbers(table, "own SQNR dB").back(), INFINITY) << "the head is exact";
        EXPECT_TRUE(std::isnan(numbers(table, "weights at ends").back()));
        EXPECT_EQ(numbers(table, "effect nats").back(), 0);
        EXPECT_EQ(measurement.context.metrics.at("worst_effect"),
                  std::ranges::max(numbers(table, "effect nats")));
        EXPECT_EQ(measurement.picture.width, 1280);
        ASSERT_EQ(measurement.context.lines.size(), 1u);
        EXPECT_NE(measurement.context.lines[0].find(bad), std::string::npos);
    }
}

TEST(QuantizationHeat, GoesOnFromWhatWasSaved) {
    const Packet exact = model_of(), quantized = model_of(kEight);
    Measurement whole, first, later;
    for (const std::uint64_t seed : {1, 2})
        whole.node.call({ids(seed), exact, quantized}, whole.context);
    first.node.call({ids(1), exact, quantized}, first.context);
    later.node.instance().load(first.node.instance().save(), later.context);
    later.node.call({ids(2), exact, quantized}, later.context);
    const types::Table a = whole.table(), b = later.table();
    for (const char* column :
         {"own SQNR dB", "effect nats", "total cosine", "activations at ends"}) {
        const auto expected = numbers(a, column), found = numbers(b, column);
        ASSERT_EQ(expected.size(), found.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            EXPECT_TRUE(expected[i] == found[i] ||
                        (std::isnan(expected[i]) && std::isnan(found[i])))
                << column << " " << i;
        }
    }
    Measurement nothing, still;
    still.node.instance().load(nothing.node.instance().save(), still.context);
    EXPECT_EQ(still.table().rows(), 0u) << "without a batch there is no table";
}

TEST(QuantizationHeat, IsSavedAlsoBehindABatchThatFailed) {
    ops::NamedTensors parameters = ops::llama_parameters(ops::Llama(ops::llama_spec("")));
    at::Tensor& weight = parameters.at("model.norm.weight");
    weight = at::full_like(weight, NAN);
    const Packet broken = Packet::make(types::Model{.spec = ops::Llama(ops::llama_spec("")).spec(),
                                                    .parameters = parameters,
                                                    .buffers = {},
                                                    .average = {}});
    Measurement first, later;
    EXPECT_EQ(error_code([&] {
                  first.node.call({ids(1), broken, model_of(kEight)}, first.context);
              }),
              "E-QUANT-003");
    later.node.instance().load(first.node.instance().save(), later.context);
    EXPECT_EQ(later.table().rows(), 0u);
    later.node.call({ids(1), model_of(), model_of(kEight)}, later.context);
    EXPECT_EQ(later.table().rows(), 28u);
}

TEST(QuantizationHeat, WithoutDrawsThereIsNoEffect) {
    Measurement measurement(engine::Object{{"draws", 0}});
    const std::string bad = "model.layers.0.self_attn.q_proj";
    measurement.node.call({ids(1), model_of(), model_of(kEight, bad + ".weight")},
                          measurement.context);
    const types::Table table = measurement.table();
    EXPECT_EQ(first_of(table), bad) << "by own SQNR";
    for (const double effect : numbers(table, "effect nats")) EXPECT_TRUE(std::isnan(effect));
    EXPECT_FALSE(measurement.context.metrics.contains("worst_effect"));
}

TEST(QuantizationHeat, TakesATargetAndTellsWhatDoesNotFit) {
    const ops::Bart plain(bart_spec());
    const ops::Bart low(
        bart_spec(quantization(R"("method": "tbt", "weights": 2, "activations": 8)")));
    const Packet exact = Packet::make(bart_model(plain)),
                 quantized = Packet::make(quantized_model(low));
    const ops::Seq2SeqBatch batch = bart_batch();
    Measurement measurement;
    measurement.node.call({Packet::make(types::Tensor{batch.source}), exact, quantized,
                           Packet::make(types::Tensor{batch.target})},
                          measurement.context);
    EXPECT_EQ(measurement.table().rows(), 41u);
    Measurement wrong;
    EXPECT_EQ(error_code([&] {
                  wrong.node.call({ids(1), exact, quantized}, wrong.context);
              }),
              "E-LM-053")
        << "no target";
    EXPECT_EQ(check_node(registry(), "metrics.quantization_heat", {{"measure", "guess"}}).size(),
              1u);
}

}  // namespace
}  // namespace millrace::testing
