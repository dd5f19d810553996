// Run statistics over payloads of known numbers.
#include <gtest/gtest.h>

#include <limits>

#include "tests/nodes/sinks/sinks.hpp"

namespace millrace::testing {
namespace {

using engine::Packet;
using engine::Value;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Value summary_of(const std::vector<Packet>& packets) {
    TestContext context;
    TestNode node(sinks_registry(), "sinks.run_statistics", {{"file", "deep/all.json"}});
    node.start(context);
    for (const Packet& packet : packets) node.call({packet}, context);
    EXPECT_EQ(files_in(context.artifacts()).size(), 0u);  // nothing before the end
    node.finish(context);
    return engine::parse_json(text_of(context.artifacts() / "deep/all.json"), "summary");
}

Packet numbers(std::vector<double> values) {
    return Packet::make(types::Table{{{"x", std::move(values)}}});
}

TEST(RunStatistics, AddsUpItems) {
    const Value summary =
        summary_of({numbers({1, 2, 3}), numbers({kNaN, -5}), numbers({}), numbers({10})});
    EXPECT_EQ(summary.find("type")->as_string(), "table/1");
    EXPECT_EQ(summary.find("items")->as_int(), 4);
    EXPECT_EQ(summary.find("values")->as_int(), 6);
    EXPECT_EQ(summary.find("nan")->as_int(), 1);
    EXPECT_EQ(summary.find("bytes")->as_int(), 48);
    EXPECT_EQ(summary.find("min")->as_double(), -5);
    EXPECT_EQ(summary.find("max")->as_double(), 10);
    EXPECT_DOUBLE_EQ(summary.find("mean")->as_double(), 11 / 5.0);
}

TEST(RunStatistics, OfNothingAndOfNothingFinite) {
    const Value none = summary_of({});
    EXPECT_EQ(none.find("items")->as_int(), 0);
    EXPECT_EQ(none.find("mean")->as_double(), 0);
    const Value nan = summary_of({numbers({kNaN, kNaN}), numbers({1 / 0.0})});
    EXPECT_EQ(nan.find("values")->as_int(), 3);
    EXPECT_EQ(nan.find("nan")->as_int(), 2);
    EXPECT_EQ(nan.find("min")->as_double(), 0);
}

TEST(RunStatistics, TakesAnyPayload) {
    types::Image image(4, 2, 3);
    EXPECT_EQ(summary_of({Packet::make(image)}).find("values")->as_int(), 24);
    EXPECT_EQ(summary_of({name_of("text")}).find("values")->as_int(), 0);
}

TEST(RunStatistics, GoesOnWhereItWas) {
    const std::vector<Packet> packets = {numbers({0.1, 0.2}), numbers({kNaN}), numbers({-3, 1e9}),
                                         numbers({7})};
    const Value whole = summary_of(packets);
    for (std::size_t at = 0; at <= packets.size(); ++at) {
        TestContext context;
        TestNode first(sinks_registry(), "sinks.run_statistics");
        first.start(context);
        for (std::size_t i = 0; i < at; ++i) first.call({packets[i]}, context);
        const engine::State state = first.instance().save();
        // As a checkpoint keeps it.
        const Value kept = engine::parse_json(engine::to_json(state.values), "state");
        SinkContext again;
        again.goes_on = true;
        TestNode second(sinks_registry(), "sinks.run_statistics");
        second.start(again);
        second.instance().load({.values = kept.as_object(), .packets = {}}, again);
        for (std::size_t i = at; i < packets.size(); ++i) second.call({packets[i]}, again);
        second.finish(again);
        EXPECT_EQ(engine::parse_json(text_of(again.artifacts() / "statistics.json"), "summary"),
                  whole)
            << at;
    }
}

}  // namespace
}  // namespace millrace::testing
