#include <gtest/gtest.h>

#include <algorithm>

#include "tests/nodes/fusion/fusion.hpp"

namespace millrace::testing {
namespace {

constexpr Rgb kBlack = {0, 0, 0};
constexpr Rgb kCar = {86, 204, 255};
constexpr Rgb kPedestrian = {255, 122, 198};
const engine::Object kPlain = {{"dimming", 0}, {"legend", false}, {"tags", false}};

engine::Object with(std::initializer_list<std::pair<const char*, engine::Value>> more) {
    engine::Object params = kPlain;
    for (const auto& [name, value] : more) params[name] = value;
    return params;
}

/// Depth 1 m is white, 100 m black and 10 m half way, drawn without a share of
/// the image.
engine::Object gray_points(double size = 6) {
    return with(
        {{"map", "gray"}, {"scale", engine::Array{1, 100}}, {"opacity", 1}, {"point_size", size}});
}

types::Image points_over(const std::vector<Seen>& seen, const engine::Object& params,
                         types::Image image = image_of()) {
    return run("fusion.overlay", params, std::move(image), projected_of(seen))
        .at(0)
        .as<types::Image>();
}

types::Image boxes_over(std::vector<types::Box3d> boxes, const engine::Object& params = kPlain,
                        types::Image image = image_of()) {
    return run("fusion.overlay", params, std::move(image), nullptr, boxes_of(std::move(boxes)),
               calibration_of({forward_camera()}))
        .at(0)
        .as<types::Image>();
}

types::Image rectangles_over(std::vector<types::Box2d> boxes, const engine::Object& params) {
    types::Boxes2d rectangles;
    rectangles.boxes = std::move(boxes);
    return run("fusion.overlay", params, image_of(), nullptr, nullptr, nullptr, rectangles)
        .at(0)
        .as<types::Image>();
}

types::Box2d rectangle(double left, double top, double right, double bottom) {
    types::Box2d box;
    box.xyxy = {left, top, right, bottom};
    box.label = "Car";
    return box;
}

/// Its near face, 9 m away, reaches from (44.5, 29.5) to (55.5, 50.5); the far
/// one is 19 m away.
types::Box3d near_box(std::string label = "Car") {
    return box_at(14, 0, 0, {10, 0.99, 1.89}, std::move(label));
}

TEST(Overlay, DrawsEachPointAtItsPixelInTheColorOfItsDepth) {
    const types::Image out =
        points_over({{20.5F, 30.5F, 10}, {70.5F, 10.5F, 1}, {50.5F, 60.5F, 50}}, gray_points());
    EXPECT_EQ(out.width, 100);
    EXPECT_EQ(out.height, 80);
    EXPECT_EQ(out.channels, 3);
    EXPECT_EQ(out.depth, types::Depth::U8);
    EXPECT_EQ(out.frame, "front");
    EXPECT_EQ(out.timestamp, 12.5);
    EXPECT_LE(difference(pixel_of(out, 20, 30), {127, 127, 127}), 1);
    EXPECT_EQ(pixel_of(out, 70, 10), (Rgb{255, 255, 255}));
    // ln 50 / ln 100 is 0.8495: 217 of 255 from the white end.
    EXPECT_LE(difference(pixel_of(out, 50, 60), {38, 38, 38}), 1);
    EXPECT_EQ(pixel_of(out, 45, 45), kBlack);
}

TEST(Overlay, PointsAreAsWideAsAskedAndNearOnesWider) {
    // 10 pixels, by 1.2 - depth / 100; both white.
    const auto area = [](float depth) {
        engine::Object params = gray_points(10);
        params["scale"] = engine::Array{95, 100};
        return ink_of(points_over({{20.5F, 30.5F, depth}}, params));
    };
    const double pi = std::acos(-1.0);
    EXPECT_NEAR(area(1), pi * 11.9 * 11.9 / 4, 2);
    EXPECT_NEAR(area(40), pi * 8 * 8 / 4, 1.5);
    EXPECT_NEAR(area(90), pi * 7.5 * 7.5 / 4, 1.5);
    const auto around = changed(image_of(), points_over({{20.5F, 30.5F, 90}}, gray_points(10)));
    EXPECT_EQ(around.left + around.right, 40);
    EXPECT_EQ(around.top + around.bottom, 60);
}

TEST(Overlay, TheNearestPointLiesOnTopInEveryOrder) {
    std::vector<Seen> seen = {{20.5F, 30.5F, 90}, {20.5F, 30.5F, 1}, {20.5F, 30.5F, 10}};
    for (int turn = 0; turn < 3; ++turn) {
        std::ranges::rotate(seen, seen.begin() + 1);
        EXPECT_EQ(pixel_of(points_over(seen, gray_points()), 20, 30), (Rgb{255, 255, 255}));
    }
}

TEST(Overlay, OpacityMixesWithTheImage) {
    engine::Object params = gray_points();
    params["opacity"] = 0.5;
    const types::Image out =
        points_over({{20.5F, 30.5F, 1}}, params, image_of(100, 80, {55, 100, 200}));
    EXPECT_LE(difference(pixel_of(out, 20, 30), {155, 178, 228}), 1);
    EXPECT_EQ(pixel_of(out, 60, 60), (Rgb{55, 100, 200}));
}

TEST(Overlay, ColorsByHeightAndIntensity) {
    types::PointCloud cloud = projected_of({{20.5F, 30.5F, 10}, {60.5F, 30.5F, 10}});
    cloud.points[0].z = -1;
    cloud.points[1].z = 2;
    cloud.origin = {0, 0, 1};
    cloud.fields.push_back({"intensity", 1, std::vector<float>{0.25F, 1}});
    const auto color_at = [&](const char* what, double low, double high, int x) {
        engine::Object params = gray_points();
        params["color"] = what;
        params["scale"] = engine::Array{low, high};
        return pixel_of(run("fusion.overlay", params, image_of(), cloud).at(0).as<types::Image>(),
                        x, 30);
    };
    // Heights 0 and 3 m with the origin; both scales are linear and rise.
    EXPECT_EQ(color_at("height", -1, 3, 20), (Rgb{64, 64, 64}));
    EXPECT_EQ(color_at("height", -1, 3, 60), (Rgb{255, 255, 255}));
    EXPECT_EQ(color_at("intensity", 0, 1, 20), (Rgb{64, 64, 64}));
    EXPECT_EQ(color_at("intensity", 0, 1, 60), (Rgb{255, 255, 255}));
}

TEST(Overlay, PointsThatAreNowhereLeaveNoTrace) {
    const std::vector<Seen> good = {{20.5F, 30.5F, 10}};
    std::vector<Seen> more = good;
    for (const Seen& bad :
         {Seen{kNan, 5, 5}, Seen{5, kNan, 5}, Seen{5, 5, kNan}, Seen{kInfinity, 5, 5},
          Seen{5, 5, kInfinity}, Seen{-500, 5, 5}, Seen{5, 1e30F, 5}, Seen{-3e38F, 3e38F, 5}})
        more.push_back(bad);
    EXPECT_EQ(points_over(more, gray_points()).bytes, points_over(good, gray_points()).bytes);
    EXPECT_EQ(points_over({}, kPlain).bytes, image_of().bytes);
    // With the defaults too: automatic sizes, scale, legend.
    EXPECT_EQ(points_over({}, {{"dimming", 0}, {"legend", false}}).bytes, image_of().bytes);
    EXPECT_NE(points_over(good, {}).bytes, image_of().bytes);
    EXPECT_EQ(points_over({{5, 5, kNan}}, kPlain).bytes, image_of().bytes);
}

TEST(Overlay, SixteenBitsAndOneChannelBecomeRgb) {
    types::Image deep(2, 1, 3, types::Depth::U16);
    const std::array<std::uint16_t, 6> numbers = {0, 257, 65535, 128 * 257, 10, 300};
    std::ranges::copy(numbers, deep.row<std::uint16_t>(0));
    const types::Image out = run("fusion.overlay", kPlain, deep).at(0).as<types::Image>();
    EXPECT_EQ(pixel_of(out, 0, 0), (Rgb{0, 1, 255}));
    EXPECT_EQ(pixel_of(out, 1, 0), (Rgb{128, 0, 1}));

    types::Image gray(2, 1, 1, types::Depth::U16);
    gray.row<std::uint16_t>(0)[1] = 200 * 257;
    const types::Image lit = run("fusion.overlay", kPlain, gray).at(0).as<types::Image>();
    EXPECT_EQ(pixel_of(lit, 0, 0), kBlack);
    EXPECT_EQ(pixel_of(lit, 1, 0), (Rgb{200, 200, 200}));
}

TEST(Overlay, DimmingTakesTheImageBack) {
    const types::Image white = image_of(4, 4, {200, 200, 200});
    const auto dimmed = [&](double amount) {
        return pixel_of(
            run("fusion.overlay", with({{"dimming", amount}}), white).at(0).as<types::Image>(), 2,
            2);
    };
    EXPECT_EQ(dimmed(0), (Rgb{200, 200, 200}));
    EXPECT_LE(difference(dimmed(0.5), {100, 100, 100}), 1);
    EXPECT_EQ(dimmed(1), kBlack);
}

TEST(Overlay, BoxesAreOutlinedAtTheirCorners) {
    for (const auto& box :
         {near_box(), box_at(14, 0, 0, {0.99, 10, 1.89}, "Car", std::acos(-1.0) / 2)}) {
        const types::Image out = boxes_over({box});
        for (const auto& [x, y] : {std::pair{44, 40}, {55, 40}, {50, 29}, {50, 50}})
            EXPECT_LE(difference(pixel_of(out, x, y), kCar), 12) << x << " " << y;
        const auto area = changed(image_of(), out);
        EXPECT_NEAR(area.left, 44.5 - 0.55, 1.5);
        EXPECT_NEAR(area.right + 1, 55.5 + 0.55, 1.5);
        EXPECT_NEAR(area.top, 29.5 - 0.55, 1.5);
        EXPECT_NEAR(area.bottom + 1, 50.5 + 0.55, 1.5);
    }
}

TEST(Overlay, TheFaceAheadIsShaded) {
    // Seen from behind, the front is the small far face; turned round it is the
    // large near one.
    const types::Box3d away = near_box();
    types::Box3d towards = away;
    towards.yaw = std::acos(-1.0);
    // Inside the near face, outside the far one, on no diagonal.
    EXPECT_EQ(pixel_of(boxes_over({away}), 50, 32), kBlack);
    const Rgb shaded = pixel_of(boxes_over({towards}), 50, 32);
    EXPECT_LE(difference(shaded, {19, 45, 56}), 2);
}

TEST(Overlay, NearBoxesLieOverFarOnes) {
    const types::Box3d far = box_at(23, 0, 0, {10, 1.98, 3.78}, "Pedestrian");
    const types::Image one = boxes_over({near_box(), far}), other = boxes_over({far, near_box()});
    EXPECT_EQ(one.bytes, other.bytes);
    EXPECT_LE(difference(pixel_of(one, 44, 40), kCar), 12);
    EXPECT_LE(difference(pixel_of(boxes_over({far}), 44, 40), kPedestrian), 12);
}

TEST(Overlay, BoxesThatAreNotSeenLeaveNoTrace) {
    const types::Image out =
        boxes_over({box_at(-10, 0, 0, {2, 2, 2}), box_at(10, 40, 0, {2, 2, 2}),
                    box_at(kNan, 0, 0, {2, 2, 2}), box_at(10, 0, 0, {2, kInfinity, 2})},
                   {{"dimming", 0}});
    EXPECT_EQ(out.bytes, image_of().bytes);
    // Round the camera and half behind it: drawn without a fault.
    EXPECT_NO_THROW(boxes_over(
        {box_at(0, 0, 0, {6, 6, 6}), box_at(0, 3, 0, {20, 2, 2}), box_at(1e300, 0, 0, {2, 2, 2})},
        {}));
}

TEST(Overlay, TheImagesCameraIsTaken) {
    types::Camera right = forward_camera("right");
    right.projection[2] += 20;
    types::Image image = image_of();
    image.frame = "right";
    const types::Image out = run("fusion.overlay", kPlain, image, nullptr, boxes_of({near_box()}),
                                 calibration_of({forward_camera(), right}))
                                 .at(0)
                                 .as<types::Image>();
    EXPECT_LE(difference(pixel_of(out, 64, 40), kCar), 12);
    EXPECT_EQ(pixel_of(out, 44, 40), kBlack);
}

TEST(Overlay, RectanglesAreOutlined) {
    const types::Image out = rectangles_over({rectangle(20.5, 10.5, 60.5, 50.5)}, kPlain);
    for (const auto& [x, y] : {std::pair{20, 30}, {60, 30}, {40, 10}, {40, 50}})
        EXPECT_LE(difference(pixel_of(out, x, y), kCar), 12) << x << " " << y;
    EXPECT_EQ(pixel_of(out, 40, 30), kBlack);
    EXPECT_EQ(pixel_of(out, 16, 30), kBlack);
    EXPECT_EQ(pixel_of(out, 64, 30), kBlack);
    const double nan = kNan, infinity = kInfinity;
    for (const auto& bad :
         {rectangle(nan, nan, nan, nan), rectangle(200, 10, 300, 50), rectangle(10, 90, 30, 120)})
        EXPECT_EQ(rectangles_over({bad}, {{"dimming", 0}}).bytes, image_of().bytes);
    EXPECT_NO_THROW(rectangles_over({rectangle(-infinity, 5, infinity, 5),
                                     rectangle(-1e30, -1e30, 1e30, 1e30), rectangle(5, 5, 5, 5)},
                                    {}));
}

TEST(Overlay, TagsAndTheLegendCanBeLeftOut) {
    const types::Image image = image_of(640, 480);
    types::Boxes2d rectangles;
    rectangles.boxes = {rectangle(100, 200, 200, 300)};
    const auto drawn = [&](bool legend, bool tags) {
        return run("fusion.overlay", {{"dimming", 0}, {"legend", legend}, {"tags", tags}}, image,
                   projected_of({{300, 100, 5}, {310, 100, 50}}), nullptr, nullptr, rectangles)
            .at(0)
            .as<types::Image>();
    };
    const types::Image bare = drawn(false, false);
    const auto tag = changed(bare, drawn(false, true)), legend = changed(bare, drawn(true, false));
    EXPECT_NEAR(tag.left, 100, 2);
    EXPECT_NEAR(tag.bottom, 198, 2);
    EXPECT_GT(legend.left, 640 * 2 / 3);
    EXPECT_GT(legend.bottom - legend.top, 150);
}

TEST(Overlay, SmallAndHugeImages) {
    for (const auto& [width, height] : {std::pair{1, 1}, {1, 50}, {6000, 3000}, {40000, 3}}) {
        const types::Image out = points_over({{0.5F, 0.5F, 1}}, {{"map", "gray"}, {"legend", true}},
                                             image_of(width, height, {100, 100, 100}));
        EXPECT_EQ(out.width, width);
        EXPECT_EQ(out.height, height);
        EXPECT_NE(pixel_of(out, 0, 0), (Rgb{100, 100, 100}));
        if (width < 100) continue;
        EXPECT_LE(difference(pixel_of(out, width - 1, height - 1), {65, 65, 65}), 1);
    }
    EXPECT_TRUE(points_over({{0, 0, 1}}, {}, types::Image(0, 0, 3)).bytes.empty());
}

TEST(Overlay, MissingFieldsAreNamed) {
    for (const char* name : {"u", "v", "depth"}) {
        types::PointCloud cloud = projected_of({{5, 5, 5}});
        std::erase_if(cloud.fields, [&](const types::PointField& f) { return f.name == name; });
        const auto problem = problem_of([&] { run("fusion.overlay", {}, image_of(), cloud); });
        EXPECT_EQ(problem.code, "E-FUSION-001");
        EXPECT_NE(problem.what.find(name), std::string::npos);
    }
    EXPECT_EQ(problem_of([] {
                  points_over({{5, 5, 5}}, {{"color", "intensity"}});
              }).code,
              "E-FUSION-001");
    types::PointCloud cut = projected_of({{5, 5, 5}, {6, 6, 6}});
    for (types::PointField& field : cut.fields)
        if (field.name == "v") field.values = std::vector<float>{5};
    EXPECT_EQ(problem_of([&] { run("fusion.overlay", {}, image_of(), cut); }).code, "E-FUSION-001");
}

TEST(Overlay, WhatDoesNotFitIsRefused) {
    const auto code = [](const engine::Object& params, types::Image image, auto calibration) {
        return problem_of([&] {
                   run("fusion.overlay", params, image, nullptr, boxes_of({near_box()}),
                       calibration);
               })
            .code;
    };
    const auto calibration = calibration_of({forward_camera(), forward_camera("left")});
    EXPECT_EQ(code({}, image_of(), nullptr), "E-FUSION-002");
    EXPECT_EQ(code({{"camera", "rear"}}, image_of(), calibration), "E-CAMERA-003");
    EXPECT_EQ(code({{"camera", "left"}}, image_of(), calibration), "E-CAMERA-004");
    EXPECT_EQ(code({}, image_of(50, 40), calibration), "E-CAMERA-004");
    EXPECT_EQ(code({}, image_of(), calibration_of({})), "E-CAMERA-003");
    EXPECT_EQ(code({}, types::Image(100, 80, 1, types::Depth::F32), calibration), "E-IMAGE-003");
    EXPECT_EQ(code({}, types::Image(100, 80, 2), calibration), "E-IMAGE-003");
    EXPECT_EQ(code({}, image_of(), calibration), "none");
}

TEST(Overlay, ParametersAreChecked) {
    const auto problems = [](const engine::Object& params) {
        return check_node(fusion_registry(), "fusion.overlay", params).size();
    };
    EXPECT_EQ(problems({}), 0U);
    EXPECT_EQ(problems({{"scale", engine::Array{1, 2}}}), 0U);
    EXPECT_EQ(problems({{"scale", engine::Array{2, 1}}}), 1U);
    EXPECT_EQ(problems({{"scale", engine::Array{1}}}), 1U);
    EXPECT_EQ(problems({{"opacity", 1.1}}), 1U);
    EXPECT_EQ(problems({{"color", "taste"}}), 1U);
}

}  // namespace
}  // namespace millrace::testing
