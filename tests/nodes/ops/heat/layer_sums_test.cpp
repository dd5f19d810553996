#include "nodes/ops/heat/layer_sums.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "engine/random.hpp"

namespace millrace::ops {
namespace {

at::Tensor row(std::vector<double> values) { return at::tensor(values, at::kDouble); }

at::Tensor noise(std::uint64_t seed, std::int64_t count = 4096) {
    at::Tensor tensor = at::empty({count}, at::kFloat);
    engine::Random random(seed, "noise", 0);
    for (std::int64_t i = 0; i < count; ++i)
        tensor.data_ptr<float>()[i] = static_cast<float>(random.normal());
    return tensor;
}

TEST(LayerSums, RatiosAreOverAllThatWasAdded) {
    LayerSums sums;
    EXPECT_TRUE(std::isnan(sums.sqnr_db()));
    EXPECT_TRUE(std::isnan(sums.cosine()));
    sums.add(row({3, 0}), row({3, 1}));
    EXPECT_DOUBLE_EQ(sums.sqnr_db(), 10 * std::log10(9.0));
    EXPECT_DOUBLE_EQ(sums.cosine(), 9 / std::sqrt(9.0 * 10));
    sums.add(row({4}).reshape({1, 1}).to(at::kFloat), row({2}).reshape({1, 1}).to(at::kFloat));
    EXPECT_DOUBLE_EQ(sums.sqnr_db(), 10 * std::log10(25.0 / 5));
    EXPECT_DOUBLE_EQ(sums.cosine(), 17 / std::sqrt(25.0 * 14));
    EXPECT_EQ(sums.values, 3);
}

TEST(LayerSums, NoErrorNoSignalAndNoNumber) {
    const auto of = [](const at::Tensor& a, const at::Tensor& b) {
        LayerSums sums;
        sums.add(a, b);
        return sums;
    };
    const at::Tensor zeros = row({0, 0}), some = row({1, -2});
    EXPECT_EQ(of(some, some).sqnr_db(), INFINITY);
    EXPECT_EQ(of(some, some).cosine(), 1);
    EXPECT_EQ(of(zeros, zeros).sqnr_db(), INFINITY);
    EXPECT_EQ(of(zeros, zeros).cosine(), 1);
    EXPECT_EQ(of(zeros, some).sqnr_db(), -INFINITY);
    EXPECT_EQ(of(zeros, some).cosine(), 0);
    EXPECT_EQ(of(some, zeros).sqnr_db(), 0);
    EXPECT_DOUBLE_EQ(of(some, -some).cosine(), -1);
    for (const double bad : {NAN, INFINITY, -INFINITY}) {
        for (const LayerSums& sums :
             {of(some, row({1, bad})), of(row({1, bad}), some), of(row({1, bad}), row({1, bad}))}) {
            EXPECT_TRUE(std::isnan(sums.sqnr_db())) << bad;
            EXPECT_TRUE(std::isnan(sums.cosine())) << bad;
        }
    }
}

TEST(LayerSums, SketchesEstimateTheSame) {
    LayerSums exact, sketched;
    for (std::uint64_t batch = 0; batch < 16; ++batch) {
        const at::Tensor a = noise(batch), b = a + noise(100 + batch) * 0.1;
        exact.add(a, b);
        sketched.add(sketch_of(a), sketch_of(b));
    }
    EXPECT_NEAR(exact.sqnr_db(), 20, 0.2);
    // Each batch's squared error deviates by sqrt(2 / 128), their mean by a quarter of that.
    EXPECT_NEAR(sketched.sqnr_db(), exact.sqnr_db(), 3 * 0.136);
    EXPECT_NEAR(sketched.cosine(), exact.cosine(), 1e-3);
    EXPECT_NEAR(sketched.signal, exact.signal, 1e-6 * exact.signal);
    EXPECT_EQ(sketched.values, exact.values);
}

TEST(LayerSums, SketchesOfEqualAndOfBadTensors) {
    LayerSums equal;
    equal.add(sketch_of(noise(1)), sketch_of(noise(1)));
    EXPECT_EQ(equal.sqnr_db(), INFINITY);
    EXPECT_EQ(equal.cosine(), 1);
    LayerSums bad;
    bad.add(sketch_of(noise(1)), sketch_of(noise(1).index_fill(0, at::zeros({1}, at::kLong), NAN)));
    EXPECT_TRUE(std::isnan(bad.sqnr_db()));
    EXPECT_TRUE(std::isnan(bad.cosine()));
}

}  // namespace
}  // namespace millrace::ops
