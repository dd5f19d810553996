#include <gtest/gtest.h>

#include <cmath>

#include "nodes/types/audio.hpp"
#include "nodes/types/curves.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_latency(engine::Registry& registry);
}

namespace millrace::testing {
namespace {

using engine::Packet;
using Numbers = std::vector<double>;
using Words = std::vector<std::string>;

const engine::Registry& registry() {
    static const std::unique_ptr<engine::Registry> filled = [] {
        auto made = std::make_unique<engine::Registry>();
        nodes::register_latency(*made);
        return made;
    }();
    return *filled;
}

Packet heard(Words words, Numbers seconds) {
    return Packet::make(
        types::Table{{{"keyword", std::move(words)}, {"seconds", seconds}, {"score", seconds}}});
}

Packet said(Words words, Numbers starts, Numbers ends) {
    return Packet::make(types::Table{
        {{"label", std::move(words)}, {"start", std::move(starts)}, {"end", std::move(ends)}}});
}

Packet ten_seconds() {
    return Packet::make(types::Audio{.sample_rate = 100, .samples = std::vector<float>(1000)});
}

struct Listener {
    explicit Listener(const engine::Object& params = {})
        : context(registry()), node(registry(), "metrics.latency", params) {
        node.start(context);
    }
    TestContext context;
    TestNode node;
};

/// Two items; the second word of the first is told of in the second.
void listen(Listener& to, bool continuous) {
    to.node.call({heard({"one"}, {1.5}), said({"one", "two"}, {1, 9}, {1.25, 9.75}), ten_seconds()},
                 to.context);
    const double begin = continuous ? 10 : 0;
    to.node.call(
        {heard({"two", "six"}, {begin + 0.25, begin + 3}), said({"one"}, {5}, {6}), ten_seconds()},
        to.context);
}

TEST(Latency, OverTheWholeStream) {
    for (const bool continuous : {true, false}) {
        Listener listener({{"continuous", continuous}});
        listen(listener, continuous);
        Listener later({{"continuous", continuous}});
        later.node.instance().load(listener.node.instance().save(), later.context);
        for (Listener* each : {&listener, &later}) {
            const std::vector<Packet> outputs = each->node.finish(each->context).at(0);
            const auto& report = outputs.at(0).as<types::Table>();
            EXPECT_EQ(std::get<Numbers>(report.column("start")->values), (Numbers{1, 9, 15}));
            const auto& after = std::get<Numbers>(report.column("after start")->values);
            EXPECT_DOUBLE_EQ(after.at(0), 0.5);
            EXPECT_DOUBLE_EQ(after.at(1), 1.25);
            EXPECT_TRUE(std::isnan(after.at(2)));
            const auto& metrics = each->context.metrics;
            EXPECT_DOUBLE_EQ(metrics.at("median_latency"), 0.875);
            EXPECT_DOUBLE_EQ(metrics.at("misses"), 1.0 / 3);
            EXPECT_DOUBLE_EQ(metrics.at("false_alarms"), 1);
            EXPECT_DOUBLE_EQ(metrics.at("false_alarms_per_hour"), 180);
            const auto& curve = outputs.at(1).as<types::Curves>().lines.at(0);
            EXPECT_EQ(curve.x, (Numbers{0, 0.5, 0.5, 1.25, 1.25}));
            EXPECT_DOUBLE_EQ(curve.y.back(), 2.0 / 3);
        }
    }
}

TEST(Latency, NothingHeardAndNothingAtAll) {
    Listener none;
    EXPECT_FALSE(none.node.finish(none.context).at(0).at(0));
    Listener deaf;
    deaf.node.call({heard({}, {}), said({"one"}, {1}, {2}), ten_seconds()}, deaf.context);
    deaf.node.finish(deaf.context);
    EXPECT_DOUBLE_EQ(deaf.context.metrics.at("misses"), 1);
    EXPECT_FALSE(deaf.context.metrics.contains("median_latency"));
}

TEST(Latency, OtherTablesAreNamed) {
    Listener listener;
    EXPECT_EQ(error_code([&] {
                  listener.node.call({said({}, {}, {}), said({}, {}, {}), ten_seconds()},
                                     listener.context);
              }),
              "E-METRIC-051");
}

}  // namespace
}  // namespace millrace::testing
