#include <numbers>

#include "tests/nodes/loaders/loaders.hpp"

namespace millrace::testing {
namespace {

// Camera axes exactly along the LiDAR's, camera 0.3 m ahead; focal length 100.
constexpr std::string_view kCalibration =
    "P0: 1 0 0 0 0 1 0 0 0 0 1 0\n"
    "P1: 1 0 0 0 0 1 0 0 0 0 1 0\n"
    "P2: 100 0 3 45 0 100 2 0 0 0 1 0.003\n"
    "P3: 1 0 0 0 0 1 0 0 0 0 1 0\n"
    "R0_rect: 1 0 0 0 1 0 0 0 1\n"
    "Tr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 -0.3\n"
    "Tr_imu_to_velo: 1 0 0 0 0 1 0 0 0 0 1 0\n";
constexpr std::string_view kLabels =
    "Car 0.00 0 1.55 0 0 5 3 1.50 1.60 4.00 1.00 1.65 9.70 0.50\n"
    "DontCare -1 -1 -10 800 163 825 184 -1 -1 -1 -1000 -1000 -1000 -10\n"
    "Pedestrian 0.00 0 0.2 0 0 5 3 1.80 0.60 0.70 -2.00 1.65 4.70 -1.5707963\n";

/// Two frames, 000003 with labels and 000010 without.
void write_kitti(const Folder& folder) {
    for (const std::string name : {"000010", "000003"}) {
        folder.write("velodyne/" + name + ".bin", floats({1, 2, 3, 0.5F, 4, 5, 6, 0.25F}));
        folder.write("image_2/" + name + ".png", small_png(name == "000003" ? 3 : 10));
        folder.write("calib/" + name + ".txt", kCalibration);
    }
    folder.write("label_2/000003.txt", kLabels);
}

engine::Object kitti(const std::filesystem::path& root) {
    return {{"kind", "kitti"}, {"root", root.string()}};
}

TEST(Kitti, ReadsFramesInOrder) {
    const Folder folder;
    write_kitti(folder);
    Source source("loaders.scene", kitti(folder.path()));
    EXPECT_EQ(source.count(), 2U);
    ASSERT_TRUE(source.load(0));
    EXPECT_EQ(source.name(), "000003");
    const auto& cloud = source.get<types::PointCloud>("cloud");
    EXPECT_EQ(cloud.frame, "lidar");
    ASSERT_EQ(cloud.points.size(), 2U);
    EXPECT_EQ(cloud.points[1], (types::Point{4, 5, 6}));
    ASSERT_NE(cloud.field("intensity"), nullptr);
    EXPECT_EQ(cloud.field("intensity")->at(1), 0.25);
    const auto& image = source.get<types::Image>("image");
    EXPECT_EQ(image.frame, "camera");
    EXPECT_EQ((std::vector(image.bytes.begin(), image.bytes.begin() + 3)),
              (std::vector<std::uint8_t>{3, 2, 3}));
    ASSERT_TRUE(source.load(1));
    EXPECT_EQ(source.name(), "000010");
    EXPECT_FALSE(source.has("labels"));
    EXPECT_FALSE(source.load(2));
}

TEST(Kitti, CalibrationIsP2AndRectifiedTransform) {
    const Folder folder;
    write_kitti(folder);
    Source source("loaders.scene", kitti(folder.path()));
    ASSERT_TRUE(source.load(0));
    const auto& calibration = source.get<types::Calibration>("calibration");
    ASSERT_EQ(calibration.cameras.size(), 1U);
    const types::Camera& camera = calibration.cameras[0];
    EXPECT_EQ(camera.name, "camera");
    EXPECT_EQ(camera.width, 6);
    EXPECT_EQ(camera.height, 4);
    EXPECT_EQ(camera.projection[3], 45);
    EXPECT_EQ(camera.camera_from_lidar,
              (types::Matrix4{0, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, -0.3, 0, 0, 0, 1}));
}

TEST(Kitti, LabelsComeInTheLidarFrame) {
    const Folder folder;
    write_kitti(folder);
    Source source("loaders.scene", kitti(folder.path()));
    ASSERT_TRUE(source.load(0));
    const auto& labels = source.get<types::Boxes3d>("labels");
    EXPECT_EQ(labels.frame, "lidar");
    ASSERT_EQ(labels.boxes.size(), 2U) << "DontCare is no box";
    const types::Box3d& car = labels.boxes[0];
    EXPECT_EQ(car.label, "Car");
    EXPECT_NEAR(car.center[0], 10.0, 1e-9);
    EXPECT_NEAR(car.center[1], -1.0, 1e-9);
    EXPECT_NEAR(car.center[2], -1.65 + 0.75, 1e-9);
    EXPECT_EQ(car.size, (std::array<double, 3>{4.0, 1.6, 1.5}));
    EXPECT_NEAR(car.yaw, -(0.5 + std::numbers::pi / 2), 1e-9);
    EXPECT_NEAR(labels.boxes[1].yaw, 0, 1e-6);
}

TEST(Kitti, FilesAreThoseOfTheItem) {
    const Folder folder;
    write_kitti(folder);
    engine::Object params = kitti(folder.path());
    params["first"] = 1;
    Source source("loaders.scene", params);
    EXPECT_EQ(source.count(), 1U);
    const std::vector<std::string> files = source.files(0);
    ASSERT_GE(files.size(), 3U);
    for (const std::string& file : files) EXPECT_NE(file.find("000010"), std::string::npos) << file;
}

TEST(Kitti, TakesTheParentOfTraining) {
    const Folder folder;
    write_kitti(folder);
    const Folder outer;
    std::filesystem::rename(folder.path() / "velodyne", folder.path() / "v");
    std::filesystem::create_directories(folder.path() / "training");
    std::filesystem::rename(folder.path() / "v", folder.path() / "training/velodyne");
    for (const char* part : {"image_2", "calib", "label_2"})
        std::filesystem::rename(folder.path() / part, folder.path() / "training" / part);
    Source source("loaders.scene", kitti(folder.path()));
    EXPECT_EQ(source.count(), 2U);
}

TEST(Kitti, AMissingFileIsNamed) {
    for (const std::string missing :
         {"velodyne/000003.bin", "image_2/000003.png", "calib/000003.txt"}) {
        const Folder folder;
        write_kitti(folder);
        std::filesystem::remove(folder.path() / missing);
        const engine::Problem problem = problem_of("loaders.scene", kitti(folder.path()));
        EXPECT_EQ(problem.code, "E-FILE-001") << missing;
        EXPECT_NE(problem.where.find(missing), std::string::npos) << problem.where;
    }
}

TEST(Kitti, DamagedFilesAreNamed) {
    const std::vector<std::pair<std::string, std::string>> damages = {
        {"velodyne/000003.bin", floats({1, 2, 3})},
        {"image_2/000003.png", small_png(3).substr(0, 50)},
        {"calib/000003.txt", "P2: 1 2 3\n"},
        {"calib/000003.txt", ""},
        {"label_2/000003.txt", "Car 0.00 0 1.55 zero\n"},
    };
    for (const auto& [file, content] : damages) {
        const Folder folder;
        write_kitti(folder);
        folder.write(file, content);
        const engine::Problem problem = problem_of("loaders.scene", kitti(folder.path()));
        EXPECT_EQ(problem.code.substr(0, 6), "E-FILE") << file;
        EXPECT_NE(problem.where.find(file), std::string::npos) << problem.where;
    }
}

TEST(Kitti, AnotherFolderIsRefusedWithWhatIsExpected) {
    const Folder folder;
    engine::Problem problem = problem_of("loaders.scene", kitti(folder.path()));
    EXPECT_EQ(problem.code, "E-FILE-041");
    EXPECT_NE((problem.expected + problem.mend).find("velodyne"), std::string::npos);
    std::filesystem::create_directories(folder.path() / "velodyne");
    EXPECT_EQ(problem_of("loaders.scene", kitti(folder.path())).code, "E-FILE-041")
        << "no frame in it";
    EXPECT_EQ(problem_of("loaders.scene", kitti(folder.path() / "none")).code, "E-FILE-001");
}

TEST(Kitti, FirstBehindTheLastIsRefused) {
    const Folder folder;
    write_kitti(folder);
    engine::Object params = kitti(folder.path());
    params["first"] = 2;
    EXPECT_EQ(problem_of("loaders.scene", params).code, "E-PARAM-004");
}

TEST(Kitti, RealFrames) {
    const std::filesystem::path root = shared_folder() / "data/kitti-mini";
    if (!std::filesystem::exists(root)) GTEST_SKIP() << "no folder " << root;
    Source source("loaders.scene", kitti(root));
    EXPECT_EQ(source.count(), 14U);
    int labelled = 0;
    for (std::uint64_t item = 0; item < 14; ++item) {
        ASSERT_TRUE(source.load(item));
        const auto& cloud = source.get<types::PointCloud>("cloud");
        EXPECT_GT(cloud.points.size(), 15000U);
        EXPECT_NEAR(source.get<types::Image>("image").width, 1242, 20);
        if (!source.has("labels")) continue;
        ++labelled;
        for (const types::Box3d& box : source.get<types::Boxes3d>("labels").boxes) {
            const double distance = std::hypot(box.center[0], box.center[1]);
            if (box.label == "Car" && distance < 20) {
                EXPECT_GT(points_in(cloud, box), 20) << source.name() << " at " << distance << " m";
            }
        }
    }
    EXPECT_EQ(labelled, 8);
    ASSERT_TRUE(source.load(6));
    EXPECT_EQ(source.name(), "000007");
    ASSERT_TRUE(source.load(7));
    EXPECT_EQ(source.name(), "000008");
    EXPECT_EQ(source.get<types::Boxes3d>("labels").boxes.size(), 6U);
}

}  // namespace
}  // namespace millrace::testing
