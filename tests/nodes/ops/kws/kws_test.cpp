#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nodes/ops/kws/cost_model.hpp"
#include "nodes/ops/kws/requantize.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

TEST(Requantize, RefusesMultipliersOutOfRange) {
    for (const double real : {-0.5, double(NAN), double(INFINITY), 0x1p30})
        EXPECT_EQ(error_code([&] { fixed_multiplier(real); }), "E-KWS-001") << real;
    EXPECT_EQ(fixed_multiplier(0).mantissa, 0);
    EXPECT_EQ(fixed_multiplier(0x1p-40).mantissa, 0);
}

TEST(Requantize, SaturatesInsteadOfWrapping) {
    EXPECT_EQ(requantize(2'000'000'000, fixed_multiplier(4), Rounding::Double), 2147483647);
    EXPECT_EQ(requantize(2'000'000'000, fixed_multiplier(4), Rounding::Single), 2147483647);
}

TEST(Requantize, RefusesRangesThatAreNone) {
    EXPECT_EQ(activation_scale(0, 0).scale, 1);
    EXPECT_EQ(error_code([] { activation_scale(INFINITY, 0); }), "E-KWS-002");
    EXPECT_EQ(error_code([] { activation_scale(1, -1); }), "E-KWS-002");
    EXPECT_EQ(error_code([] { activation_scale(NAN, 1); }), "E-KWS-002");
    EXPECT_EQ(error_code([] { quantize_int8(NAN, {}); }), "E-KWS-003");
    EXPECT_EQ(quantize_int8(INFINITY, {}), 127);
}

TEST(Int8Add, RefusesOtherLengthsAndScales) {
    const std::vector<std::int8_t> two{1, 2}, one{1};
    EXPECT_EQ(error_code([&] { int8_add(two, {}, one, {}, {}); }), "E-KWS-004");
    EXPECT_EQ(error_code([&] { int8_add(one, {0, 0}, one, {}, {}); }), "E-KWS-005");
    EXPECT_EQ(error_code([&] { int8_add(one, {}, one, {1, 128}, {}); }), "E-KWS-005");
    EXPECT_TRUE(int8_add({}, {}, {}, {}, {}).empty());
    EXPECT_EQ(int8_add(one, {}, one, {}, {}), std::vector<std::int8_t>{2});
}

TEST(CostModel, RefusesImpossibleSizes) {
    EXPECT_EQ(error_code([] { svdf_cost({.inputs = 0}); }), "E-KWS-006");
    EXPECT_EQ(error_code([] { svdf_cost({.projection = -1}); }), "E-KWS-006");
    EXPECT_EQ(error_code([] { lico_cost({.channels = 65537}); }), "E-KWS-006");
}

}  // namespace
}  // namespace millrace::ops
