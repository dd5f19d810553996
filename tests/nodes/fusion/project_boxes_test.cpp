#include <gtest/gtest.h>

#include "tests/nodes/fusion/fusion.hpp"

namespace millrace::testing {
namespace {

types::Boxes2d project(std::vector<types::Box3d> boxes, const engine::Object& params = {}) {
    return run("fusion.project_boxes", params, boxes_of(std::move(boxes)),
               calibration_of({forward_camera()}), image_of())
        .at(0)
        .as<types::Boxes2d>();
}

void expect_box(const types::Box2d& box, std::array<double, 4> xyxy) {
    for (int i = 0; i < 4; ++i) EXPECT_NEAR(box.xyxy[i], xyxy[i], 1e-4) << i;
}

TEST(ProjectBoxes, ByHand) {
    // Its near face is at depth 9: half a metre and one metre are 100 / 9 of these pixels.
    types::Box3d box = box_at(10, 0, 0, {2, 1, 2}, "Van");
    box.score = 0.75;
    const types::Boxes2d out = project({box});
    ASSERT_EQ(out.boxes.size(), 1U);
    expect_box(out.boxes[0], {50 - 50 / 9.0, 40 - 100 / 9.0, 50 + 50 / 9.0, 40 + 100 / 9.0});
    EXPECT_EQ(out.boxes[0].label, "Van");
    EXPECT_EQ(out.boxes[0].score, 0.75);
    EXPECT_EQ(out.frame, "front");
}

TEST(ProjectBoxes, TurnsWithTheYaw) {
    // A quarter turn swaps length and width.
    const types::Boxes2d out = project({box_at(10, 0, 0, {4, 2, 2}, "Car", std::acos(-1.0) / 2)});
    ASSERT_EQ(out.boxes.size(), 1U);
    expect_box(out.boxes[0], {50 - 200 / 9.0, 40 - 100 / 9.0, 50 + 200 / 9.0, 40 + 100 / 9.0});
}

TEST(ProjectBoxes, AreCutAtTheImage) {
    const types::Boxes2d out = project({box_at(10, 5, 0, {2, 2, 2})});
    ASSERT_EQ(out.boxes.size(), 1U);
    // y 4 to 6 at depth 9 to 11: u from far beyond the left border to 50 - 400 / 11.
    expect_box(out.boxes[0], {0, 40 - 100 / 9.0, 50 - 400 / 11.0, 40 + 100 / 9.0});
}

TEST(ProjectBoxes, OnesRoundTheCameraFillIt) {
    const types::Boxes2d out = project({box_at(0, 0, 0, {6, 6, 6})});
    ASSERT_EQ(out.boxes.size(), 1U);
    expect_box(out.boxes[0], {0, 0, 100, 80});
}

TEST(ProjectBoxes, OnesBesideTheCameraReachOnlyWhereTheyAre) {
    // From behind the camera to 10 m ahead, 2 to 4 m to the left: its nearest seen edge is at depth
    // 10, u 50 - 20.
    const types::Boxes2d out = project({box_at(0, 3, 0, {20, 2, 2})});
    ASSERT_EQ(out.boxes.size(), 1U);
    EXPECT_EQ(out.boxes[0].xyxy[0], 0);
    EXPECT_NEAR(out.boxes[0].xyxy[2], 30, 1e-4);
}

TEST(ProjectBoxes, LeavesOutWhatIsNotSeen) {
    const float nan = kNan;
    const types::Boxes2d out = project(
        {box_at(-10, 0, 0, {2, 2, 2}, "behind"), box_at(10, 30, 0, {2, 2, 2}, "left"),
         box_at(nan, 0, 0, {2, 2, 2}, "NaN"), box_at(10, 0, 0, {2, kInfinity, 2}, "endless"),
         box_at(20, 0, 0, {2, 2, 2}, "seen"), box_at(1e300, 0, 0, {2, 2, 2}, "far")});
    ASSERT_EQ(out.boxes.size(), 1U);
    EXPECT_EQ(out.boxes[0].label, "seen");
    EXPECT_TRUE(project({}).boxes.empty());
}

TEST(ProjectBoxes, KeepsTheOrder) {
    const types::Boxes2d out =
        project({box_at(40, 0, 0, {2, 2, 2}, "b"), box_at(10, 0, 0, {2, 2, 2}, "a"),
                 box_at(20, 2, 0, {2, 2, 2}, "c")});
    ASSERT_EQ(out.boxes.size(), 3U);
    EXPECT_EQ(out.boxes[0].label + out.boxes[1].label + out.boxes[2].label, "bac");
}

TEST(ProjectBoxes, SmallOnesAreLeftOut) {
    // 200 / 99 pixels wide and high.
    const auto far = box_at(100, 0, 0, {2, 2, 2});
    EXPECT_EQ(project({far}).boxes.size(), 1U);
    EXPECT_EQ(project({far}, {{"min_size", 2.1}}).boxes.size(), 0U);
    EXPECT_EQ(project({box_at(100, 0, 0, {2, 20, 2})}, {{"min_size", 2.1}}).boxes.size(), 0U);
    // A box without height covers nothing.
    EXPECT_EQ(project({box_at(10, 0, 0, {0, 2, 0})}, {{"min_size", 0}}).boxes.size(), 0U);
}

TEST(ProjectBoxes, ImagesThatDoNotFitAreRefused) {
    EXPECT_EQ(problem_of([] {
                  run("fusion.project_boxes", {}, boxes_of({}), calibration_of({forward_camera()}),
                      image_of(10, 10));
              }).code,
              "E-CAMERA-004");
    EXPECT_EQ(problem_of([] {
                  run("fusion.project_boxes", {{"camera", "left"}}, boxes_of({}),
                      calibration_of({forward_camera()}), image_of());
              }).code,
              "E-CAMERA-003");
}

}  // namespace
}  // namespace millrace::testing
