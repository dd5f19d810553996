// Files that other programs wrote, from the shared data: read fully, against what their own headers
// and descriptions say.
#include <algorithm>
#include <cmath>
#include <fstream>

#include "engine/visual/io/files.hpp"
#include "engine/visual/io/kitti.hpp"
#include "tests/engine/visual/io/support.hpp"

namespace millrace::visual::testing {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& folder, std::string_view ending) {
    std::vector<fs::path> files;
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(folder, missing)) {
        if (entry.path().string().ends_with(ending)) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

std::string text_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

bool all_finite(const Cloud& cloud) {
    return std::ranges::all_of(cloud.points, [](const Point& point) {
        return std::isfinite(point.x) && std::isfinite(point.y) && std::isfinite(point.z);
    });
}

/// Written and read again by every encoding of PCD and PLY, and cut short.
void expect_survives(const Cloud& cloud) {
    for (const CloudFormat format : {CloudFormat::Pcd, CloudFormat::Ply}) {
        for (const CloudEncoding encoding :
             {CloudEncoding::Ascii, CloudEncoding::Binary, CloudEncoding::BinaryCompressed}) {
            if (format == CloudFormat::Ply && encoding == CloudEncoding::BinaryCompressed) continue;
            const Cloud back = read(write_cloud(cloud, format, encoding), format);
            ASSERT_EQ(back.points.size(), cloud.points.size());
            for (std::size_t axis = 0; axis < 3; ++axis)
                EXPECT_NEAR(back.origin[axis], cloud.origin[axis], 1e5);
            EXPECT_EQ(back.fields.size(), cloud.fields.size());
        }
    }
}

struct Known {
    const char* file;
    std::size_t points;
    std::vector<std::string> fields;
    std::array<double, 3> first;  ///< with the origin
    double tolerance = 1e-5;
};

TEST(RealFiles, Shapes) {
    const fs::path root = shared_folder() / "data/shapes";
    if (!fs::exists(root)) GTEST_SKIP() << "no folder " << root;
    const Known kFiles[] = {
        {"pcd/bun0.pcd", 397, {"normal", "curvature"}, {0.0054215998, 0.11349, 0.040748999}},
        {"pcd/bunny.pcd", 397, {}, {0.0054216, 0.11349, 0.040749}},
        {"pcd/lamppost.pcd", 1771, {}, {-10, 0, 0}},
        {"pcd/colored_cloud.pcd", 1000, {"rgb", "normal", "curvature"}, {}, 1e3},
        {"pcd/car6.pcd", 10031, {}, {}, 1e3},
        {"pcd/milk.pcd", 13704, {}, {}, 1e3},
        {"pcd/cube.ply", 24, {}, {-1, -1, -1}, 2},
        {"las/100-points.las",
         100,
         {"intensity", "label", "return_number", "gps_time", "rgb"},
         {},
         1e7},
        {"las/1.2-with-color.las",
         1065,
         {"intensity", "label", "return_number", "gps_time", "rgb"},
         {},
         1e7},
        {"las/autzen-utm.las",
         1065,
         {"intensity", "label", "return_number", "gps_time", "rgb"},
         {},
         1e7}};
    for (const Known& known : kFiles) {
        SCOPED_TRACE(known.file);
        const Cloud cloud = load_cloud(root / known.file);
        ASSERT_EQ(cloud.points.size(), known.points);
        EXPECT_EQ(cloud.full_count, known.points);
        std::vector<std::string> names;
        for (const PointField& field : cloud.fields) {
            names.push_back(field.name);
            EXPECT_EQ(field.count(), known.points);
        }
        EXPECT_EQ(names, known.fields);
        const Point first = cloud.points[0];
        EXPECT_NEAR(first.x + cloud.origin[0], known.first[0], known.tolerance);
        EXPECT_NEAR(first.y + cloud.origin[1], known.first[1], known.tolerance);
        EXPECT_NEAR(first.z + cloud.origin[2], known.first[2], known.tolerance);
        expect_survives(cloud);
    }
}

TEST(RealFiles, LasLiesWithinTheBoundsOfItsHeader) {
    const fs::path root = shared_folder() / "data/shapes/las";
    if (!fs::exists(root)) GTEST_SKIP() << "no folder " << root;
    for (const fs::path& file : files_in(root, ".las")) {
        SCOPED_TRACE(file.filename());
        const std::string bytes = text_of(file);
        const Cloud cloud = load_cloud(file);
        for (std::size_t axis = 0; axis < 3; ++axis) {
            // The header's largest and smallest x, y and z.
            double bounds[2];
            std::memcpy(bounds, bytes.data() + 179 + axis * 16, sizeof bounds);
            double high = -1e300, low = 1e300;
            for (const Point& point : cloud.points) {
                const double value = (axis == 0   ? point.x
                                      : axis == 1 ? point.y
                                                  : point.z) +
                                     cloud.origin[axis];
                high = std::max(high, value);
                low = std::min(low, value);
            }
            EXPECT_NEAR(high, bounds[0], 0.02);
            EXPECT_NEAR(low, bounds[1], 0.02);
        }
    }
}

TEST(RealFiles, TheCutOnesAreRefused) {
    const fs::path root = shared_folder() / "data/shapes";
    if (!fs::exists(root)) GTEST_SKIP() << "no folder " << root;
    for (const char* name : {"pcd/bun0.pcd", "pcd/colored_cloud.pcd", "pcd/car6.pcd",
                             "pcd/milk.pcd", "las/100-points.las"}) {
        SCOPED_TRACE(name);
        const std::string bytes = text_of(root / name);
        // Without the last number of a text; PCL's older writer leaves bytes behind compressed
        // data.
        std::size_t end = bytes.size() - 12;
        constexpr std::string_view kCompressed = "DATA binary_compressed\n";
        if (const std::size_t data = bytes.find(kCompressed); data != std::string::npos) {
            std::uint32_t packed = 0;
            std::memcpy(&packed, bytes.data() + data + kCompressed.size(), sizeof packed);
            end = data + kCompressed.size() + 8 + packed;
            ASSERT_LE(end, bytes.size());
        }
        for (std::size_t size = 0; size < end; size += 1 + end / 500) {
            EXPECT_NE(problem_of(std::string_view(bytes).substr(0, size), *format_of(name)).code,
                      "none")
                << size;
        }
    }
}

TEST(RealFiles, Kitti) {
    const fs::path root = shared_folder() / "data/kitti-mini";
    if (!fs::exists(root)) GTEST_SKIP() << "no folder " << root;
    const std::vector<fs::path> clouds = files_in(root / "velodyne", ".bin");
    ASSERT_EQ(clouds.size(), 14U);
    for (const fs::path& file : clouds) {
        SCOPED_TRACE(file.filename());
        const Cloud cloud = load_cloud(file);
        EXPECT_EQ(cloud.points.size() * 16, fs::file_size(file));
        EXPECT_TRUE(all_finite(cloud));
        for (const double value : values_of(cloud, "intensity"))
            ASSERT_TRUE(value >= 0 && value <= 1) << value;
        EXPECT_TRUE(write_cloud(cloud, CloudFormat::KittiBin) == text_of(file));
    }
    for (const fs::path& file : files_in(root / "calib", ".txt")) {
        const KittiCalibration read = read_kitti_calibration(text_of(file), file.string());
        EXPECT_GT(read.p2[0], 500) << file;
        EXPECT_EQ(read.p0[3], 0) << file;
        EXPECT_LT(read.p1[3], -300) << file;
        EXPECT_NEAR(read.r0[0] * read.r0[0] + read.r0[1] * read.r0[1] + read.r0[2] * read.r0[2], 1,
                    1e-5)
            << file;
    }
    std::size_t cars = 0;
    for (const fs::path& file : files_in(root / "label_2", ".txt")) {
        const std::string text = text_of(file);
        const auto labels = read_kitti_labels(text, file.string());
        EXPECT_EQ(labels.size(), static_cast<std::size_t>(std::ranges::count(text, '\n')) +
                                     (text.ends_with('\n') ? 0 : 1))
            << file;
        for (const KittiLabel& label : labels) cars += label.type == "Car";
    }
    EXPECT_GT(cars, 10U);
}

TEST(RealFiles, NuScenes) {
    const fs::path root = shared_folder() / "data/nuscenes-mini";
    if (!fs::exists(root)) GTEST_SKIP() << "no folder " << root;
    const std::vector<fs::path> clouds = files_in(root, ".pcd.bin");
    ASSERT_FALSE(clouds.empty());
    for (const fs::path& file : clouds) {
        const Cloud cloud = load_cloud(file);
        EXPECT_EQ(cloud.points.size() * 20, fs::file_size(file));
        EXPECT_TRUE(all_finite(cloud));
        double highest = 0;
        for (const double value : values_of(cloud, "ring")) highest = std::max(highest, value);
        EXPECT_EQ(highest, 31);  // a sensor of 32 beams
        for (const double value : values_of(cloud, "intensity"))
            ASSERT_TRUE(value >= 0 && value <= 1) << value;
        EXPECT_TRUE(write_cloud(cloud, CloudFormat::NuScenesBin) == text_of(file));
    }
}

}  // namespace
}  // namespace millrace::visual::testing
