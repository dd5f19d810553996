#include "nodes/ops/street/street.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "nodes/ops/camera/project.hpp"
#include "nodes/ops/camera/transform.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

constexpr std::uint64_t kSeed = 3;

/// A quarter of the resolution: as much street for a tenth of the time.
StreetSettings small() {
    StreetSettings settings;
    settings.steps = 600;
    settings.width = 310;
    settings.height = 94;
    return settings;
}

bool same(const StreetFrame& a, const StreetFrame& b) {
    return a.cloud.points == b.cloud.points && a.cloud.fields == b.cloud.fields &&
           a.image.bytes == b.image.bytes &&
           a.calibration.world_from_lidar == b.calibration.world_from_lidar &&
           a.labels.boxes.size() == b.labels.boxes.size();
}

TEST(Street, IsAFunctionOfSettingsSeedAndItem) {
    const StreetFrame first = make_street_frame(small(), kSeed, 3);
    const StreetFrame other = make_street_frame(small(), kSeed, 1);
    const StreetFrame again = make_street_frame(small(), kSeed, 3);
    EXPECT_TRUE(same(first, again)) << "other frames in between must not matter";
    EXPECT_NE(first.cloud.points, other.cloud.points);
    EXPECT_NE(first.image.bytes, other.image.bytes);
    EXPECT_NE(first.image.bytes, make_street_frame(small(), kSeed + 1, 3).image.bytes);
}

TEST(Street, CloudHasTheFieldsOfARotatingLidar) {
    StreetSettings settings = small();
    settings.range_noise = 0;
    const StreetFrame frame = make_street_frame(settings, kSeed, 0);
    const std::size_t count = frame.cloud.points.size();
    EXPECT_EQ(frame.cloud.frame, "lidar");
    EXPECT_GT(count, 64U * 600 / 2);
    ASSERT_NE(frame.cloud.field("intensity"), nullptr);
    ASSERT_NE(frame.cloud.field("ring"), nullptr);
    const auto& intensity = std::get<std::vector<float>>(frame.cloud.field("intensity")->values);
    const auto& ring = std::get<std::vector<std::uint16_t>>(frame.cloud.field("ring")->values);
    ASSERT_EQ(intensity.size(), count);
    ASSERT_EQ(ring.size(), count);
    std::set<std::uint16_t> rings;
    for (std::size_t index = 0; index < count; ++index) {
        const types::Point& p = frame.cloud.points[index];
        const double range = std::hypot(p.x, p.y, p.z);
        ASSERT_GT(range, 0.5);
        ASSERT_LE(range, settings.max_range);
        ASSERT_GE(intensity[index], 0);
        ASSERT_LE(intensity[index], 1);
        const double elevation =
            settings.lowest + ring[index] * (settings.highest - settings.lowest) / 63;
        ASSERT_NEAR(std::asin(p.z / range), elevation, 1e-4);
        ASSERT_GT(p.z, -1.73 - 1e-3) << "nothing lies below the road";
        rings.insert(ring[index]);
    }
    EXPECT_EQ(rings.size(), 64U);
}

TEST(Street, NoiseAndDropOutActAsSet) {
    StreetSettings settings = small();
    settings.drop_out = 0;
    settings.range_noise = 0;
    const StreetFrame exact = make_street_frame(settings, kSeed, 0);
    settings.range_noise = 0.02;
    const StreetFrame noisy = make_street_frame(settings, kSeed, 0);
    settings.drop_out = 1;
    const StreetFrame lossy = make_street_frame(settings, kSeed, 0);
    ASSERT_EQ(exact.cloud.points.size(), noisy.cloud.points.size());
    EXPECT_LT(lossy.cloud.points.size(), 0.97 * static_cast<double>(noisy.cloud.points.size()));
    double sum = 0, squares = 0;
    for (std::size_t index = 0; index < exact.cloud.points.size(); ++index) {
        const types::Point &a = exact.cloud.points[index], &b = noisy.cloud.points[index];
        const double error = std::hypot(b.x, b.y, b.z) - std::hypot(a.x, a.y, a.z);
        sum += error;
        squares += error * error;
    }
    const auto count = static_cast<double>(exact.cloud.points.size());
    EXPECT_NEAR(sum / count, 0, 0.001);
    EXPECT_NEAR(std::sqrt(squares / count), 0.02, 0.001);
}

TEST(Street, LabelsHoldTheirPoints) {
    for (const std::uint64_t item : {0U, 40U}) {
        const StreetFrame frame = make_street_frame(small(), kSeed, item);
        std::map<std::string, int> labels;
        std::set<std::int64_t> tracks;
        for (const types::Box3d& box : frame.labels.boxes) {
            ++labels[box.label];
            tracks.insert(box.track);
            int inside = 0;
            for (const types::Point& p : frame.cloud.points) {
                const double x = p.x - box.center[0], y = p.y - box.center[1],
                             z = p.z - box.center[2];
                const double along = std::cos(box.yaw) * x + std::sin(box.yaw) * y;
                const double aside = std::cos(box.yaw) * y - std::sin(box.yaw) * x;
                // Mirrors stick out, and ranges have noise.
                inside += std::abs(along) < box.size[0] / 2 + 0.15 &&
                          std::abs(aside) < box.size[1] / 2 + 0.2 &&
                          std::abs(z) < box.size[2] / 2 + 0.1;
            }
            EXPECT_GE(inside, 5) << box.label << " " << box.track << " of frame " << item;
        }
        EXPECT_GT(labels["Car"], 8);
        EXPECT_GT(labels["Pedestrian"], 1);
        EXPECT_EQ(labels.size(), 2U);
        EXPECT_EQ(tracks.size(), frame.labels.boxes.size()) << "two objects share a track";
    }
}

