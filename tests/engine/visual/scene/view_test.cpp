#include "engine/visual/scene/view.hpp"

#include <gtest/gtest.h>

#include <numbers>

#include "tests/engine/visual/scene/support.hpp"

namespace millrace::tests {
namespace {

using visual::Bounds;
using visual::Lens;
using visual::Preset;
using visual::Projector;
using visual::Vector3;
using visual::View;

void expect_near(const Vector3& a, const Vector3& b, double tolerance) {
    for (int i = 0; i < 3; ++i) EXPECT_NEAR(a[i], b[i], tolerance) << "axis " << i;
}

TEST(View, KnownPointFallsOnKnownPixel) {
    const Projector projector(straight_view(), 200, 100, {});
    // Focal length 50 pixels: 10 m ahead, 2 m to the left (+y) and 1 m up are 10 and 5 pixels.
    const auto pixel = projector.project({10, 2, 1});
    ASSERT_TRUE(pixel);
    EXPECT_NEAR(pixel->x, 90, 1e-9);
    EXPECT_NEAR(pixel->y, 45, 1e-9);
    EXPECT_NEAR(pixel->depth, 10, 1e-9);
    EXPECT_FALSE(projector.project({-1, 0, 0})) << "behind the eye";
    EXPECT_FALSE(projector.project({1001, 0, 0})) << "beyond the far plane";
}

TEST(View, OrthographicAgreesWithPerspectiveAtTheTargetsDepth) {
    View view = random_view(3);
    view.lens = Lens::Perspective;
    const Vector3 point = view.target + view.right() * 0.4 + view.up() * 0.3;
    const auto one = Projector(view, 320, 200, {}).project(point);
    view.lens = Lens::Orthographic;
    const auto other = Projector(view, 320, 200, {}).project(point);
    ASSERT_TRUE(one && other);
    EXPECT_NEAR(one->x, other->x, 1e-6);
    EXPECT_NEAR(one->y, other->y, 1e-6);
}

TEST(View, RaysLeadBackToThePoint) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Projector projector(random_view(seed), 640, 360, {{-20, -20, -20}, {20, 20, 20}});
        const Vector3 point = projector.unproject(123.25, 217.75, 7);
        const visual::Ray ray = projector.ray(123.25, 217.75);
        EXPECT_NEAR(visual::length(ray.direction), 1, 1e-12);
        EXPECT_LT(visual::length(visual::cross(point - ray.origin, ray.direction)), 1e-9);
        const visual::Projected back = projector.to_pixel(projector.to_camera(point));
        EXPECT_NEAR(back.x, 123.25, 1e-6);
        EXPECT_NEAR(back.y, 217.75, 1e-6);
        EXPECT_NEAR(back.depth, 7, 1e-9);
    }
}

TEST(View, MatricesForOpenGlGiveTheSamePixel) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Projector projector(random_view(seed), 640, 360, {{-20, -20, -20}, {20, 20, 20}});
        const Vector3 origin = {3, -2, 1}, point = projector.unproject(200, 100, 5);
        const visual::Matrix4 clip_from_local =
            visual::product(projector.projection_matrix(), projector.view_matrix(origin));
        const Vector3 local = point - origin;
        double clip[4];
        for (int row = 0; row < 4; ++row) {
            const double* m = clip_from_local.data() + row * 4;
            clip[row] = m[0] * local[0] + m[1] * local[1] + m[2] * local[2] + m[3];
        }
        EXPECT_NEAR((clip[0] / clip[3] + 1) / 2 * 640, 200, 1e-6);
        EXPECT_NEAR((1 - clip[1] / clip[3]) / 2 * 360, 100, 1e-6);
        const auto rows = projector.pixel_rows(origin);
        const auto row = [&](int i) {
            return rows[i][0] * local[0] + rows[i][1] * local[1] + rows[i][2] * local[2] +
                   rows[i][3];
        };
        const double scale = projector.perspective() ? row(2) : 1;
        EXPECT_NEAR(row(0) / scale, 200, 1e-6);
        EXPECT_NEAR(row(1) / scale, 100, 1e-6);
        EXPECT_NEAR(row(2), 5, 1e-9);
    }
}

TEST(View, ClipDepthsRunFromMinusOneToOne) {
    for (const Lens lens : {Lens::Perspective, Lens::Orthographic}) {
        View view = straight_view();
        view.lens = lens;
        const Projector projector(view, 64, 64, {});
        const visual::Matrix4 m = projector.projection_matrix();
        const auto depth = [&](double z) { return (m[10] * -z + m[11]) / (m[14] * -z + m[15]); };
        EXPECT_NEAR(depth(projector.near_plane()), -1, 1e-9);
        EXPECT_NEAR(depth(projector.far_plane()), 1, 1e-9);
    }
}

TEST(View, OrbitKeepsTheTargetAndStopsUpright) {
    View view = random_view(1);
    const Vector3 target = view.target;
    view.orbit(0.3, 9);
    EXPECT_EQ(view.target, target);
    EXPECT_NEAR(view.pitch, std::numbers::pi / 2, 1e-12);
    EXPECT_NEAR(visual::length(view.eye() - target), view.distance, 1e-9);
    EXPECT_NEAR(visual::dot(view.up(), view.forward()), 0, 1e-12);
    expect_near(visual::cross(view.forward(), view.up()), view.right(), 1e-12);
}

