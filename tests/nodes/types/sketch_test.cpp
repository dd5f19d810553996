// Sketches of payloads whose numbers are known.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "tests/nodes/types/payloads.hpp"

namespace millrace::types::testing {
namespace {

using engine::Packet;
using engine::Sketch;

template <class T>
Sketch sketch_of(T payload) {
    return Packet::make(std::move(payload)).sketch();
}

std::uint64_t total(const Sketch& sketch) {
    return std::accumulate(sketch.histogram.begin(), sketch.histogram.end(), std::uint64_t{0});
}

TEST(PayloadSketch, OfATensorIsWorkedOutByHand) {
    const Sketch sketch = sketch_of(Tensor{at::arange(32, at::kFloat).reshape({4, 8})});
    EXPECT_EQ(sketch.type, "tensor/1");
    EXPECT_EQ(sketch.shape, (std::vector<std::int64_t>{4, 8}));
    EXPECT_EQ(sketch.count, 32u);
    EXPECT_EQ(sketch.nan_count, 0u);
    EXPECT_DOUBLE_EQ(sketch.min, 0);
    EXPECT_DOUBLE_EQ(sketch.max, 31);
    EXPECT_DOUBLE_EQ(sketch.mean, 15.5);
    EXPECT_NEAR(sketch.rms, std::sqrt(31 * 63 / 6.0), 1e-9);  // n (n + 1) (2n + 1) / 6 over n + 1
    for (const std::uint32_t bin : sketch.histogram) EXPECT_EQ(bin, 1u);
}

TEST(PayloadSketch, OfEveryTensorTypeIsTheSame) {
    for (const at::ScalarType type : {at::kByte, at::kChar, at::kShort, at::kInt, at::kLong,
                                      at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
        const Sketch sketch = sketch_of(Tensor{at::tensor({1, 2, 3, 100}).to(type)});
        EXPECT_EQ(sketch.count, 4u) << type;
        EXPECT_DOUBLE_EQ(sketch.min, 1) << type;
        EXPECT_DOUBLE_EQ(sketch.max, 100) << type;
        EXPECT_DOUBLE_EQ(sketch.mean, 26.5) << type;
        EXPECT_NEAR(sketch.rms, std::sqrt(10014 / 4.0), 1e-9) << type;
        EXPECT_EQ(total(sketch), 4u) << type;
    }
    const Sketch truth = sketch_of(Tensor{at::tensor({1, 0, 1, 1}).to(at::kBool)});
    EXPECT_DOUBLE_EQ(truth.mean, 0.75);
}

TEST(PayloadSketch, SetsNumbersThatAreNotFiniteApart) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const Sketch sketch =
        sketch_of(Tensor{at::tensor({nan, -2.0, infinity, 4.0, -infinity, nan}, at::kDouble)});
    EXPECT_EQ(sketch.count, 6u);
    EXPECT_EQ(sketch.nan_count, 2u);
    EXPECT_EQ(sketch.infinite_count, 2u);
    EXPECT_DOUBLE_EQ(sketch.min, -2);
    EXPECT_DOUBLE_EQ(sketch.max, 4);
    EXPECT_DOUBLE_EQ(sketch.mean, 1);
    EXPECT_DOUBLE_EQ(sketch.rms, std::sqrt(10.0));
    EXPECT_EQ(total(sketch), 2u);
    const Sketch nothing = sketch_of(Tensor{at::full({5}, nan)});
    EXPECT_EQ(nothing.nan_count, 5u);
    EXPECT_DOUBLE_EQ(nothing.min, 0);
    EXPECT_DOUBLE_EQ(nothing.max, 0);
    EXPECT_EQ(total(nothing), 0u);
}

TEST(PayloadSketch, OfAnImageIsOfItsPixels) {
    Image image(2, 3, 1, Depth::U16);
    for (int y = 0; y < 3; ++y) {
        image.row<std::uint16_t>(y)[0] = static_cast<std::uint16_t>(1000 * y);
        image.row<std::uint16_t>(y)[1] = 65535;
    }
    const Sketch sketch = sketch_of(image);
    EXPECT_EQ(sketch.shape, (std::vector<std::int64_t>{3, 2, 1}));
    EXPECT_EQ(sketch.count, 6u);
    EXPECT_DOUBLE_EQ(sketch.min, 0);
    EXPECT_DOUBLE_EQ(sketch.max, 65535);
    EXPECT_DOUBLE_EQ(sketch.mean, (3000 + 3 * 65535) / 6.0);
    EXPECT_EQ(sketch.histogram.back(), 3u);
    EXPECT_EQ(sketch.histogram.front(), 3u);  // 2000 lies under 65535 / 32
}

TEST(PayloadSketch, OfACloudTakesItsFieldsIn) {
    PointCloud cloud;
    cloud.points = {{1, 2, 3}, {-5, 0, 2}};
    EXPECT_EQ(sketch_of(cloud).count, 6u);
    EXPECT_DOUBLE_EQ(sketch_of(cloud).mean, 0.5);
    cloud.fields.push_back({"ring", 1, std::vector<std::uint16_t>{40, 41}});
    cloud.origin = {500000, 4000000, 0};  // no number of the sketch
    const Sketch sketch = sketch_of(cloud);
    EXPECT_EQ(sketch.shape, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(sketch.count, 8u);
    EXPECT_DOUBLE_EQ(sketch.min, -5);
    EXPECT_DOUBLE_EQ(sketch.max, 41);
    EXPECT_DOUBLE_EQ(sketch.mean, 84 / 8.0);
}

TEST(PayloadSketch, OfFiguresAndTablesIsOfTheirNumbers) {
    const Sketch metrics = sketch_of(Metrics{.step = 9, .values = {{"a", 3}, {"b", -1}}});
    EXPECT_EQ(metrics.count, 2u);
    EXPECT_DOUBLE_EQ(metrics.mean, 1);
    const Sketch table = sketch_of(Table{{{"a", std::vector<double>{0.5, 1.5}},
                                          {"b", std::vector<std::int64_t>{10, 20}},
                                          {"c", std::vector<std::string>{"99", "98"}}}});
    EXPECT_EQ(table.count, 4u);
    EXPECT_DOUBLE_EQ(table.max, 20);
    EXPECT_DOUBLE_EQ(table.mean, 8);
}

TEST(PayloadSketch, OfNothingIsNothing) {
    for (const Sample& sample : empty_samples()) {
        if (sample.name == "calibration") continue;  // has a pose even so
        const Sketch sketch = sample.packet.sketch();
        EXPECT_EQ(sketch.count, 0u) << sample.name;
        EXPECT_DOUBLE_EQ(sketch.min, 0) << sample.name;
        EXPECT_DOUBLE_EQ(sketch.mean, 0) << sample.name;
        EXPECT_EQ(total(sketch), 0u) << sample.name;
        for (const double bucket : sketch.projection) EXPECT_EQ(bucket, 0) << sample.name;
    }
}

TEST(PayloadSketch, OfAHugeTensorIsThatOfItsParts) {
    // 8 million values in chunks: a ramp of 0 … 999, 8,000 times over.
    const at::Tensor ramp = at::arange(1000, at::kFloat).repeat({8000});
    const Sketch sketch = sketch_of(Tensor{ramp});
    EXPECT_EQ(sketch.count, 8000000u);
    EXPECT_DOUBLE_EQ(sketch.max, 999);
    EXPECT_NEAR(sketch.mean, 499.5, 1e-6);
    EXPECT_NEAR(sketch.rms, std::sqrt(999 * 1999 / 6.0), 1e-4);
    EXPECT_NEAR(static_cast<double>(total(sketch)), 8e6, 64);  // sampled and scaled up, bin by bin
    for (const std::uint32_t bin : sketch.histogram) EXPECT_NEAR(bin, 250000, 12500);
}

TEST(PayloadSketch, EstimatesTheDistanceOfTwoClouds) {
    PointCloud cloud;
    for (int i = 0; i < 20000; ++i) {
        const auto angle = static_cast<float>(i) * 0.001F;
        cloud.points.push_back({20 * std::cos(angle), 20 * std::sin(angle), angle / 10});
    }
    PointCloud moved = cloud;
    double squared = 0;
    for (std::size_t i = 0; i < moved.points.size(); ++i) {
        const float step = i % 2 == 0 ? 0.05F : -0.03F;
        moved.points[i].x += step;
        squared += std::pow(moved.points[i].x - cloud.points[i].x, 2);
    }
    const auto told = engine::distance(sketch_of(cloud), sketch_of(moved));
    EXPECT_TRUE(told.comparable);
    EXPECT_FALSE(told.identical);
    EXPECT_NEAR(10 * std::log10(told.squared_error / squared), 0, 1.5);  // dB
    EXPECT_TRUE(engine::distance(sketch_of(cloud), sketch_of(cloud)).identical);
    moved.points.pop_back();
    EXPECT_FALSE(engine::distance(sketch_of(cloud), sketch_of(moved)).comparable);
}

}  // namespace
}  // namespace millrace::types::testing
