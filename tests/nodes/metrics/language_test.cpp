#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_language(engine::Registry& registry);
}

namespace millrace::testing {
namespace {

using engine::Packet;

const engine::Registry& registry() {
    static const std::unique_ptr<engine::Registry> filled = [] {
        auto made = std::make_unique<engine::Registry>();
        nodes::register_language(*made);
        return made;
    }();
    return *filled;
}

Packet packet(const at::Tensor& tensor) { return Packet::make(types::Tensor{tensor}); }

/// Logarithms of probabilities [1, rows, 2].
at::Tensor logits_of(const std::vector<double>& first) {
    std::vector<double> all;
    for (const double p : first) all.insert(all.end(), {std::log(p), std::log(1 - p)});
    return at::tensor(all, at::kDouble).reshape({1, -1, 2});
}

at::Tensor labels_of(const std::vector<std::int64_t>& labels) {
    return at::tensor(labels, at::kLong).reshape({1, -1});
}

struct Measurement {
    Measurement() : context(registry()), node(registry(), "metrics.language") {
        node.start(context);
    }
    void add(const at::Tensor& logits, const at::Tensor& labels, const Packet& teacher = {}) {
        node.call({packet(logits), packet(labels), teacher}, context);
    }
    TestContext context;
    TestNode node;
};

TEST(LanguageMetric, IsOverTokensNotBatches) {
    Measurement measurement;
    measurement.add(logits_of({0.5, 0.8, 0.9}), labels_of({0, 1, -100}));
    measurement.add(logits_of({0.25}), labels_of({1}));
    Measurement later;
    later.node.instance().load(measurement.node.instance().save(), later.context);
    for (Measurement* each : {&measurement, &later}) {
        ASSERT_TRUE(each->node.finish(each->context).at(0).at(0));
        const auto& metrics = each->context.metrics;
        const double loss = -(std::log(0.5) + std::log(0.2) + std::log(0.75)) / 3;
        EXPECT_DOUBLE_EQ(metrics.at("tokens"), 3);
        EXPECT_NEAR(metrics.at("loss"), loss, 1e-12);
        EXPECT_NEAR(metrics.at("perplexity"), std::exp(loss), 1e-12);
        EXPECT_NEAR(metrics.at("accuracy"), 2.0 / 3, 1e-12) << "of equal logits the first counts";
        EXPECT_FALSE(metrics.contains("kl"));
    }
}

TEST(LanguageMetric, DistanceToATeacher) {
    Measurement measurement;
    measurement.add(logits_of({0.5, 0.25}), labels_of({0, 0}), packet(logits_of({0.75, 0.25})));
    measurement.node.finish(measurement.context);
    const double divergence = 0.75 * std::log(1.5) + 0.25 * std::log(0.5);
    EXPECT_NEAR(measurement.context.metrics.at("kl"), divergence / 2, 1e-12);
    EXPECT_NEAR(measurement.context.metrics.at("agreement"), 1, 1e-12);
}

TEST(LanguageMetric, EmptyAndBadInput) {
    Measurement none;
    none.add(logits_of({0.5}), labels_of({-100}));
    EXPECT_FALSE(none.node.finish(none.context).at(0).at(0));
    const auto code = [](const at::Tensor& logits, const at::Tensor& labels,
                         const Packet& teacher = {}) {
        return error_code([&] { Measurement().add(logits, labels, teacher); });
    };
    EXPECT_EQ(code(logits_of({0.5}), labels_of({0, 1})), "E-METRIC-040");
    EXPECT_EQ(code(logits_of({0.5}), labels_of({2})), "E-METRIC-040") << "beyond the vocabulary";
    EXPECT_EQ(code(logits_of({0.5})[0], labels_of({0})), "E-METRIC-040");
    EXPECT_EQ(code(logits_of({0.5}), labels_of({0}).to(at::kInt)), "E-METRIC-040");
    EXPECT_EQ(code(logits_of({0.5}), labels_of({0}), packet(logits_of({0.5, 0.5}))),
              "E-METRIC-040");
}

}  // namespace
}  // namespace millrace::testing
