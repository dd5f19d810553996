// Visuals through JSON and arrays, whole and damaged.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/problem.hpp"
#include "engine/visual/codec.hpp"

namespace millrace::visual {
namespace {

using engine::Value;

constexpr double kInfinite = std::numeric_limits<double>::infinity();

std::vector<Visual> one_of_each() {
    Raster raster{.width = 3,
                  .height = 2,
                  .channels = 1,
                  .depth = Raster::Depth::U16,
                  .bytes = std::vector<std::uint8_t>(12, 7),
                  .full_width = 30,
                  .full_height = 20,
                  .frame = "cam",
                  .unit = "m"};
    Cloud cloud;
    cloud.frame = "lidar";
    cloud.origin = {5e5, 4e6, 1};
    cloud.points = {{1, 2, 3}, {NAN, 0, 0}};
    cloud.fields = {{"intensity", 1, std::vector<float>{0.5f, 1}},
                    {"rgb", 3, std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}},
                    {"ring", 1, std::vector<std::uint16_t>{9, 10}},
                    {"label", 1, std::vector<std::int32_t>{-1, 4}},
                    {"time", 1, std::vector<double>{1e-9, 2}}};
    cloud.full_count = 200;
    cloud.timestamp = 12.5;
    Boxes3d boxes{.frame = "lidar",
                  .boxes = {{.center = {1, 2, 3},
                             .size = {4, kInfinite, 2},
                             .yaw = 0.1,
                             .label = "Car",
                             .score = 0.25,
                             .track = 7}},
                  .full_count = 3};
    Boxes2d flat{.frame = "cam",
                 .boxes = {{.xyxy = {1, 2, 3, 4.5}, .label = "Änne", .score = 1}},
                 .full_count = 1};
    Polyline line{
        .frame = "world", .name = "path", .points = {{1, 2, 3}, {4, 5, 6}}, .color = {1, 2, 3, 4}};
    Camera camera{.name = "cam", .width = 10, .height = 20, .parent_frame = "lidar"};
    camera.projection[0] = 700;
    camera.camera_from_parent[3] = -0.5;
    Series series{.title = "loss",
                  .x_label = "step",
                  .y_label = "nats",
                  .lines = {{"a", {0, 1}, {NAN, 2}}, {"b", {}, {}}}};
    Histogram histogram{
        .title = "h", .unit = "m", .min = -1, .max = 1, .counts = {1, 0, std::uint64_t{1} << 60}};
    Table table{.columns = {"a", "b"}, .rows = {{"1", "x"}, {"2", "y"}}, .full_rows = 9};
    TensorBlock block{.name = "weight",
                      .dtype = "F32",
                      .full_shape = {2, 2, 2},
                      .start = {1, 0, 0},
                      .shape = {1, 2, 2},
                      .values = std::vector<float>{1, NAN, -INFINITY, 4},
                      .whole = TensorStatistics{.count = 8,
                                                .nan = 1,
                                                .negative_infinite = 1,
                                                .zeros = 2,
                                                .min_at = 0,
                                                .max_at = 7,
                                                .min = 0,
                                                .max = 4,
                                                .mean = 1.5,
                                                .deviation = 1,
                                                .rms = 2}};
    ModelGraph model{.layers = {{"in", "Conv", 9, {1, 2}}, {"out", "Linear", 3, {1}}},
                     .edges = {{0, 1}}};
    return {raster,
            cloud,
            boxes,
            flat,
            line,
            camera,
            Text{.text = "hello", .full_bytes = 50},
            Tokens{.tokens = {"a", "b"}, .scores = {0.1, 0.9}},
            series,
            histogram,
            table,
            block,
            model};
}

/// Encoded again, the same description and bytes come out: doubles and NaN compare by their bits.
void expect_same(const Visual& a, const Visual& b) {
    EncodedArrays first, second;
    EXPECT_EQ(to_json(encode(a, first)), to_json(encode(b, second)));
    ASSERT_EQ(first.arrays.size(), second.arrays.size());
    for (std::size_t i = 0; i < first.arrays.size(); ++i)
        EXPECT_TRUE(std::ranges::equal(first.arrays[i], second.arrays[i]))
            << kind_of(a) << " array " << i;
}

TEST(VisualCodec, EveryKindThereAndBack) {
    const std::vector<Visual> all = one_of_each();
    ASSERT_EQ(all.size(), std::variant_size_v<Visual>) << "a new kind of visual needs a line here";
    for (const Visual& visual : all) {
        EncodedArrays arrays;
        const Value description = engine::parse_json(to_json(encode(visual, arrays)), "visual");
        const Visual back = decode(description, arrays.arrays);
        EXPECT_EQ(back.index(), visual.index());
        expect_same(visual, back);
    }
}

TEST(VisualCodec, AListThroughAFile) {
    const std::vector<Visual> all = one_of_each();
    const std::string file = write_visuals(all);
    const std::vector<Visual> back = read_visuals(std::as_bytes(std::span(file)), "file");
    ASSERT_EQ(back.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) expect_same(all[i], back[i]);
    const std::string none = write_visuals({});
    EXPECT_TRUE(read_visuals(std::as_bytes(std::span(none)), "file").empty());
}

TEST(VisualCodec, AFileCutAnywhereIsOneError) {
    const std::string file = write_visuals({one_of_each()[1]});
    for (std::size_t length = 0; length < file.size(); length += 3) {
        EXPECT_THROW(read_visuals(std::as_bytes(std::span(file).first(length)), "file"),
                     engine::Error)
            << length;
    }
}

TEST(VisualCodec, ArraysThatDoNotFitAreRefused) {
    for (const Visual& visual : one_of_each()) {
        EncodedArrays arrays;
        const Value description = encode(visual, arrays);
        for (std::size_t i = 0; i < arrays.arrays.size(); ++i) {
            auto cut = arrays.arrays;
            if (cut[i].empty()) continue;
            cut[i] = cut[i].first(cut[i].size() - 1);
            EXPECT_THROW(decode(description, cut), engine::Error)
                << kind_of(visual) << " array " << i;
        }
        if (!arrays.arrays.empty()) {
            EXPECT_THROW(decode(description, {}), engine::Error) << kind_of(visual);
        }
    }
}

TEST(VisualCodec, EveryMemberMissingOrOfAnotherKindIsOneError) {
    for (const Visual& visual : one_of_each()) {
        EncodedArrays arrays;
        const Value description = encode(visual, arrays);
        for (const auto& [name, value] : description.as_object()) {
            // Texts may be missing; nothing may be of another kind.
            Value wrong = description;
            wrong[name] = value.is_bool() ? Value("x") : Value(true);
            EXPECT_THROW(decode(wrong, arrays.arrays), engine::Error)
                << kind_of(visual) << "." << name;
            if (value.is_string()) continue;
            Value missing = description;
            missing.as_object().erase(name);
            EXPECT_THROW(decode(missing, arrays.arrays), engine::Error)
                << kind_of(visual) << "." << name;
        }
    }
}

TEST(VisualCodec, HugeSizesAreRefusedBeforeTheyTakeMemory) {
    const std::vector<Visual> all = one_of_each();
    EncodedArrays arrays;
    Value raster = encode(all[0], arrays);
    raster["width"] = 1 << 20;
    raster["height"] = 1 << 20;
    raster["channels"] = 1 << 16;
    EXPECT_THROW(decode(raster, arrays.arrays), engine::Error);
    EncodedArrays cloud_arrays;
    Value cloud = encode(all[1], cloud_arrays);
    cloud["count"] = std::numeric_limits<std::int64_t>::max();
    EXPECT_THROW(decode(cloud, cloud_arrays.arrays), engine::Error);
    Value later = cloud;
    later["kind"] = "hologram";
    try {
        decode(later, cloud_arrays.arrays);
        FAIL();
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().code, "E-VISUAL-002");
    }
}

}  // namespace
}  // namespace millrace::visual