TEST(Street, CameraAndLidarSeeTheSameSurfaces) {
    StreetSettings settings;
    settings.drop_out = 0;
    settings.width = 1242;
    const StreetFrame frame = make_street_frame(settings, kSeed, 7);
    const types::Camera& camera = frame.calibration.cameras.at(0);
    const ProjectedPoints projected = project_points(frame.cloud.points, camera);
    std::vector<std::array<float, 2>> pixels;
    std::vector<float> lidar_depth;
    for (std::size_t index = 0; index < projected.size(); ++index) {
        if (!projected.in_image[index]) continue;
        pixels.push_back({projected.uv[index].u, projected.uv[index].v});
        lidar_depth.push_back(projected.depth[index]);
    }
    ASSERT_GT(pixels.size(), 10000U);
    const std::vector<float> depth = street_depth(settings, kSeed, 7, pixels);
    ASSERT_EQ(depth.size(), pixels.size());
    int agree = 0, nearer = 0;
    for (std::size_t index = 0; index < depth.size(); ++index) {
        // Range noise is 2 cm; a nearer surface hides the point from the camera, which stands
        // elsewhere. Behind, the tolerance covers how far noise moves a point over a slanting
        // surface.
        if (std::abs(depth[index] - lidar_depth[index]) < 0.05F)
            ++agree;
        else if (depth[index] < lidar_depth[index])
            ++nearer;
    }
    const auto all = static_cast<int>(depth.size());
    EXPECT_GT(agree, (all - nearer) * 0.95);
    EXPECT_GT(agree, all * 0.90) << "most points must be visible at all";
}

TEST(Street, StandingThingsStandStillInTheWorld) {
    using Places = std::map<std::int64_t, std::array<double, 3>>;
    const auto places_at = [](std::uint64_t item) {
        const StreetFrame frame = make_street_frame(small(), kSeed, item);
        Places places;
        for (const types::Box3d& box : frame.labels.boxes)
            places[box.track] = transform(frame.calibration.world_from_lidar, box.center);
        return places;
    };
    const Places before = places_at(0), after = places_at(6);  // 6 m on
    int still = 0, moved = 0;
    for (const auto& [track, place] : before) {
        const auto found = after.find(track);
        if (found == after.end()) continue;
        const double distance =
            std::hypot(found->second[0] - place[0], found->second[1] - place[1]);
        (distance < 0.01 ? still : moved) += 1;
        EXPECT_LT(distance, 12) << "a track was given to somebody else";
        EXPECT_NEAR(found->second[2], place[2], 0.01);
    }
    EXPECT_GT(still, 5);
    EXPECT_GT(moved, 2);
}

TEST(Street, CalibrationIsThatOfKitti) {
    const types::Calibration calibration = street_calibration({}, 20);
    const types::Camera* camera = calibration.camera("camera");
    ASSERT_NE(camera, nullptr);
    EXPECT_EQ(camera->width, 1242);
    EXPECT_EQ(camera->height, 375);
    EXPECT_NEAR(camera->projection[0], 721.5, 0.1);
    // 10 m ahead of the LiDAR, 1 m to the left, at its height.
    const Vector3 seen = transform(camera->camera_from_lidar, {10, 1, 0});
    EXPECT_NEAR(seen[0], -1, 1e-6);
    EXPECT_NEAR(seen[1], -0.08, 1e-6);
    EXPECT_NEAR(seen[2], 9.73, 1e-6);
    EXPECT_NEAR(calibration.world_from_lidar[3], 32, 0.5) << "10 m/s for 2 s from 12 m";
    EXPECT_NEAR(calibration.world_from_lidar[11], 1.73, 1e-6);
}

TEST(Street, GoesOnForEver) {
    const StreetFrame frame = make_street_frame(small(), kSeed, 2'000'000);
    EXPECT_GT(frame.cloud.points.size(), 64U * 600 / 2);
    EXPECT_GT(frame.labels.boxes.size(), 5U);
    EXPECT_NEAR(frame.calibration.world_from_lidar[3], 2e6 + 12, 1);
}

TEST(Street, StopsWhenTold) {
    int asked = 0;
    make_street_frame(small(), kSeed, 0, [&] {
        ++asked;
        return true;
    });
    EXPECT_GE(asked, 1);
    EXPECT_LE(asked, 3);
}

TEST(Street, RefusesSensorsThatCannotBeBuilt) {
    const auto code = [](auto change) {
        StreetSettings settings = small();
        change(settings);
        return testing::error_code([&] { make_street_frame(settings, 1, 0); });
    };
    EXPECT_EQ(code([](StreetSettings& s) { s.rings = 0; }), "E-PARAM-004");
    EXPECT_EQ(code([](StreetSettings& s) { s.steps = 1 << 30; }), "E-PARAM-004");
    EXPECT_EQ(code([](StreetSettings& s) { s.width = 0; }), "E-PARAM-004");
    EXPECT_EQ(code([](StreetSettings& s) { s.height = 1 << 30; }), "E-PARAM-004");
    EXPECT_EQ(code([](StreetSettings& s) { s.max_range = std::nan(""); }), "E-PARAM-004");
}

TEST(Street, OnePixelAndOneRingWork) {
    StreetSettings settings;
    settings.rings = 1;
    settings.steps = 1;
    settings.width = settings.height = 1;
    const StreetFrame frame = make_street_frame(settings, kSeed, 0);
    EXPECT_LE(frame.cloud.points.size(), 1U);
    EXPECT_EQ(frame.image.bytes.size(), 3U);
}

}  // namespace
}  // namespace millrace::ops
