#include "nodes/ops/metrics/classification.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using Counts = std::vector<std::int64_t>;

Counts counts_of(const ConfusionMatrix& matrix) {
    return {matrix.counts().begin(), matrix.counts().end()};
}

TEST(ConfusionMatrix, FiguresByHand) {
    ConfusionMatrix matrix(3);
    const std::int64_t labels[] = {0, 0, 0, 1, 1, 2, 0};
    const std::int64_t predictions[] = {0, 0, 1, 1, 0, 1, 0};
    for (int i = 0; i < 7; ++i) matrix.add(labels[i], predictions[i]);
    EXPECT_EQ(counts_of(matrix), (Counts{3, 1, 0, 1, 1, 0, 0, 1, 0}));
    EXPECT_EQ(matrix.total(), 7);
    EXPECT_EQ(matrix.labelled(0), 4);
    EXPECT_EQ(matrix.labelled(2), 1);
    EXPECT_DOUBLE_EQ(matrix.accuracy(), 4.0 / 7);
    EXPECT_DOUBLE_EQ(matrix.precision(0), 3.0 / 4);
    EXPECT_DOUBLE_EQ(matrix.recall(0), 3.0 / 4);
    EXPECT_DOUBLE_EQ(matrix.precision(1), 1.0 / 3);
    EXPECT_DOUBLE_EQ(matrix.recall(1), 1.0 / 2);
    EXPECT_TRUE(std::isnan(matrix.precision(2))) << "never predicted";
    EXPECT_EQ(matrix.recall(2), 0);
    EXPECT_EQ(counts_of(ConfusionMatrix(3, counts_of(matrix))), counts_of(matrix));
}

TEST(ConfusionMatrix, NothingCountedIsNoFigure) {
    const ConfusionMatrix matrix(2);
    EXPECT_EQ(matrix.total(), 0);
    EXPECT_TRUE(std::isnan(matrix.accuracy()));
    EXPECT_TRUE(std::isnan(matrix.recall(0)));
    ConfusionMatrix one(1);
    one.add(0, 0);
    EXPECT_EQ(one.accuracy(), 1);
}

TEST(ConfusionMatrix, LimitsAreChecked) {
    constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
    for (const std::int64_t classes :
         {std::int64_t{-1}, std::int64_t{0}, std::int64_t{4097}, kHuge}) {
        EXPECT_EQ(error_code([&] { ConfusionMatrix matrix(classes); }), "E-METRIC-010") << classes;
        EXPECT_EQ(error_code([&] { ConfusionMatrix matrix(classes, {}); }), "E-METRIC-010");
    }
    EXPECT_EQ(error_code([] { ConfusionMatrix matrix(2, {1, 2, 3}); }), "E-METRIC-011");
    EXPECT_EQ(error_code([] { ConfusionMatrix matrix(2, {1, 2, 3, -1}); }), "E-METRIC-011");
    ConfusionMatrix matrix(2);
    for (const std::int64_t one : {std::int64_t{-1}, std::int64_t{2}, kHuge}) {
        EXPECT_EQ(error_code([&] { matrix.add(one, 0); }), "E-METRIC-012");
        EXPECT_EQ(error_code([&] { matrix.add(0, one); }), "E-METRIC-012");
        EXPECT_EQ(error_code([&] { matrix.labelled(one); }), "E-METRIC-012");
        EXPECT_EQ(error_code([&] { matrix.recall(one); }), "E-METRIC-012");
        EXPECT_EQ(error_code([&] { matrix.precision(one); }), "E-METRIC-012");
    }
    EXPECT_EQ(matrix.total(), 0);
}

}  // namespace
}  // namespace millrace::ops
