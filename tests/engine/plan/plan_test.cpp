#include "engine/plan/plan.hpp"

#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

class Planner : public ::testing::Test {
protected:
    Planner() { register_test_nodes(registry); }

    Plan plan(std::string_view nodes, std::vector<std::pair<std::string, std::string>> wires, PlanOptions options = {}) {
        return make_plan(graph_of(nodes, std::move(wires)), registry, options);
    }
    /// The codes of all problems, in order.
    static std::vector<std::string> codes(const Plan& plan) {
        std::vector<std::string> list;
        for (const Problem& problem : plan.problems) list.push_back(problem.code);
        return list;
    }
    using Codes = std::vector<std::string>;
    Registry registry;
};

TEST_F(Planner, ReportsEveryProblemAtOnce) {
    const Plan made = plan(R"({"n": {"type": "control.countr"}, "a": {"type": "test.add", "params": {"amont": 3}},
        "b": {"type": "test.add", "params": {"amount": 1000}}, "c": {"type": "test.add", "params": {"amount": "x"}}})",
                           {{"a.vlue", "b.value"}, {"q.value", "c.value"}});
    EXPECT_EQ(codes(made), (Codes{"E-PARAM-001", "E-PARAM-003", "E-PARAM-002", "E-PLAN-001", "E-PLAN-003", "E-PLAN-002",
                                  "E-PLAN-005"}))
        << problems_text(made.problems);
    EXPECT_NE(problems_text(made.problems).find("Did you mean \"control.counter\"?"), std::string::npos);
    EXPECT_NE(problems_text(made.problems).find("Did you mean \"amount\"?"), std::string::npos);
    EXPECT_NE(problems_text(made.problems).find("Did you mean \"value\"?"), std::string::npos);
}

TEST_F(Planner, RefusesTwoProducersOnOneInput) {
    const Plan made = plan(R"({"n": {"type": "control.counter"}, "m": {"type": "control.counter"}, "a": {"type": "test.add"}})",
                           {{"n.value", "a.value"}, {"m.value", "a.value"}});
    EXPECT_EQ(codes(made), (Codes{"E-PLAN-004"}));
}

TEST_F(Planner, NamesACycleInItsDirection) {
    const Plan made = plan(R"({"n": {"type": "control.counter"}, "a": {"type": "test.sum"}, "b": {"type": "test.add"}, "c": {"type": "test.add"}})",
                           {{"n.value", "a.a"}, {"a.value", "b.value"}, {"b.value", "c.value"}, {"c.value", "a.b"}});
    ASSERT_EQ(codes(made), (Codes{"E-PLAN-006"}));
    const std::string found = made.problems[0].found;
    EXPECT_TRUE(found == "a -> b -> c -> a" || found == "b -> c -> a -> b" || found == "c -> a -> b -> c") << found;
}

TEST_F(Planner, RefusesAWireOfAnotherType) {
    const Plan made = plan(R"({"j": {"type": "control.json"}, "a": {"type": "test.add"}})", {{"j.value", "a.value"}});
    ASSERT_EQ(codes(made), (Codes{"E-PLAN-007"}));
    EXPECT_EQ(made.problems[0].expected, "number/1");
    EXPECT_EQ(made.problems[0].found, "value/1 (from j.value)");
}

TEST_F(Planner, BindsTypeVariablesThroughGenericNodes) {
    const Plan good = plan(R"({"n": {"type": "control.counter"}, "b": {"type": "control.batch"}, "s": {"type": "control.split"}, "a": {"type": "test.add"}})",
                           {{"n.value", "b.item"}, {"b.items", "s.items"}, {"s.item", "a.value"}});
    EXPECT_TRUE(good.ok()) << problems_text(good.problems);
    const Plan bad = plan(R"({"n": {"type": "control.json"}, "b": {"type": "control.batch"}, "s": {"type": "control.split"}, "a": {"type": "test.add"}})",
                          {{"n.value", "b.item"}, {"b.items", "s.items"}, {"s.item", "a.value"}});
    EXPECT_EQ(codes(bad), (Codes{"E-PLAN-007"})) << problems_text(bad.problems);
    const Plan no_list = plan(R"({"n": {"type": "control.counter"}, "s": {"type": "control.split"}})", {{"n.value", "s.items"}});
    EXPECT_EQ(codes(no_list), (Codes{"E-PLAN-007"}));
}

TEST_F(Planner, RefusesInputsOfDifferentRates) {
    const Plan made = plan(R"({"n": {"type": "control.counter"}, "m": {"type": "control.counter"}, "s": {"type": "test.sum"}})",
                           {{"n.value", "s.a"}, {"m.value", "s.b"}});
    ASSERT_EQ(codes(made), (Codes{"E-PLAN-008"}));
    const Plan batch = plan(R"({"n": {"type": "control.counter"}, "b": {"type": "control.batch"}, "l": {"type": "test.list_sum"}, "s": {"type": "test.sum"}})",
                            {{"n.value", "s.a"}, {"n.value", "b.item"}, {"b.items", "l.items"}, {"l.value", "s.b"}});
    EXPECT_EQ(codes(batch), (Codes{"E-PLAN-008"}));
}