TEST(View, LookKeepsTheEye) {
    View view = random_view(2);
    const Vector3 eye = view.eye();
    view.look(0.4, -0.2);
    expect_near(view.eye(), eye, 1e-9);
}

TEST(View, PannedPointFollowsThePointer) {
    View view = random_view(5);
    const Vector3 point = view.target;
    view.pan(30, -12, 360);
    const auto pixel = Projector(view, 640, 360, {}).project(point);
    ASSERT_TRUE(pixel);
    EXPECT_NEAR(pixel->x, 350, 1e-6);
    EXPECT_NEAR(pixel->y, 168, 1e-6);
}

TEST(View, ZoomKeepsWhatIsUnderThePointer) {
    View view = random_view(6);
    const Vector3 point =
        Projector(view, 640, 360, {})
            .unproject(100, 300, view.lens == Lens::Perspective ? view.distance : 1);
    const Vector3 in_plane =
        view.lens == Lens::Perspective
            ? point
            : point + view.forward() * visual::dot(view.target - point, view.forward());
    view.zoom(0.5, 100, 300, 640, 360);
    const Projector after(view, 640, 360, {});
    const visual::Projected pixel = after.to_pixel(after.to_camera(in_plane));
    EXPECT_NEAR(pixel.x, 100, 1e-6);
    EXPECT_NEAR(pixel.y, 300, 1e-6);
}

TEST(View, FlyMovesEyeAndTarget) {
    View view = straight_view();
    view.fly(3, 2, 1);
    expect_near(view.eye(), {3, -2, 1}, 1e-12);
    expect_near(view.target, {13, -2, 1}, 1e-12);
}

TEST(View, PresetsLookAlongTheAxes) {
    View view;
    view.set(Preset::Top);
    expect_near(view.forward(), {0, 0, -1}, 1e-12);
    expect_near(view.up(), {1, 0, 0}, 1e-12);
    view.set(Preset::Front);
    expect_near(view.forward(), {-1, 0, 0}, 1e-12);
    view.set(Preset::Left);
    expect_near(view.forward(), {0, -1, 0}, 1e-12);
    expect_near(view.up(), {0, 0, 1}, 1e-12);
}

TEST(View, FitShowsAllCornersAndFillsThePicture) {
    const Bounds bounds = {{-30, 5, -2}, {50, 25, 9}};
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        View view = random_view(seed);
        view.fit(bounds, 640, 360);
        const Projector projector(view, 640, 360, bounds);
        double most = 0;
        for (int i = 0; i < 8; ++i) {
            const auto pixel = projector.project(bounds.corner(i));
            ASSERT_TRUE(pixel) << "seed " << seed << " corner " << i;
            most = std::max({most, std::abs(pixel->x - 320) / 320, std::abs(pixel->y - 180) / 180});
        }
        EXPECT_LE(most, 1) << "seed " << seed;
        EXPECT_GT(most, 0.85) << "seed " << seed;
    }
}

TEST(View, FocusComesCloserNeverFarther) {
    View view = straight_view(10);
    view.focus({1, 2, 3}, 4);
    EXPECT_EQ(view.distance, 4);
    view.focus({3, 2, 1}, 40);
    EXPECT_EQ(view.distance, 4);
    EXPECT_EQ(view.target, (Vector3{3, 2, 1}));
    view.focus({Bounds::kNone, 0, 0}, 1);
    EXPECT_EQ(view.target, (Vector3{3, 2, 1}));
}

TEST(View, TowardsTurnsTheShorterWay) {
    View from = straight_view(10), to = straight_view(40);
    from.yaw = 3;
    to.yaw = -3;
    to.lens = Lens::Orthographic;
    const View middle = from.towards(to, 0.5);
    EXPECT_NEAR(middle.distance, 20, 1e-9);
    EXPECT_NEAR(std::cos(middle.yaw), -1, 1e-9);
    EXPECT_NEAR(middle.target[0], 25, 1e-9);
    EXPECT_EQ(from.towards(to, 0.1).lens, Lens::Perspective);
    EXPECT_EQ(from.towards(to, 7).target, to.target);
    expect_near(from.towards(to, 0).eye(), from.eye(), 1e-9);
    expect_near(from.towards(to, 1).eye(), to.eye(), 1e-9);
}

TEST(View, PlanesHoldTheSceneAndStayInOrder) {
    const Bounds bounds = {{-20, -20, -3}, {20, 20, 3}};
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const Projector projector(random_view(seed), 64, 48, bounds);
        EXPECT_GT(projector.near_plane(), 0);
        EXPECT_LT(projector.near_plane(), projector.far_plane());
        for (int i = 0; i < 8; ++i) {
            const double depth = projector.to_camera(bounds.corner(i))[2];
            EXPECT_LE(depth, projector.far_plane());
            if (!projector.perspective()) {
                EXPECT_GE(depth, projector.near_plane());
            }
        }
    }
}

}  // namespace
}  // namespace millrace::tests
