// What a payload shows under a budget of bytes: no more than that, and the true size is stated.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "tests/engine/visual/io/memory_probe.hpp"
#include "tests/nodes/types/payloads.hpp"

namespace millrace::types::testing {
namespace {

using engine::Packet;
using visual::Budget;

/// The one visual of a payload, which must be a V.
template <class V, class T>
V shown(const T& payload, std::size_t bytes) {
    const auto visuals = engine::PayloadTraits<T>::visual(payload, Budget{bytes});
    EXPECT_EQ(visuals.size(), 1u);
    return std::get<V>(visuals.at(0));
}

PointCloud cloud_of(std::size_t count) {
    PointCloud cloud;
    std::vector<double> numbers(2 * count);
    for (std::size_t i = 0; i < count; ++i) {
        cloud.points.push_back({static_cast<float>(i), 0, 0});
        numbers[2 * i] = static_cast<double>(i);
        numbers[2 * i + 1] = -static_cast<double>(i);
    }
    cloud.fields.push_back({"pair", 2, std::move(numbers)});
    cloud.frame = "lidar";
    cloud.origin = {1, 2, 3};
    cloud.timestamp = 4;
    return cloud;
}

TEST(Shown, ACloudIsThinnedEvenly) {
    const PointCloud cloud = cloud_of(100000);
    const auto visual = shown<visual::Cloud>(cloud, 28 * 1000);  // 12 bytes and two doubles a point
    ASSERT_EQ(visual.points.size(), 1000u);
    EXPECT_EQ(visual.full_count, 100000u);
    EXPECT_EQ(visual.frame, "lidar");
    EXPECT_EQ(visual.origin, cloud.origin);
    EXPECT_EQ(visual.timestamp, 4);
    for (std::size_t i = 0; i < 1000; ++i) {
        ASSERT_EQ(visual.points[i].x, static_cast<float>(100 * i));
        ASSERT_EQ(visual.fields[0].at(i, 0), static_cast<double>(100 * i));
        ASSERT_EQ(visual.fields[0].at(i, 1), -static_cast<double>(100 * i));
    }
    EXPECT_EQ(shown<visual::Cloud>(cloud, 28 * 100000).points.size(), 100000u);
    EXPECT_EQ(shown<visual::Cloud>(cloud, 28 * 100000 - 1).points.size(), 99999u);
    EXPECT_EQ(shown<visual::Cloud>(cloud, 0).points.size(), 1u);
    EXPECT_EQ(shown<visual::Cloud>(PointCloud{}, 0).points.size(), 0u);
    EXPECT_EQ(shown<visual::Cloud>(PointCloud{}, 0).full_count, 0u);
}

TEST(Shown, ACloudIsNotCopiedToBeThinned) {
    const PointCloud cloud = cloud_of(1000000);
    const visual::testing::MemoryProbe probe;
    shown<visual::Cloud>(cloud, 28000);
    EXPECT_LT(probe.peak(), 200000u);  // of 28 million bytes
}

TEST(Shown, AnImageIsAveragedDown) {
    Image image(8, 4, 2);
    for (int y = 0; y < 4; ++y) {
        for (int x = 0; x < 8; ++x) {
            image.row<std::uint8_t>(y)[2 * x] = static_cast<std::uint8_t>(10 * x);
            image.row<std::uint8_t>(y)[2 * x + 1] = static_cast<std::uint8_t>(y);
        }
    }
    const auto whole = shown<visual::Raster>(image, 64);
    EXPECT_EQ(whole.width, 8);
    EXPECT_EQ(whole.bytes, image.bytes);
    const auto half = shown<visual::Raster>(image, 63);
    EXPECT_EQ(half.width, 4);
    EXPECT_EQ(half.height, 2);
    EXPECT_EQ(half.full_width, 8);
    EXPECT_EQ(half.full_height, 4);
    EXPECT_EQ(half.bytes,
              (std::vector<std::uint8_t>{5, 1, 25, 1, 45, 1, 65, 1,  // 0.5 is rounded up
                                         5, 3, 25, 3, 45, 3, 65, 3}));
    const auto least = shown<visual::Raster>(image, 0);
    EXPECT_EQ(least.bytes, (std::vector<std::uint8_t>{35, 2}));
}

TEST(Shown, AnImageOfAnyShapeFitsItsBudget) {
    for (const Depth depth : {Depth::U8, Depth::U16, Depth::F32}) {
        for (const auto& [width, height] : std::vector<std::pair<int, int>>{
                 {100000, 1}, {1, 100000}, {317, 311}, {2, 50000}, {1, 1}}) {
            const Image image(width, height, 3, depth);
            for (const std::size_t budget : {100u, 5000u, 100000u}) {
                const auto visual = shown<visual::Raster>(image, budget);
                EXPECT_LE(visual.bytes.size(), budget) << width << " x " << height;
                EXPECT_EQ(visual.bytes.size(), static_cast<std::size_t>(visual.width) *
                                                   static_cast<std::size_t>(visual.height) *
                                                   image.pixel_bytes());
                EXPECT_EQ(visual.full_width, width);
                EXPECT_EQ(visual.full_height, height);
            }
        }
    }
    EXPECT_TRUE(shown<visual::Raster>(Image{}, 0).bytes.empty());
}

TEST(Shown, PixelsWithoutAValueSpoilNoOthers) {
    Image image(2, 2, 1, Depth::F32);
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    image.row<float>(0)[0] = nan;
    image.row<float>(0)[1] = 3;
    image.row<float>(1)[0] = nan;
    image.row<float>(1)[1] = 5;
    float value = 0;
    std::memcpy(&value, shown<visual::Raster>(image, 4).bytes.data(), 4);
    EXPECT_EQ(value, 4);
    image.row<float>(0)[1] = image.row<float>(1)[1] = nan;
    std::memcpy(&value, shown<visual::Raster>(image, 4).bytes.data(), 4);
    EXPECT_TRUE(std::isnan(value));
}

TEST(Shown, BoxesStateHowManyThereAre) {
    Boxes3d boxes;
    boxes.frame = "lidar";
    boxes.boxes.assign(1000, {{1, 2, 3}, {1, 1, 1}, 0, "car", 1, -1});
    const auto some = shown<visual::Boxes3d>(boxes, 10 * (sizeof(Box3d) + 3));
    EXPECT_EQ(some.boxes.size(), 10u);
    EXPECT_EQ(some.full_count, 1000u);
    EXPECT_EQ(some.frame, "lidar");
    const auto all = shown<visual::Boxes2d>(sample_boxes2d(), 1 << 20);
    EXPECT_EQ(all.boxes.size(), 2u);
    EXPECT_EQ(all.full_count, 2u);
    EXPECT_TRUE(shown<visual::Boxes2d>(sample_boxes2d(), 0).boxes.empty());
}

TEST(Shown, ACalibrationIsItsCameras) {
    const auto visuals = Packet::make(sample_calibration()).visual({});
    ASSERT_EQ(visuals.size(), 2u);
    const auto& camera = std::get<visual::Camera>(visuals[1]);
    EXPECT_EQ(camera.name, "image_3");
    EXPECT_EQ(camera.parent_frame, "velodyne");
    EXPECT_EQ(camera.projection, sample_calibration().cameras[1].projection);
    EXPECT_EQ(camera.camera_from_parent, sample_calibration().cameras[1].camera_from_lidar);
}

TEST(Shown, ATableStopsAtItsBudget) {
    Table table{{{"text", std::vector<std::string>(10000, std::string(100, 'x'))},
                 {"number", std::vector<double>(10000, 0.1)},
                 {"count", std::vector<std::int64_t>(10000, -7)}}};
    const auto some = shown<visual::Table>(table, 100000);
    EXPECT_EQ(some.columns, (std::vector<std::string>{"text", "number", "count"}));
    EXPECT_EQ(some.full_rows, 10000u);
    EXPECT_GT(some.rows.size(), 200u);
    EXPECT_LT(some.rows.size(), 1000u);
    EXPECT_EQ(some.rows[0], (std::vector<std::string>{std::string(100, 'x'), "0.1", "-7"}));
    // One cell that would fill the budget by itself is cut, so that its row is seen, and the next.
    std::get<std::vector<std::string>>(table.columns[0].values)[0] = std::string(1000000, 'y');
    const auto cut = shown<visual::Table>(table, 6000);
    ASSERT_GT(cut.rows.size(), 1u);
    EXPECT_EQ(cut.rows[0][0], std::string(1000, 'y'));
    EXPECT_TRUE(shown<visual::Table>(table, 0).rows.empty());
    EXPECT_EQ(shown<visual::Table>(table, 0).full_rows, 10000u);
}

TEST(Shown, MetricsAreATableOfTwoColumns) {
    const auto all = shown<visual::Table>(sample_metrics(), 1 << 20);
    EXPECT_EQ(all.columns, (std::vector<std::string>{"name", "value"}));
    EXPECT_EQ(all.rows, (std::vector<std::vector<std::string>>{
                            {"accuracy", "1"}, {"größe \"m\"", "-7"}, {"loss", "0.25"}}));
    Metrics many;
    for (int i = 0; i < 10000; ++i) many.values["figure " + std::to_string(i)] = i;
    const auto some = shown<visual::Table>(many, 10000);
    EXPECT_LT(some.rows.size(), 200u);
    EXPECT_EQ(some.full_rows, 10000u);
}

TEST(Shown, CurvesKeepTheirEndsWithinTheBudget) {
    Curves curves{.title = "t", .x_label = "x", .y_label = "y", .lines = {{"long", {}, {}}}};
    for (int i = 0; i < 100000; ++i) {
        curves.lines[0].x.push_back(i);
        curves.lines[0].y.push_back(-i);
    }
    curves.lines.push_back({"short", {7}, {8}});
    const auto some = shown<visual::Series>(curves, 16000);
    EXPECT_EQ(some.title, "t");
    EXPECT_EQ(some.x_label, "x");
    EXPECT_EQ(some.y_label, "y");
    ASSERT_EQ(some.lines.size(), 2u);
    const auto& line = some.lines[0];
    EXPECT_LE(line.x.size(), 1000u);
    EXPECT_GT(line.x.size(), 900u);
    EXPECT_EQ(line.x.front(), 0);
    EXPECT_EQ(line.x.back(), 99999);
    ASSERT_EQ(line.y.size(), line.x.size());
    for (std::size_t i = 0; i < line.x.size(); ++i) EXPECT_EQ(line.y[i], -line.x[i]);
    EXPECT_EQ(some.lines[1].y, (std::vector<double>{8}));
    EXPECT_EQ(shown<visual::Series>(curves, 1 << 24).lines[0].x.size(), 100000u);
    EXPECT_LE(shown<visual::Series>(curves, 0).lines[0].x.size(), 3u);
    EXPECT_TRUE(shown<visual::Series>(Curves{}, 0).lines.empty());
}

TEST(Shown, AModelIsAGraphAndATableOfItsLayers) {
    Model model = sample_model();
    model.spec["layers"].as_array().push_back(
        engine::Object{{"name", "sum"}, {"type", "add"}, {"from", "norm"}, {"with", "head"}});
    const auto visuals = Packet::make(model).visual({});
    ASSERT_EQ(visuals.size(), 2u);
    const auto& graph = std::get<visual::ModelGraph>(visuals[0]);
    ASSERT_EQ(graph.layers.size(), 3u);
    EXPECT_EQ(graph.layers[0].name, "norm");
    EXPECT_EQ(graph.layers[0].parameters, 6u);
    EXPECT_EQ(graph.layers[1].type, "conv");
    EXPECT_EQ(graph.layers[1].parameters, 8u);
    EXPECT_EQ(graph.layers[1].output_shape, (std::vector<std::int64_t>{2}));
    EXPECT_EQ(graph.edges, (std::vector<std::pair<int, int>>{{0, 1}, {0, 2}, {1, 2}}));
    const auto& table = std::get<visual::Table>(visuals[1]);
    EXPECT_EQ(table.rows,
              (std::vector<std::vector<std::string>>{{"norm", "batch_norm", "6", "-1", "1"},
                                                     {"head", "conv", "8", "-0.5", "5"},
                                                     {"sum", "add", "0", "", ""},
                                                     {"whole", "small", "14", "", ""}}));
    EXPECT_EQ(table.full_rows, 4u);
    model.parameters["head.bias"] = at::tensor({std::nan(""), 1.0});
    const auto bad = Packet::make(model).visual({});
    EXPECT_EQ(std::get<visual::Table>(bad[1]).rows[1][4], "not finite");
}

TEST(Shown, AModelOfManyLayersStopsAtItsBudget) {
    Model model;
    engine::Array layers;
    for (int i = 0; i < 5000; ++i)
        layers.push_back(engine::Object{{"name", "layer " + std::to_string(i)}, {"type", "relu"}});
    model.spec = engine::Object{{"layers", std::move(layers)}};
    const auto some = Packet::make(model).visual({100000});
    ASSERT_EQ(some.size(), 2u);
    const auto& table = std::get<visual::Table>(some[1]);
    EXPECT_LT(table.rows.size(), 300u);
    EXPECT_GT(table.rows.size(), 100u);
    EXPECT_EQ(table.rows.back()[0], "whole");
    EXPECT_EQ(table.full_rows, 5001u);
    EXPECT_EQ(std::get<visual::ModelGraph>(some[0]).layers.size() + 1, table.rows.size());
    const auto none = Packet::make(model).visual({0});
    EXPECT_EQ(std::get<visual::Table>(none.at(0)).rows.size(), 1u);
    EXPECT_EQ(std::get<visual::Table>(none.at(0)).full_rows, 5001u);
    // Without layers the tensors are told.
    Model plain = sample_model();
    plain.spec = {};
    const auto tensors = Packet::make(plain).visual({});
    ASSERT_EQ(tensors.size(), 1u);
    EXPECT_EQ(std::get<visual::Table>(tensors[0]).rows[0],
              (std::vector<std::string>{"head.bias", "tensor", "2", "", ""}));
    EXPECT_EQ(std::get<visual::Table>(tensors[0]).full_rows, 5u);
}

TEST(Shown, ATextIsCutBetweenCharacters) {
    EXPECT_EQ(shown<visual::Text>(Text{"aé日"}, 6).text, "aé日");
    EXPECT_EQ(shown<visual::Text>(Text{"aé日"}, 6).full_bytes, 0u);
    for (const std::size_t budget : {3u, 4u, 5u})
        EXPECT_EQ(shown<visual::Text>(Text{"aé日"}, budget).text, "aé") << budget;
    EXPECT_EQ(shown<visual::Text>(Text{"aé日"}, 5).full_bytes, 6u);
    EXPECT_EQ(shown<visual::Text>(Text{"aé日"}, 2).text, "a");
    EXPECT_EQ(shown<visual::Text>(Text{"aé日"}, 0).text, "");
    // What is no UTF-8 is cut near the budget rather than lost.
    EXPECT_GE(shown<visual::Text>(Text{std::string(100, '\x80')}, 50).text.size(), 47u);
}

TEST(Shown, ATensorIsWholeWhereItFitsAndHasAHistogram) {
    const auto visuals =
        Packet::make(Tensor{at::arange(24, at::kFloat).reshape({2, 3, 4})}).visual({});
    ASSERT_EQ(visuals.size(), 2u);
    const auto& block = std::get<visual::TensorBlock>(visuals[0]);
    EXPECT_EQ(block.dtype, "F32");
    EXPECT_EQ(block.full_shape, (std::vector<std::int64_t>{2, 3, 4}));
    EXPECT_TRUE(block.is_whole());
    EXPECT_FALSE(block.whole);  // counted by whoever looks
    ASSERT_EQ(block.size(), 24u);
    EXPECT_EQ(block.at(23), 23);
    const auto& histogram = std::get<visual::Histogram>(visuals[1]);
    EXPECT_EQ(std::accumulate(histogram.counts.begin(), histogram.counts.end(), 0u), 24u);
    EXPECT_EQ(histogram.counts.front(), 1u);
    EXPECT_EQ(histogram.counts.back(), 1u);
}

TEST(Shown, APartOfATensorTellsOfTheWhole) {
    at::Tensor value = at::arange(24, at::kLong).reshape({2, 3, 4});
    value[1][2][3] = (std::int64_t{1} << 53) + 1;
    const auto visuals = Packet::make(Tensor{value}).visual({12 * sizeof(std::int64_t)});
    const auto& block = std::get<visual::TensorBlock>(visuals.at(0));
    EXPECT_EQ(block.shape, (std::vector<std::int64_t>{1, 3, 4}));
    EXPECT_EQ(block.start, (std::vector<std::int64_t>{0, 0, 0}));
    EXPECT_EQ(block.size(), 12u);
    ASSERT_TRUE(block.whole);
    EXPECT_EQ(block.whole->count, 24u);
    EXPECT_EQ(block.whole->max_at, 23);
    EXPECT_EQ(block.whole->min, 0);
    // Transposed tensors lie otherwise in memory than they are indexed.
    const auto turned = Packet::make(Tensor{value.transpose(0, 2)}).visual({});
    EXPECT_EQ(
        std::get<std::vector<std::int64_t>>(std::get<visual::TensorBlock>(turned.at(0)).values)[23],
        (std::int64_t{1} << 53) + 1);
}

TEST(Shown, ATensorOfAnyShapeFitsItsBudget) {
    for (const std::vector<std::int64_t>& shape :
         std::vector<std::vector<std::int64_t>>{{},
                                                {1},
                                                {0},
                                                {3000000},
                                                {2000, 2000},
                                                {0, 5},
                                                {5, 0},
                                                {2, 0, 3},
                                                {0, 2, 3},
                                                {1, 2, 3, 4, 5}}) {
        const Tensor tensor{at::zeros(shape)};
        const auto visuals = Packet::make(tensor).visual({8000});
        const auto& block = std::get<visual::TensorBlock>(visuals.at(0));
        EXPECT_LE(block.size() * sizeof(float), 8000u);
        EXPECT_EQ(visual::contradiction_of(block), "");
        EXPECT_EQ(block.full_shape, shape);
    }
    const auto undefined = Packet::make(Tensor{}).visual({});
    EXPECT_EQ(std::get<visual::Text>(undefined.at(0)).text, "undefined tensor");
}

TEST(Shown, ATensorOfExtremesHasAHistogram) {
    constexpr double most = std::numeric_limits<double>::max();
    const auto visuals =
        Packet::make(Tensor{at::tensor({-most, most, 0.0, std::nan("")}, at::kDouble)}).visual({});
    EXPECT_EQ(visual::statistics_of(std::get<visual::TensorBlock>(visuals.at(0))).mean, 0);
    const auto& histogram = std::get<visual::Histogram>(visuals.at(1));
    EXPECT_EQ(histogram.counts[0], 1u);
    EXPECT_EQ(histogram.counts[32], 1u);
    EXPECT_EQ(histogram.counts[63], 1u);
}

TEST(Shown, EverythingEmptyAndOdd) {
    for (const auto& list : {empty_samples(), odd_samples()}) {
        for (const Sample& sample : list) {
            for (const std::size_t budget : {0u, 1u, 1000u, 1000000u})
                EXPECT_NO_THROW(sample.packet.visual({budget})) << sample.name;
        }
    }
}

}  // namespace
}  // namespace millrace::types::testing
