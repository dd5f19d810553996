#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nodes/ops/networks/spotters.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_confusion(engine::Registry& registry);
}

namespace millrace::testing {
namespace {

using engine::Packet;
using Integers = std::vector<std::int64_t>;

const engine::Registry& registry() {
    static const std::unique_ptr<engine::Registry> filled = [] {
        auto made = std::make_unique<engine::Registry>();
        nodes::register_confusion(*made);
        return made;
    }();
    return *filled;
}

Packet packet(const at::Tensor& tensor) { return Packet::make(types::Tensor{tensor}); }

/// Logits whose largest are these classes of three.
at::Tensor logits_of(const Integers& winners) {
    at::Tensor logits = at::zeros({static_cast<std::int64_t>(winners.size()), 3});
    for (std::size_t i = 0; i < winners.size(); ++i)
        logits[static_cast<std::int64_t>(i)][winners[i]] = 2.5;
    return logits;
}

at::Tensor labels_of(const Integers& labels) { return at::tensor(labels, at::kLong); }

Integers matrix_of(const std::vector<Packet>& outputs) {
    const at::Tensor& matrix = outputs.at(0).as<types::Tensor>().value;
    EXPECT_EQ(matrix.dim(), 2);
    return {matrix.data_ptr<std::int64_t>(), matrix.data_ptr<std::int64_t>() + matrix.numel()};
}

struct Evaluation {
    explicit Evaluation(const engine::Object& params = {})
        : context(registry()), node(registry(), "metrics.confusion", params) {
        node.start(context);
    }
    std::vector<Packet> add(const at::Tensor& logits, const at::Tensor& labels,
                            const Packet& model = {}) {
        return node.call({packet(logits), packet(labels), model}, context);
    }
    std::vector<Packet> end() { return node.finish(context).at(0); }

