// Two recorded runs against each other: the order of wires, and where the runs part.
#include "engine/observe/run_compare.hpp"

#include <gtest/gtest.h>

#include "tests/engine/observe/arrays.hpp"

namespace millrace::engine::testing {
namespace {

Sketch sketch_with(std::vector<float> values) {
    const auto count = static_cast<std::int64_t>(values.size());
    return Packet::make(Arrays{.floats = {{"values", {{count}, std::move(values)}}}}).sketch();
}

Recorded recorded(std::vector<std::vector<float>> items) {
    Recorded made;
    for (std::size_t i = 0; i < items.size(); ++i) made.sketches[i] = sketch_with(items[i]);
    return made;
}

/// z -> b -> a, so that neither the alphabet nor its reverse is the graph's order.
Graph chain() {
    Graph graph;
    for (const char* id : {"a", "b", "z"}) graph.nodes[id] = {.type = "test.any"};
    graph.wires = {{.from = {"z", "out"}, .to = {"b", "in"}},
                   {.from = {"b", "out"}, .to = {"a", "in"}}};
    return graph;
}
const std::vector<std::string> kOrder = {"z", "b", "a"};

TEST(RunCompare, TheFirstNodeWhoseInputsAgreeIsWhereRunsPart) {
    const std::map<std::string, Recorded> before = {{"z.out", recorded({{1, 2}, {3, 4}})},
                                                    {"b.out", recorded({{1, 2}, {3, 4}})},
                                                    {"a.out", recorded({{1, 2}, {3, 4}})}};
    auto after = before;
    after["b.out"] = recorded({{1, 2}, {3, 5}});
    after["a.out"] = recorded({{9, 2}, {3, 5}});
    const RunComparison found = compare_runs(kOrder, before, after, {});
    ASSERT_EQ(found.wires.size(), 3u);
    EXPECT_EQ(found.wires[0].name, "z.out");
    EXPECT_EQ(found.wires[1].name, "b.out");
    EXPECT_TRUE(found.wires[0].equal());
    EXPECT_EQ(found.wires[0].how(), "exact");
    EXPECT_EQ(found.wires[1].differing, 1u);
    EXPECT_EQ(found.wires[1].worst_item, 1u);
    EXPECT_EQ(found.wires[2].differing, 2u);
    const auto parts = first_divergence(chain(), found);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->node, "b");
    EXPECT_EQ(parts->output, "b.out");
    EXPECT_EQ(parts->item, 1u);
    EXPECT_EQ(parts->inputs, (std::vector<Endpoint>{{"z", "out"}}));
    EXPECT_TRUE(parts->unknown.empty());
}

TEST(RunCompare, EqualRunsPartNowhere) {
    const std::map<std::string, Recorded> run = {{"z.out", recorded({{1}})}};
    const RunComparison found = compare_runs(kOrder, run, run, {});
    EXPECT_FALSE(first_divergence(chain(), found));
}

TEST(RunCompare, WhatWasNotRecordedIsSaid) {
    const std::map<std::string, Recorded> before = {{"b.out", recorded({{1, 2}})},
                                                    {"z.out", recorded({{1}})}};
    const std::map<std::string, Recorded> after = {{"b.out", recorded({{1, 7}})}};
    const RunComparison found = compare_runs(kOrder, before, after, {});
    EXPECT_EQ(found.only_one, std::vector<std::string>{"z.out"});
    const auto parts = first_divergence(chain(), found);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->node, "b");
    EXPECT_EQ(parts->unknown, std::vector<std::string>{"z.out"});
}

TEST(RunCompare, ItemsOfOneSideAloneCountAsDifferences) {
    const WireComparison wire = compare_wire("z.out", recorded({{1}, {2}}), recorded({{1}}), {});
    EXPECT_EQ(wire.items, 1u);
    EXPECT_EQ(wire.unmatched, 1u);
    EXPECT_FALSE(wire.equal());
}

TEST(RunCompare, AWireThatLacksItemsPartsAtTheFirstOfThem) {
    const std::map<std::string, Recorded> before = {{"z.out", recorded({{1}, {2}, {3}})}};
    const std::map<std::string, Recorded> after = {{"z.out", recorded({{1}})}};
    const auto parts = first_divergence(chain(), compare_runs(kOrder, before, after, {}));
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->node, "z");
    EXPECT_EQ(parts->item, 1u);
}

TEST(RunCompare, StopsWithinAWireToo) {
    int asked = 0;
    const WireComparison wire =
        compare_wire("z.out", recorded({{1}, {2}, {3}}), recorded({{1}, {2}, {3}}), {},
                     [&] { return ++asked < 2; });
    EXPECT_EQ(wire.items, 1u);
}

TEST(RunCompare, ALoopHasAFirstNodeToo) {
    Graph graph = chain();
    graph.wires.push_back({.from = {"a", "out"}, .to = {"z", "in"}});
    std::map<std::string, Recorded> before, after;
    for (const char* name : {"a.out", "b.out", "z.out"}) {
        before[name] = recorded({{1, 2}});
        after[name] = recorded({{1, 3}});
    }
    const auto parts = first_divergence(graph, compare_runs(kOrder, before, after, {}));
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->node, "z");
}

TEST(RunCompare, StopsWhenItIsNoLongerWanted) {
    const std::map<std::string, Recorded> run = {{"z.out", recorded({{1}})},
                                                 {"b.out", recorded({{1}})}};
    int asked = 0;
    const RunComparison found = compare_runs(kOrder, run, run, {}, [&] { return ++asked < 2; });
    EXPECT_EQ(found.wires.size(), 1u);
}

}  // namespace
}  // namespace millrace::engine::testing
