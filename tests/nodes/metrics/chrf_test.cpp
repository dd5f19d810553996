// The node on a stream of texts: its figures, its table, padding, and going on from a checkpoint.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "nodes/types/phase.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_chrf(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

using engine::Packet;
using types::Table;
using types::Text;

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_chrf(made);
        return &made;
    }();
    return *registry;
}

void give(TestNode& node, TestContext& context, const char* hypothesis, const char* reference,
          const char* source) {
    node.call(
        {Packet::make(Text{hypothesis}), Packet::make(Text{reference}), Packet::make(Text{source})},
        context);
}

TEST(Chrf, ReportsAStreamAndItsFirstTexts) {
    TestContext context(registry());
    TestNode node(registry(), "metrics.chrf", {{"shown", 1}});
    give(node, context, "a", "a", "one");
    give(node, context, "b", "cd", "two");
    give(node, context, "b", types::kPadding, "");
    const auto out = node.finish(context).at(0);
    EXPECT_EQ(context.metrics.at("texts"), 2);
    EXPECT_EQ(context.metrics.at("hypothesis_length"), 1);
    EXPECT_EQ(context.metrics.at("reference_length"), 1.5);
    // One of two made and of three wanted characters; orders above 1 are not on both sides.
    EXPECT_NEAR(context.metrics.at("chrf"), 5 * 0.5 / 3 / (4 * 0.5 + 1.0 / 3), 1e-12);
    const Table& texts = out.at(1).as<Table>();
    ASSERT_EQ(texts.rows(), 1U);
    EXPECT_EQ(std::get<std::vector<std::string>>(texts.column("source")->values)[0], "one");
    EXPECT_EQ(out.at(0).as<Table>().rows(), 4U);
}

TEST(Chrf, NothingGivesAWarningAndNoReport) {
    TestContext context(registry());
    TestNode node(registry(), "metrics.chrf");
    const auto results = node.finish(context);
    EXPECT_EQ(context.warnings.size(), 1U);
    EXPECT_TRUE(context.metrics.empty());
    for (const auto& packets : results) {
        for (const Packet& packet : packets) EXPECT_FALSE(packet);
    }
}

TEST(Chrf, GoesOnFromACheckpoint) {
    TestContext context(registry()), other(registry());
    TestNode whole(registry(), "metrics.chrf"), first(registry(), "metrics.chrf"),
        second(registry(), "metrics.chrf");
    give(whole, context, "abc", "abd", "");
    give(first, other, "abc", "abd", "");
    second.instance().load(first.instance().save(), other);
    give(whole, context, "xyz", "xyzw", "");
    give(second, other, "xyz", "xyzw", "");
    whole.finish(context);
    second.finish(other);
    EXPECT_EQ(context.metrics, other.metrics);
}

}  // namespace
}  // namespace millrace::testing
