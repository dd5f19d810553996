#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "nodes/types/curves.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_detection(engine::Registry& registry);
}

namespace millrace::testing {
namespace {

using engine::Packet;
using Numbers = std::vector<double>;

const engine::Registry& registry() {
    static const std::unique_ptr<engine::Registry> filled = [] {
        auto made = std::make_unique<engine::Registry>();
        nodes::register_detection(*made);
        return made;
    }();
    return *filled;
}

struct Evaluation {
    explicit Evaluation(engine::Object params = {}) : context(registry()) {
        params.try_emplace("keyword", "yes");
        // An hour has four frames.
        params.try_emplace("frames_per_second", 4.0 / 3600);
        node.emplace(registry(), "metrics.detection", params);
        node->start(context);
    }
    void add(const at::Tensor& scores, const std::string& truth) {
        for (const Packet& output : node->call(
                 {Packet::make(types::Tensor{scores}), Packet::make(types::Text{truth})}, context))
            EXPECT_FALSE(output) << "nothing before the end";
    }
    void add(const std::vector<float>& scores, const std::string& truth) {
        add(at::tensor(scores), truth);
    }
    std::vector<Packet> end() { return node->finish(context).at(0); }

    TestContext context;
    std::optional<TestNode> node;
};

void add_first(Evaluation& evaluation) {
    evaluation.add({0.25F, 0.75F}, "yes");
    evaluation.add({0.125F, 0.5F, 0.125F, 0.125F}, "no");
}
void add_second(Evaluation& evaluation) {
    evaluation.add({0.375F}, "yes");
    evaluation.add({0.125F, 0.25F, 0.25F, 0.125F}, "YES");
}

Numbers column(const Packet& table, const std::string& name) {
    return std::get<Numbers>(table.as<types::Table>().column(name)->values);
}

TEST(Detection, CurveAndPointByHand) {
    Evaluation evaluation;
    add_first(evaluation);
    add_second(evaluation);
    const std::vector<Packet> outputs = evaluation.end();
    const Packet& table = outputs.at(1);
    EXPECT_EQ(column(table, "threshold"),
              (Numbers{0.125, 0.25, 0.375, 0.5, 0.75, std::nextafter(0.75, 1.0)}));
    EXPECT_EQ(column(table, "false_alarms_per_hour"), (Numbers{4, 1.5, 0.5, 0.5, 0, 0}));
    EXPECT_EQ(column(table, "false_reject_rate"), (Numbers{0, 0, 0, 0.5, 0.5, 1}));
    const auto& curve = outputs.at(0).as<types::Curves>();
    ASSERT_EQ(curve.lines.size(), 1U);
    EXPECT_EQ(curve.lines[0].name, "yes");
    EXPECT_EQ(curve.lines[0].x, (Numbers{0, 0, 0.5, 0.5}));
    EXPECT_EQ(curve.lines[0].y, (Numbers{1, 0.5, 0.5, 0}));
    const Packet& point = outputs.at(2);
    EXPECT_EQ(column(point, "threshold"), Numbers{0.375}) << "at most 1 per hour";
    EXPECT_EQ(column(point, "false_alarms_per_hour"), Numbers{0.5});
    EXPECT_EQ(column(point, "false_reject_rate"), Numbers{0});
    EXPECT_EQ(column(point, "hours_of_negatives"), Numbers{2});
    EXPECT_EQ(
        std::get<std::vector<std::int64_t>>(point.as<types::Table>().column("positives")->values),
        std::vector<std::int64_t>{2});
    const std::map<std::string, double> metrics = {
        {"false_alarms_per_hour", 0.5}, {"false_reject_rate", 0}, {"hours_of_negatives", 2}};
    EXPECT_EQ(evaluation.context.metrics, metrics);
    EXPECT_TRUE(evaluation.context.warnings.empty());
    const auto visuals = outputs.at(0).visual({});
    ASSERT_EQ(visuals.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<visual::Series>(visuals[0]));
}

TEST(Detection, RatesThatCannotBeToldAreWarnedOf) {
    Evaluation evaluation({{"false_alarms_per_hour", 0.1}});
    add_first(evaluation);
    EXPECT_EQ(column(evaluation.end().at(2), "false_alarms_per_hour"), Numbers{1})
        << "one alarm in one hour";
    ASSERT_EQ(evaluation.context.warnings.size(), 1U);
    EXPECT_NE(evaluation.context.warnings[0].find("0.1 false alarms"), std::string::npos);
}

TEST(Detection, RuleIsThatOfTheParameters) {
    Evaluation evaluation({{"smooth", 2}, {"refractory", 3}});
    evaluation.add({0.5F, 1.0F}, "yes");
    evaluation.add({0.5F, 0.5F, 0.5F, 0.5F}, "no");
    const std::vector<Packet> outputs = evaluation.end();
    EXPECT_EQ(column(outputs.at(1), "threshold"), (Numbers{0.5, 0.75, std::nextafter(0.75, 1.0)}));
    EXPECT_EQ(column(outputs.at(1), "false_alarms_per_hour"), (Numbers{2, 0, 0}));
}

TEST(Detection, GoesOnFromACheckpoint) {
    Evaluation whole, first, second;
    add_first(whole);
    add_second(whole);
    add_first(first);
    second.node->instance().load(first.node->instance().save(), second.context);
    add_second(second);
    const std::vector<Packet> expected = whole.end(), found = second.end();
    for (std::size_t port = 0; port < 3; ++port)
        EXPECT_EQ(found.at(port).hash(), expected.at(port).hash()) << port;
    EXPECT_EQ(second.context.metrics, whole.context.metrics);

    engine::State hostile = first.node->instance().save();
    hostile.packets["negatives"] = {Packet::make(types::Tensor{at::zeros({4})})};
    Evaluation third;
    EXPECT_EQ(error_code([&] { third.node->instance().load(hostile, third.context); }),
              "E-METRIC-023");
}

TEST(Detection, EmptyAndBadInputs) {
    Evaluation none;
    EXPECT_FALSE(none.end().at(0));
    Evaluation evaluation;
    add_first(evaluation);
    const auto code = [&](const at::Tensor& scores) {
        return error_code([&] { evaluation.add(scores, "yes"); });
    };
    EXPECT_EQ(code(at::zeros({3, 2})), "E-METRIC-040");
    EXPECT_EQ(code(at::zeros({3}, at::kLong)), "E-METRIC-040");
    EXPECT_EQ(code(at::Tensor()), "E-METRIC-040");
    EXPECT_EQ(code(at::full({2}, std::nan(""))), "E-KWS-013");
    Evaluation one_kind;
    one_kind.add({0.5F}, "no");
    EXPECT_EQ(error_code([&] { one_kind.end(); }), "E-METRIC-021");
    Evaluation short_one;
    add_first(short_one);
    short_one.add(at::zeros({0}), "yes");
    EXPECT_EQ(column(short_one.end().at(2), "false_reject_rate"), Numbers{0.5})
        << "a recording without frames is missed";
    EXPECT_EQ(check_node(registry(), "metrics.detection", {{"keyword", ""}}).size(), 1U);
    EXPECT_EQ(check_node(registry(), "metrics.detection", {{"smooth", 0}}).size(), 1U);
}

}  // namespace
}  // namespace millrace::testing
