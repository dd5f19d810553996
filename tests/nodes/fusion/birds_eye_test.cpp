#include <gtest/gtest.h>

#include <algorithm>

#include "nodes/ops/draw/birds_eye.hpp"
#include "tests/nodes/fusion/fusion.hpp"

namespace millrace::testing {
namespace {

constexpr Rgb kGround = {13, 16, 21};
constexpr Rgb kCar = {86, 204, 255};

/// 100 x 100 pixels: (x, y) metres lies at pixel (50 - 10 y, 80 - 10 x); height
/// 0 is black, 1 m white; no rings, legend or tags.
engine::Object view(std::initializer_list<std::pair<const char*, engine::Value>> more = {}) {
    engine::Object params = {
        {"ahead", 8}, {"behind", 2},    {"side", 5},       {"map", "gray"}, {"low", 0},
        {"high", 1},  {"ring_step", 0}, {"legend", false}, {"tags", false}, {"resolution", 0.1}};
    for (const auto& [name, value] : more) params[name] = value;
    return params;
}

types::Image seen(std::vector<types::Point> points, const engine::Object& params = view()) {
    return run("fusion.birds_eye", params, cloud_of(std::move(points))).at(0).as<types::Image>();
}

types::Image with_boxes(std::vector<types::Box3d> boxes, const engine::Object& params = view()) {
    return run("fusion.birds_eye", params, cloud_of({}), boxes_of(std::move(boxes)))
        .at(0)
        .as<types::Image>();
}

/// A point's opacity is 0.9.
Rgb over_ground(int gray) {
    Rgb color;
    for (int c = 0; c < 3; ++c)
        color[c] = static_cast<std::uint8_t>(kGround[c] + 0.9 * (gray - kGround[c]) + 0.5);
    return color;
}

TEST(BirdsEye, ForwardIsUpAndLeftIsLeft) {
    const types::Image out = seen({{4.95F, 2.05F, 1}, {2.95F, -3.05F, 0.5F}, {-1.05F, 4.05F, 0}});
    EXPECT_EQ(out.width, 100);
    EXPECT_EQ(out.height, 100);
    EXPECT_LE(difference(pixel_of(out, 29, 30), over_ground(255)), 4);
    EXPECT_LE(difference(pixel_of(out, 80, 50), over_ground(128)), 4);
    EXPECT_LE(difference(pixel_of(out, 9, 90), over_ground(0)), 4);
    EXPECT_EQ(pixel_of(out, 29, 26), kGround);
    EXPECT_EQ(pixel_of(out, 29, 34), kGround);
}

TEST(BirdsEye, TheHighestPointShowsInEveryOrder) {
    std::vector<types::Point> points = {{4.95F, 2.05F, 1}, {4.95F, 2.05F, 0}, {4.95F, 2.05F, 0.5F}};
    for (int turn = 0; turn < 3; ++turn) {
        std::ranges::rotate(points, points.begin() + 1);
        EXPECT_GT(pixel_of(seen(points), 29, 30)[0], 225);
    }
}

TEST(BirdsEye, TheOriginMovesTheCloud) {
    types::PointCloud cloud = cloud_of({{1.95F, 1.05F, 0.5F}});
    cloud.origin = {3, 1, 0.5};
    const types::Image out = run("fusion.birds_eye", view(), cloud).at(0).as<types::Image>();
    EXPECT_EQ(out.bytes, seen({{4.95F, 2.05F, 1}}).bytes);
}

TEST(BirdsEye, ColorsByRangeAndIntensity) {
    // Range 0 is white, the far corner hypot(8, 5) black.
    const types::Image range = seen({{2.95F, 4.05F, 0}}, view({{"color", "depth"}}));
    const int gray =
        static_cast<int>(255 - 255 * std::hypot(2.95, 4.05) / std::hypot(8.0, 5.0) + 0.5);
    EXPECT_LE(difference(pixel_of(range, 9, 50), over_ground(gray)), 4);

    types::PointCloud cloud = cloud_of({{4.95F, 2.05F, 0}, {2.95F, 2.05F, 0}});
    cloud.fields.push_back({"intensity", 1, std::vector<float>{0, 10}});
    const types::Image bright =
        run("fusion.birds_eye", view({{"color", "intensity"}}), cloud).at(0).as<types::Image>();
    EXPECT_LT(pixel_of(bright, 29, 30)[0], 10);
    EXPECT_GT(pixel_of(bright, 29, 50)[0], pixel_of(bright, 29, 30)[0]);
}

TEST(BirdsEye, PointsThatAreNowhereLeaveNoTrace) {
    const types::Image empty = seen({});
    EXPECT_EQ(seen({{kNan, 1, 1},
                    {1, kNan, 1},
                    {3, 3, kNan},
                    {kInfinity, 1, 1},
                    {3, 3, kInfinity},
                    {1, -kInfinity, 1},
                    {30, 1, 1},
                    {3, 20, 1},
                    {3e38F, -3e38F, 1}})
                  .bytes,
              empty.bytes);
    EXPECT_NE(seen({{3, 3, 1}}).bytes, empty.bytes);
    EXPECT_EQ(pixel_of(empty, 20, 20), kGround);
}

TEST(BirdsEye, BoxesAreOutlinedAtTheirCorners) {
    const types::Image empty = seen({});
    for (const auto& box : {box_at(4.95, 2.05, 9, {2, 1.2, 2}),
                            box_at(4.95, 2.05, 0, {1.2, 2, 2}, "Car", std::acos(-1.0) / 2)}) {
        const types::Image out = with_boxes({box});
        // x from 3.95 to 5.95, y from 1.45 to 2.65.
        for (const auto& [x, y] : {std::pair{23, 33}, {35, 33}, {26, 20}, {26, 40}})
            EXPECT_LE(difference(pixel_of(out, x, y), kCar), 12) << x << " " << y;
        const auto area = changed(empty, out);
        EXPECT_NEAR(area.left, 23.5 - 0.75, 1);
        EXPECT_NEAR(area.right + 1, 35.5 + 0.75, 1);
        EXPECT_NEAR(area.top, 20.5 - 0.75, 1);
        EXPECT_NEAR(area.bottom + 1, 40.5 + 0.75, 1);
        // Inside only a tint of 0.16.
        EXPECT_LE(difference(pixel_of(out, 26, 35), {25, 46, 58}), 2);
    }
}

TEST(BirdsEye, ALineLeadsToTheFrontOfABox) {
    // From the middle (29.5, 30.5) up, then, a quarter turn on, to the left.
    const types::Image up = with_boxes({box_at(4.95, 2.05, 0, {2, 2, 2})});
    EXPECT_LE(difference(pixel_of(up, 29, 25), kCar), 12);
    EXPECT_GT(difference(pixel_of(up, 29, 36), kCar), 100);
    const types::Image left =
        with_boxes({box_at(4.95, 2.05, 0, {2, 2, 2}, "Car", std::acos(-1.0) / 2)});
    EXPECT_LE(difference(pixel_of(left, 24, 30), kCar), 12);
    EXPECT_GT(difference(pixel_of(left, 35, 30), kCar), 100);
}

TEST(BirdsEye, BoxesThatAreNotShownLeaveNoTrace) {
    const types::Image empty = seen({}, view({{"tags", true}}));
    EXPECT_EQ(with_boxes({box_at(30, 0, 0, {2, 2, 2}), box_at(3, -30, 0, {2, 2, 2}),
                          box_at(kNan, 0, 0, {2, 2, 2}), box_at(3, kNan, 0, {2, 2, 2}),
                          box_at(1e300, 0, 0, {2, 2, 2})},
                         view({{"tags", true}}))
                  .bytes,
              empty.bytes);
    EXPECT_NO_THROW(
        with_boxes({box_at(3, 0, 0, {kInfinity, 2, 2}), box_at(3, 0, 0, {1e30, 1e30, 1})}, {}));
}

TEST(BirdsEye, TheWedgeShowsWhatACameraSees) {
    // f is half the width: 45 degrees to both sides.
    types::Camera camera = forward_camera();
    camera.projection[0] = camera.projection[5] = 50;
    const types::Image empty = seen({});
    const types::Image out =
        run("fusion.birds_eye", view(), cloud_of({}), nullptr, calibration_of({camera}))
            .at(0)
            .as<types::Image>();
    // The borders run through (50 -+ k, 80 - k).
    const Rgb line = {76, 86, 103};
    for (int x : {5, 10, 20, 30}) {
        EXPECT_LE(difference(pixel_of(out, x, x + 30), line), 14) << x;
        EXPECT_LE(difference(pixel_of(out, 99 - x, x + 30), line), 14) << x;
        EXPECT_EQ(pixel_of(out, x, x + 35), pixel_of(empty, x, x + 35));
        EXPECT_EQ(pixel_of(out, x, x + 25), pixel_of(empty, x, x + 25));
    }
    camera.width = 0;  // not known: no wedge
    EXPECT_EQ(run("fusion.birds_eye", view(), cloud_of({}), nullptr, calibration_of({camera}))
                  .at(0)
                  .as<types::Image>()
                  .bytes,
              empty.bytes);
}

TEST(BirdsEye, RingsStandAtTheirRadius) {
    const types::Image empty = seen({}), out = seen({}, view({{"ring_step", 4}}));
    // 40 pixels from (50, 80), at 3 : 4 : 5.
    for (const auto& [x, y] : {std::pair{25, 47}, {26, 47}, {25, 48}, {26, 48}})
        EXPECT_NE(pixel_of(out, x, y), pixel_of(empty, x, y)) << x << " " << y;
    EXPECT_EQ(pixel_of(out, 23, 45), kGround);
    EXPECT_EQ(pixel_of(out, 29, 51), kGround);
}

TEST(BirdsEye, RingsThatWouldFillThePictureAreLeftOut) {
    const types::Image empty = seen({});
    for (double step : {1e-300, 1e-12, 1e-3, 0.3})
        EXPECT_EQ(seen({}, view({{"ring_step", step}})).bytes, empty.bytes) << step;
}

TEST(BirdsEye, HasTheSizeOfWhatIsShown) {
    const types::Image image = run("fusion.birds_eye", {}, cloud_of({})).at(0).as<types::Image>();
    EXPECT_EQ(image.width, 600);
    EXPECT_EQ(image.height, 800);
    types::PointCloud cloud = cloud_of({});
    cloud.timestamp = 3.25;
    EXPECT_EQ(run("fusion.birds_eye", {}, cloud).at(0).as<types::Image>().timestamp, 3.25);
    // The smallest, with all its parts.
    const types::Image small =
        run("fusion.birds_eye", {{"ahead", 16}, {"behind", 0}, {"side", 8}, {"resolution", 1}},
            cloud_of({{3, 3, 1}}), boxes_of({box_at(5, 1, 0, {4, 2, 2})}))
            .at(0)
            .as<types::Image>();
    EXPECT_EQ(small.width, 16);
    EXPECT_EQ(small.height, 16);
}

TEST(BirdsEye, TagsAndTheLegendCanBeLeftOut) {
    const auto drawn = [](bool legend, bool tags) {
        return with_boxes({box_at(25, 5, 0, {4, 2, 2})}, {{"legend", legend}, {"tags", tags}});
    };
    const types::Image bare = drawn(false, false);
    const auto legend = changed(bare, drawn(true, false)), tag = changed(bare, drawn(false, true));
    EXPECT_GT(legend.left, 400);
    EXPECT_GT(legend.bottom - legend.top, 100);
    // Right of the box, whose right border is at (30 - 4) / 0.1 and whose top at
    // (60 - 27) / 0.1.
    EXPECT_NEAR(tag.left, 263, 2);
    EXPECT_NEAR(tag.top, 330, 2);
}

TEST(BirdsEye, WhatDoesNotFitIsRefused) {
    const auto code = [](const engine::Object& params, auto calibration) {
        return problem_of([&] {
                   run("fusion.birds_eye", params, cloud_of({{1, 1, 1}}), nullptr, calibration);
               })
            .code;
    };
    EXPECT_EQ(code({{"color", "intensity"}}, nullptr), "E-FUSION-001");
    EXPECT_EQ(code({{"camera", "rear"}}, calibration_of({forward_camera()})), "E-CAMERA-003");
    EXPECT_EQ(code({}, calibration_of({})), "E-CAMERA-003");
    types::Camera flat = forward_camera();
    flat.camera_from_lidar = {};
    EXPECT_EQ(code({}, calibration_of({flat})), "E-TRANSFORM-001");
    EXPECT_EQ(code({}, nullptr), "none");
}

TEST(BirdsEye, ParametersAreChecked) {
    const auto wheres = [](const engine::Object& params) {
        std::string all;
        for (const auto& problem : check_node(fusion_registry(), "fusion.birds_eye", params))
            all += problem.where + " ";
        return all;
    };
    EXPECT_EQ(wheres({}), "");
    EXPECT_EQ(wheres({{"low", 2}, {"high", 2}}), "node.high ");
    EXPECT_EQ(wheres({{"resolution", 0.01}, {"ahead", 500}}), "node.resolution ");
    EXPECT_EQ(wheres({{"resolution", 10}}), "node.resolution ");
    EXPECT_EQ(wheres({{"side", 0}}), "node.side ");
}

TEST(BirdsEye, TheDrawingItselfRefusesSizes) {
    for (double resolution : {1e-9, 0.0, 1e9}) {
        const auto problem = problem_of([&] {
            ops::draw_birds_eye(cloud_of({}), nullptr, nullptr, {.resolution = resolution});
        });
        EXPECT_EQ(problem.code, "E-IMAGE-005") << resolution;
        EXPECT_EQ(problem.where, "resolution");
    }
}

}  // namespace
}  // namespace millrace::testing
