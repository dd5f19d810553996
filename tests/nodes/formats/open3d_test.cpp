// Our readers and writers against Open3D's: files of each are read by the other to the same clouds.
#include <gtest/gtest.h>
#include <open3d/geometry/PointCloud.h>
#include <open3d/io/PointCloudIO.h>
#include <open3d/utility/Logging.h>

#include <cmath>
#include <random>

#include "engine/visual/io/cloud_io.hpp"
#include "engine/visual/io/files.hpp"
#include "tests/engine/support.hpp"

namespace millrace::testing {
namespace {

using visual::CloudEncoding;
using visual::CloudFormat;

struct Way {
    const char* name;
    const char* file;
    CloudFormat format;
    CloudEncoding encoding;
    open3d::io::WritePointCloudOption option;
};

void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

const Way kWays[] = {
    {"PcdAscii", "a.pcd", CloudFormat::Pcd, CloudEncoding::Ascii, {true, false}},
    {"PcdBinary", "a.pcd", CloudFormat::Pcd, CloudEncoding::Binary, {false, false}},
    {"PcdCompressed", "a.pcd", CloudFormat::Pcd, CloudEncoding::BinaryCompressed, {false, true}},
    {"PlyAscii", "a.ply", CloudFormat::Ply, CloudEncoding::Ascii, {true, false}},
    {"PlyBinary", "a.ply", CloudFormat::Ply, CloudEncoding::Binary, {false, false}}};

class Open3dFiles : public ::testing::TestWithParam<Way> {
protected:
    std::filesystem::path file() const { return folder_.path / GetParam().file; }
    engine::testing::TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Cloud, Open3dFiles, ::testing::ValuesIn(kWays),
                         [](const auto& info) { return std::string(info.param.name); });

/// Colours are bytes in files and fractions in Open3D.
Eigen::Vector3d fraction(const std::vector<std::uint8_t>& rgb, std::size_t point) {
    return Eigen::Vector3d(rgb[point * 3], rgb[point * 3 + 1], rgb[point * 3 + 2]) / 255;
}

visual::Cloud our_cloud(std::size_t count) {
    std::mt19937 random(11);
    std::uniform_real_distribution<float> place(-80, 80), part(-1, 1);
    visual::Cloud cloud;
    std::vector<float> normal;
    std::vector<std::uint8_t> rgb;
    for (std::size_t i = 0; i < count; ++i) {
        cloud.points.push_back({place(random), place(random), place(random)});
        for (int axis = 0; axis < 3; ++axis) {
            normal.push_back(part(random));
            rgb.push_back(static_cast<std::uint8_t>(random() % 256));
        }
    }
    cloud.fields = {{"normal", 3, std::move(normal)}, {"rgb", 3, std::move(rgb)}};
    return cloud;
}

TEST_P(Open3dFiles, ReadsWhatWeWrite) {
    for (const std::size_t count : {1, 2, 1000}) {
        const visual::Cloud cloud = our_cloud(count);
        visual::write_file_atomically(file(),
                                      write_cloud(cloud, GetParam().format, GetParam().encoding));
        open3d::geometry::PointCloud read;
        ASSERT_TRUE(open3d::io::ReadPointCloud(file().string(), read));
        ASSERT_EQ(read.points_.size(), count);
        ASSERT_EQ(read.normals_.size(), count);
        ASSERT_EQ(read.colors_.size(), count);
        const auto& normal = std::get<std::vector<float>>(cloud.field("normal")->values);
        const auto& rgb = std::get<std::vector<std::uint8_t>>(cloud.field("rgb")->values);
        for (std::size_t i = 0; i < count; ++i) {
            const visual::Point& point = cloud.points[i];
            // As float: text gives the shortest digits of one, which are other digits of a double.
            ASSERT_EQ(read.points_[i].cast<float>(), Eigen::Vector3f(point.x, point.y, point.z))
                << i;
            ASSERT_EQ(read.normals_[i].cast<float>(),
                      Eigen::Vector3f(normal[i * 3], normal[i * 3 + 1], normal[i * 3 + 2]))
                << i;
            ASSERT_LT((read.colors_[i] - fraction(rgb, i)).norm(), 1e-6) << i;
        }
    }
}

TEST_P(Open3dFiles, WritesWhatWeRead) {
    for (const std::size_t count : {1, 2, 1000}) {
        const visual::Cloud expected = our_cloud(count);
        const auto& normal = std::get<std::vector<float>>(expected.field("normal")->values);
        const auto& rgb = std::get<std::vector<std::uint8_t>>(expected.field("rgb")->values);
        open3d::geometry::PointCloud cloud;
        for (std::size_t i = 0; i < count; ++i) {
            const visual::Point& point = expected.points[i];
            cloud.points_.emplace_back(point.x, point.y, point.z);
            cloud.normals_.emplace_back(normal[i * 3], normal[i * 3 + 1], normal[i * 3 + 2]);
            cloud.colors_.push_back(fraction(rgb, i));
        }
        ASSERT_TRUE(open3d::io::WritePointCloud(file().string(), cloud, GetParam().option));
        const visual::Cloud read = visual::load_cloud(file());
        ASSERT_EQ(read.points.size(), count);
        ASSERT_NE(read.field("normal"), nullptr);
        ASSERT_NE(read.field("rgb"), nullptr);
        // Open3D prints ten digits or fewer in text.
        const double tolerance = GetParam().encoding == CloudEncoding::Ascii ? 1e-4 : 0;
        for (std::size_t i = 0; i < count; ++i) {
            ASSERT_NEAR(read.points[i].x, expected.points[i].x, tolerance) << i;
            ASSERT_NEAR(read.points[i].y, expected.points[i].y, tolerance) << i;
            ASSERT_NEAR(read.points[i].z, expected.points[i].z, tolerance) << i;
            for (int axis = 0; axis < 3; ++axis) {
                const std::size_t value = i * 3 + static_cast<std::size_t>(axis);
                ASSERT_NEAR(read.field("normal")->at(i, axis), normal[value], tolerance) << i;
                // A byte less where Open3D's fraction was rounded down on its way.
                ASSERT_NEAR(read.field("rgb")->at(i, axis), rgb[value], 1) << i;
            }
        }
    }
}

TEST_P(Open3dFiles, AgreesOnPointsThatAreNotFinite) {
    visual::Cloud cloud;
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    // RPly, which reads for Open3D, takes no infinities in text.
    const bool infinities =
        GetParam().format == CloudFormat::Pcd || GetParam().encoding != CloudEncoding::Ascii;
    const float large = infinities ? kInfinity : 1e30F;
    cloud.points = {{1, 2, 3}, {kNan, kNan, kNan}, {large, -large, 0}, {4, 5, 6}};
    visual::write_file_atomically(file(),
                                  write_cloud(cloud, GetParam().format, GetParam().encoding));
    open3d::geometry::PointCloud read;
    ASSERT_TRUE(open3d::io::ReadPointCloud(file().string(), read));
    ASSERT_EQ(read.points_.size(), 4U);
    EXPECT_TRUE(std::isnan(read.points_[1].x()));
    EXPECT_EQ(read.points_[2].cast<float>(), Eigen::Vector3f(large, -large, 0));
    EXPECT_EQ(read.points_[3], Eigen::Vector3d(4, 5, 6));
}

}  // namespace
}  // namespace millrace::testing