    TestContext context;
    TestNode node;
};

TEST(Confusion, CountsOverTheWholeStream) {
    Evaluation evaluation(engine::Object{{"classes", "cat  dog\tcow"}});
    for (const Packet& output : evaluation.add(logits_of({0, 0, 1, 1}), labels_of({0, 0, 0, 1})))
        EXPECT_FALSE(output) << "nothing before the end";
    evaluation.add(logits_of({0, 1, 0, 2}), labels_of({1, 2, -100, -1}));
    evaluation.add(logits_of({0})[0], labels_of({0})[0]);
    const std::vector<Packet> outputs = evaluation.end();
    EXPECT_EQ(matrix_of(outputs), (Integers{3, 1, 0, 1, 1, 0, 0, 1, 0}));
    const auto& report = outputs.at(1).as<types::Table>();
    EXPECT_EQ(std::get<std::vector<std::string>>(report.column("class")->values),
              (std::vector<std::string>{"cat", "dog", "cow", "accuracy"}));
    EXPECT_EQ(std::get<Integers>(report.column("count")->values), (Integers{4, 2, 1, 7}));
    const auto& precision = std::get<std::vector<double>>(report.column("precision")->values);
    const auto& recall = std::get<std::vector<double>>(report.column("recall")->values);
    EXPECT_DOUBLE_EQ(precision.at(0), 0.75);
    EXPECT_DOUBLE_EQ(precision.at(1), 1.0 / 3);
    EXPECT_TRUE(std::isnan(precision.at(2)));
    EXPECT_DOUBLE_EQ(recall.at(1), 0.5);
    EXPECT_EQ(recall.at(2), 0);
    EXPECT_DOUBLE_EQ(precision.at(3), 4.0 / 7);
    EXPECT_DOUBLE_EQ(recall.at(3), 4.0 / 7);
    EXPECT_DOUBLE_EQ(evaluation.context.metrics.at("accuracy"), 4.0 / 7);
}

TEST(Confusion, ClassesWithoutNamesAreNumbers) {
    Evaluation evaluation;
    evaluation.add(logits_of({2}).to(at::kDouble), labels_of({2}));
    evaluation.add(logits_of({1}).to(at::kHalf), labels_of({1}));
    const std::vector<Packet> outputs = evaluation.end();
    EXPECT_EQ(std::get<std::vector<std::string>>(
                  outputs.at(1).as<types::Table>().column("class")->values),
              (std::vector<std::string>{"0", "1", "2", "accuracy"}));
    EXPECT_EQ(matrix_of(outputs), (Integers{0, 0, 0, 0, 1, 0, 0, 0, 1}));
}

TEST(Confusion, ClassesHaveTheNamesOfTheModel) {
    const auto spec = ops::lico_net_spec({}, {.features = 4, .classes = {"no", "yes", "rest"}});
    const Packet model = Packet::make(types::Model{.spec = spec});
    Evaluation evaluation;
    evaluation.add(logits_of({0, 1}), labels_of({0, 1}), model);
    Evaluation later;
    later.node.instance().load(evaluation.node.instance().save(), later.context);
    for (Evaluation* each : {&evaluation, &later}) {
        const std::vector<Packet> outputs = each->end();
        const auto& report = outputs.at(1).as<types::Table>();
        EXPECT_EQ(std::get<std::vector<std::string>>(report.column("class")->values),
                  (std::vector<std::string>{"no", "yes", "rest", "accuracy"}));
    }
    Evaluation wide;
    EXPECT_EQ(error_code([&] {
                  wide.add(at::zeros({1, 4}), labels_of({0}), model);
              }),
              "E-METRIC-031");
}

TEST(Confusion, EmptyStreamsAndBatches) {
    Evaluation none;
    EXPECT_FALSE(none.end().at(0));
    Evaluation ignored;
    ignored.add(at::zeros({0, 3}), labels_of({}));
    ignored.add(logits_of({1}), labels_of({-1}));
    EXPECT_EQ(matrix_of(ignored.end()), Integers(9, 0));
    EXPECT_TRUE(ignored.context.metrics.empty());
    EXPECT_EQ(ignored.context.warnings.size(), 1U);
}

TEST(Confusion, GoesOnFromACheckpoint) {
    Evaluation first;
    first.add(logits_of({0, 1}), labels_of({0, 0}));
    const engine::State state = first.node.instance().save();
    Evaluation second;
    second.node.instance().load(state, second.context);
    second.add(logits_of({2}), labels_of({2}));
    EXPECT_EQ(matrix_of(second.end()), (Integers{1, 1, 0, 0, 0, 0, 0, 0, 1}));

    Evaluation fresh;
    fresh.node.instance().load(Evaluation().node.instance().save(), fresh.context);
    EXPECT_FALSE(fresh.end().at(0));
    for (const at::Tensor& bad :
         {at::ones({2, 3}, at::kLong), -at::ones({2, 2}, at::kLong), at::ones({4}, at::kLong),
          at::ones({2, 2}), at::ones({0, 0}, at::kLong)}) {
        engine::State hostile;
        hostile.packets["counts"] = {packet(bad)};
        Evaluation evaluation;
        EXPECT_TRUE(error_code([&] {
                        evaluation.node.instance().load(hostile, evaluation.context);
                    }).starts_with("E-METRIC-01"));
    }
}

TEST(Confusion, BadInputIsOneClearError) {
    Evaluation evaluation;
    const auto code = [&](const at::Tensor& logits, const at::Tensor& labels) {
        return error_code([&] { evaluation.add(logits, labels); });
    };
    evaluation.add(logits_of({0}), labels_of({0}));
    EXPECT_EQ(code(logits_of({0, 1}), labels_of({0})), "E-METRIC-030");
    EXPECT_EQ(code(logits_of({0}), labels_of({0})[0]), "E-METRIC-030");
    EXPECT_EQ(code(logits_of({0}), labels_of({0}).to(at::kInt)), "E-METRIC-030");
    EXPECT_EQ(code(labels_of({0, 1}), labels_of({0})[0]), "E-METRIC-030");
    EXPECT_EQ(code(at::zeros({}), labels_of({0})[0]), "E-METRIC-030");
    EXPECT_EQ(code(at::Tensor(), labels_of({0})), "E-METRIC-030");
    EXPECT_EQ(code(at::zeros({1, 4}), labels_of({0})), "E-METRIC-031");
    EXPECT_EQ(code(logits_of({0}) * std::numeric_limits<float>::quiet_NaN(), labels_of({0})),
              "E-METRIC-032");
    EXPECT_EQ(code(logits_of({0, 1}), labels_of({0, 3})), "E-METRIC-012");
    EXPECT_EQ(matrix_of(evaluation.end()), (Integers{1, 0, 0, 0, 0, 0, 0, 0, 0}))
        << "a bad batch leaves no trace";
    Evaluation named(engine::Object{{"classes", "a b"}});
    EXPECT_EQ(error_code([&] { named.add(logits_of({0}), labels_of({0})); }), "E-METRIC-031");
    Evaluation narrow;
    EXPECT_EQ(error_code([&] { narrow.add(at::zeros({1, 0}), labels_of({0})); }), "E-METRIC-010");
}

}  // namespace
}  // namespace millrace::testing