TEST_F(Planner, RefusesALatchFedAtTheEndOfTheStreamItGates) {
    const Plan made = plan(R"({"n": {"type": "control.counter"}, "t": {"type": "test.total"}, "w": {"type": "test.with_latch"}})",
                           {{"n.value", "t.value"}, {"t.value", "w.held"}, {"n.value", "w.value"}});
    EXPECT_EQ(codes(made), (Codes{"E-PLAN-009"}));
    const Plan other = plan(R"({"n": {"type": "control.counter"}, "m": {"type": "control.counter"}, "t": {"type": "test.total"}, "w": {"type": "test.with_latch"}})",
                            {{"m.value", "t.value"}, {"t.value", "w.held"}, {"n.value", "w.value"}});
    EXPECT_TRUE(other.ok()) << problems_text(other.problems);
}

TEST_F(Planner, RefusesFeedbackFromAnotherRateAndCollectWithoutSplit) {
    const Plan made = plan(R"({"n": {"type": "control.counter"}, "f": {"type": "control.feedback"}, "b": {"type": "control.batch"}, "l": {"type": "test.list_sum"}})",
                           {{"n.value", "f.item"}, {"f.item", "b.item"}, {"b.items", "l.items"}, {"l.value", "f.back"}});
    EXPECT_EQ(codes(made), (Codes{"E-PLAN-010"}));
    const Plan collect = plan(R"({"n": {"type": "control.counter"}, "c": {"type": "control.collect"}})", {{"n.value", "c.item"}});
    EXPECT_EQ(codes(collect), (Codes{"E-PLAN-015"}));
}

TEST_F(Planner, RaisesCapacitiesToCoverABatchBeforeALatch) {
    const Plan made = plan(R"({"n": {"type": "control.counter"}, "b": {"type": "control.batch", "params": {"size": 64}},
        "l": {"type": "test.list_sum"}, "w": {"type": "test.with_latch"}})",
                           {{"n.value", "b.item"}, {"b.items", "l.items"}, {"l.value", "w.held"}, {"n.value", "w.value"}});
    ASSERT_TRUE(made.ok()) << problems_text(made.problems);
    for (const PlanWire& wire : made.wires) EXPECT_GE(wire.capacity, 64) << wire_name(made, wire);
    EXPECT_GE(made.rates[0].in_flight, 64);
}

TEST_F(Planner, FusesLightChainsAndLeavesChosenWiresAlone) {
    const Plan made = plan(R"({"n": {"type": "control.counter"}, "a": {"type": "test.add"}, "b": {"type": "test.add"}, "h": {"type": "test.heavy_add"}, "c": {"type": "test.add"}})",
                           {{"n.value", "a.value"}, {"a.value", "b.value"}, {"b.value", "h.value"}, {"h.value", "c.value"}});
    EXPECT_EQ(made.stages.size(), 2u);
    PlanOptions apart;
    apart.inline_chains = false;
    EXPECT_EQ(plan(R"({"n": {"type": "control.counter"}, "a": {"type": "test.add"}})", {{"n.value", "a.value"}}, apart).stages.size(), 2u);
    Graph graph = graph_of(R"({"n": {"type": "control.counter"}, "a": {"type": "test.add"}})", {{"n.value", "a.value"}});
    graph.wires[0].capacity = 8;
    EXPECT_EQ(make_plan(graph, registry, {}).stages.size(), 2u);
}

TEST_F(Planner, RunUntilKeepsWhatIsNeeded) {
    PlanOptions options;
    options.until = {"a"};
    const Plan made = plan(R"({"n": {"type": "control.counter"}, "a": {"type": "test.add"}, "b": {"type": "test.add"}})",
                           {{"n.value", "a.value"}, {"a.value", "b.value"}}, options);
    EXPECT_TRUE(made.ok());
    EXPECT_EQ(made.nodes.size(), 2u);
    options.until = {"aa"};
    EXPECT_EQ(codes(plan(R"({"n": {"type": "control.counter"}})", {}, options))[0], "E-PLAN-013");
}

TEST_F(Planner, AnEmptyGraphIsAProblem) { EXPECT_EQ(codes(make_plan({}, registry, {})), (Codes{"E-PLAN-014"})); }

TEST_F(Planner, DoesNotDependOnTheOrderOfTheFile) {
    Graph graph = graph_of(R"({"n": {"type": "control.counter"}, "a": {"type": "test.add"}, "z": {"type": "test.add"}, "b": {"type": "test.sum"}})",
                           {{"n.value", "z.value"}, {"n.value", "a.value"}, {"z.value", "b.a"}, {"a.value", "b.b"}});
    const Plan first = make_plan(graph, registry, {});
    std::ranges::reverse(graph.wires);
    const Plan second = make_plan(graph, registry, {});
    ASSERT_EQ(first.nodes.size(), second.nodes.size());
    for (std::size_t i = 0; i < first.nodes.size(); ++i) EXPECT_EQ(first.nodes[i].id, second.nodes[i].id);
}

}  // namespace
}  // namespace millrace::engine::testing
