#include "nodes/ops/language/rotary.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

at::Tensor ramp(std::vector<std::int64_t> shape) {
    const at::Tensor empty = at::empty(shape);
    return (at::arange(empty.numel(), at::kFloat) * 0.7).sin().reshape(shape);
}

TEST(Rotation, TurnsPairsByTheirPosition) {
    const std::vector<std::int64_t> positions = {0, 3};
    // Width 4 and base 100: pairs turn by 1 and 1/10 radian a position.
    const at::Tensor x = at::tensor({1.0F, 2.0F, 3.0F, 4.0F, 1.0F, 2.0F, 3.0F, 4.0F});
    const at::Tensor y =
        Rotation(positions, 4, 100, RotaryLayout::Interleaved)(x.reshape({2, 4})).contiguous();
    const float* found = y.data_ptr<float>();
    for (int i = 0; i < 4; ++i) EXPECT_EQ(found[i], i + 1.0F) << "position 0";
    EXPECT_NEAR(found[4], std::cos(3.0) - 2 * std::sin(3.0), 1e-6);
    EXPECT_NEAR(found[5], 2 * std::cos(3.0) + std::sin(3.0), 1e-6);
    EXPECT_NEAR(found[6], 3 * std::cos(0.3) - 4 * std::sin(0.3), 1e-6);
    EXPECT_NEAR(found[7], 4 * std::cos(0.3) + 3 * std::sin(0.3), 1e-6);
}

TEST(Rotation, LayoutsAgreeWhenRowsChangePlaces) {
    const std::vector<std::int64_t> positions = {5, 6, 7};
    const at::Tensor x = ramp({3, 10}), weight = ramp({12, 10});
    const auto head = [](const at::Tensor& y) { return y.reshape({3, 2, 6}).transpose(0, 1); };
    const at::Tensor interleaved =
        Rotation(positions, 6, 10000, RotaryLayout::Interleaved)(head(x.matmul(weight.t())));
    const at::Tensor moved = halves_from_interleaved(weight, 2);
    const at::Tensor halves =
        Rotation(positions, 6, 10000, RotaryLayout::Halves)(head(x.matmul(moved.t())));
    const at::Tensor products = interleaved.matmul(interleaved.transpose(1, 2));
    EXPECT_TRUE(at::allclose(halves.matmul(halves.transpose(1, 2)), products, 1e-5, 1e-5));
    EXPECT_FALSE(at::equal(moved, weight));
    EXPECT_TRUE(at::equal(interleaved_from_halves(moved, 2), weight));
}

TEST(Rotation, ProductsDependOnDistanceAlone) {
    const at::Tensor x = ramp({2, 8});
    const auto product = [&](std::int64_t first, std::int64_t second) {
        const std::vector<std::int64_t> positions = {first, second};
        const at::Tensor y = Rotation(positions, 8, 10000, RotaryLayout::Halves)(x);
        return (y[0] * y[1]).sum().item<float>();
    };
    EXPECT_NEAR(product(0, 7), product(100'000, 100'007), 1e-5);
    EXPECT_GT(std::abs(product(0, 7) - product(0, 8)), 1e-3);
}

TEST(Rotation, BadSizesAreNamed) {
    const std::vector<std::int64_t> two = {0, 1}, below = {-1};
    const auto make = [](const std::vector<std::int64_t>& positions, int width, double base) {
        Rotation(positions, width, base, RotaryLayout::Halves);
    };
    EXPECT_EQ(error_code([&] { make(two, 5, 10000); }), "E-LM-010");
    EXPECT_EQ(error_code([&] { make(two, 0, 10000); }), "E-LM-010");
    EXPECT_EQ(error_code([&] { make(two, 4, 0); }), "E-LM-010");
    EXPECT_EQ(error_code([&] { make(two, 4, NAN); }), "E-LM-010");
    EXPECT_EQ(error_code([&] { make(below, 4, 10000); }), "E-LM-010");
    const Rotation rotary(two, 4, 10000, RotaryLayout::Halves);
    EXPECT_EQ(error_code([&] { rotary(ramp({3, 4})); }), "E-LM-010");
    EXPECT_EQ(error_code([&] { rotary(ramp({2, 6})); }), "E-LM-010");
    EXPECT_EQ(error_code([&] { halves_from_interleaved(ramp({6, 2}), 2); }), "E-LM-010");
    EXPECT_EQ(error_code([&] { interleaved_from_halves(ramp({8}), 2); }), "E-LM-010");
}

}  // namespace
}  // namespace millrace::ops
