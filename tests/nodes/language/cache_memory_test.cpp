// Memory of a cache over tokens, by hand.
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "nodes/types/curves.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_cache_memory(engine::Registry& registry);
void register_llama(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

using engine::Object;
using engine::Packet;
using types::Model;

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_cache_memory(made);
        nodes::register_llama(made);
        return &made;
    }();
    return *registry;
}

Model on_paper(Object params) {
    TestContext context(registry());
    params["tensors"] = false;
    return run_node(registry(), "backbones.llama", params, {}, context).at(0).as<Model>();
}

const std::vector<std::int64_t>& whole(const types::Table& table, const char* name) {
    return std::get<std::vector<std::int64_t>>(table.column(name)->values);
}

TEST(CacheMemory, OfLlama7bWithoutItsWeights) {
    const Model model = on_paper({{"vocabulary", 32000},
                                  {"width", 4096},
                                  {"layers", 32},
                                  {"heads", 32},
                                  {"key_value_heads", 32},
                                  {"hidden", 11008},
                                  {"context", 2048},
                                  {"tied_head", false}});
    EXPECT_TRUE(model.parameters.empty());
    const auto out = run_node(registry(), "language.cache_memory", {}, {Packet::make(model)});
    const types::Table& report = out.at(1).as<types::Table>();
    EXPECT_EQ(whole(report, "bits"), (std::vector<std::int64_t>{16, 8, 4}));
    // 2 * 32 * (4096 * 2), 2 * 32 * (4096 + 4), 2 * 32 * (2048 + 4).
    EXPECT_EQ(whole(report, "bytes per token"),
              (std::vector<std::int64_t>{524288, 262400, 131328}));
    EXPECT_EQ(whole(report, "bytes")[0], std::int64_t{1} << 30);
    const types::Curves& curves = out.at(0).as<types::Curves>();
    ASSERT_EQ(curves.lines.size(), 3U);
    EXPECT_EQ(curves.lines[2].name, "4 bits");
    EXPECT_EQ(curves.y_label, "MiB");
    EXPECT_EQ(curves.lines[0].x.front(), 0);
    EXPECT_EQ(curves.lines[0].y.front(), 0);
    EXPECT_EQ(curves.lines[0].x.back(), 2048);
    EXPECT_DOUBLE_EQ(curves.lines[0].y.back(), 1024);
    EXPECT_DOUBLE_EQ(curves.lines[2].y.back(), 131328.0 * 2048 / (1 << 20));
}

TEST(CacheMemory, OfAFewChannelsAndManyTexts) {
    // One key head of width 2: a token has 2 channels, which at 3 bits fill a byte.
    const Model model = on_paper({{"vocabulary", 5},
                                  {"width", 6},
                                  {"layers", 3},
                                  {"heads", 3},
                                  {"key_value_heads", 1},
                                  {"hidden", 4},
                                  {"context", 7}});
    const auto out = run_node(registry(), "language.cache_memory",
                              {{"bits", engine::Array{3.0}}, {"tokens", 10}, {"batch", 4}},
                              {Packet::make(model)});
    const types::Table& report = out.at(1).as<types::Table>();
    EXPECT_EQ(whole(report, "bytes per token")[0], 2 * 3 * (1 + 4));
    EXPECT_EQ(whole(report, "bytes")[0], 30 * 10 * 4);
    EXPECT_EQ(out.at(0).as<types::Curves>().y_label, "MiB, 4 texts");
}

TEST(CacheMemory, RefusesOtherModelsAndBits) {
    Model other;
    other.spec = engine::parse_json(R"({"architecture": "bart"})", "spec");
    EXPECT_EQ(error_code([&] {
                  run_node(registry(), "language.cache_memory", {}, {Packet::make(other)});
              }),
              "E-LM-001");
    EXPECT_EQ(
        check_node(registry(), "language.cache_memory", {{"bits", engine::Array{17.0}}}).size(),
        1U);
}

}  // namespace
}  // namespace millrace::testing
