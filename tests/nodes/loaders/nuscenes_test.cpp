#include <numbers>

#include "nodes/ops/camera/project.hpp"
#include "tests/nodes/loaders/loaders.hpp"

namespace millrace::testing {
namespace {

engine::Object nuscenes(const std::filesystem::path& root) {
    return {{"kind", "nuscenes"}, {"root", root.string()}};
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t place = text.find(from);
    if (place == std::string::npos)
        throw engine::Error({.what = "The test's text lacks", .found = std::string(from)});
    return text.replace(place, from.size(), to);
}

// Two key frames. The LiDAR sits 1 m ahead of and 2 m above the vehicle's origin, turned by 90
// degrees to the left as on the real car; the front camera looks forward (x right, y down, z
// forward) from 1.5 m ahead and 1.5 m up. At the second frame the vehicle stands at (100, 50) and
// looks along the world's y; its camera fired half a metre later.
constexpr std::string_view kSample = R"([
 {"token": "later", "timestamp": 2000000, "prev": "early", "next": "", "scene_token": "s"},
 {"token": "early", "timestamp": 1000000, "prev": "", "next": "later", "scene_token": "s"}])";
constexpr std::string_view kSensor = R"([
 {"token": "s_lidar", "channel": "LIDAR_TOP", "modality": "lidar"},
 {"token": "s_front", "channel": "CAM_FRONT", "modality": "camera"},
 {"token": "s_back", "channel": "CAM_BACK", "modality": "camera"},
 {"token": "s_radar", "channel": "RADAR_FRONT", "modality": "radar"}])";
constexpr std::string_view kMounts = R"([
 {"token": "m_lidar", "sensor_token": "s_lidar", "translation": [1, 0, 2], "rotation": [0.7071067811865476, 0, 0, 0.7071067811865476], "camera_intrinsic": []},
 {"token": "m_front", "sensor_token": "s_front", "translation": [1.5, 0, 1.5], "rotation": [0.5, -0.5, 0.5, -0.5], "camera_intrinsic": [[1000, 0, 800], [0, 1000, 450], [0, 0, 1]]},
 {"token": "m_back", "sensor_token": "s_back", "translation": [0, 0, 1.5], "rotation": [0.5, -0.5, -0.5, 0.5], "camera_intrinsic": [[800, 0, 800], [0, 800, 450], [0, 0, 1]]},
 {"token": "m_radar", "sensor_token": "s_radar", "translation": [3, 0, 0.5], "rotation": [1, 0, 0, 0], "camera_intrinsic": []}])";
constexpr std::string_view kPoses = R"([
 {"token": "p_early", "timestamp": 1, "translation": [0, 0, 0], "rotation": [1, 0, 0, 0]},
 {"token": "p_later", "timestamp": 2, "translation": [100, 50, 0], "rotation": [0.7071067811865476, 0, 0, 0.7071067811865476]},
 {"token": "p_camera", "timestamp": 3, "translation": [100, 50.5, 0], "rotation": [0.7071067811865476, 0, 0, 0.7071067811865476]}])";
constexpr std::string_view kInstance = R"([
 {"token": "i_walker", "category_token": "c_walker"}, {"token": "i_car", "category_token": "c_car"},
 {"token": "i_dog", "category_token": "c_dog"}])";
constexpr std::string_view kCategory = R"([
 {"token": "c_car", "name": "vehicle.car"}, {"token": "c_walker", "name": "human.pedestrian.adult"},
 {"token": "c_dog", "name": "animal"}])";
// The car stands 20 m ahead of the vehicle of the second frame and faces as it does.
constexpr std::string_view kAnnotation = R"([
 {"token": "a1", "sample_token": "later", "instance_token": "i_car", "translation": [100, 71, 1], "size": [2, 4.5, 1.6], "rotation": [0.7071067811865476, 0, 0, 0.7071067811865476]},
 {"token": "a2", "sample_token": "early", "instance_token": "i_walker", "translation": [5, 0, 1], "size": [0.6, 0.7, 1.8], "rotation": [1, 0, 0, 0]},
 {"token": "a3", "sample_token": "early", "instance_token": "i_dog", "translation": [6, 1, 0.3], "size": [0.3, 0.8, 0.6], "rotation": [1, 0, 0, 0]}])";

std::string data_entry(const std::string& sample, const std::string& mount, const std::string& pose,
                       const std::string& file, bool key = true) {
    return R"({"token": ")" + file + R"(", "sample_token": ")" + sample +
           R"(", "calibrated_sensor_token": ")" + mount + R"(", "ego_pose_token": ")" + pose +
           R"(", "filename": ")" + file + R"(", "is_key_frame": )" + (key ? "true" : "false") +
           R"(, "width": 8, "height": 4, "timestamp": 0})";
}

void write_tables(const Folder& folder) {
    std::string data = "[";
    for (const std::string sample : {"later", "early"}) {
        const std::string camera_pose = sample == "later" ? "p_camera" : "p_early";
        data += data_entry(sample, "m_front", camera_pose, "samples/CAM_FRONT/" + sample + ".png") +
                ",\n";
        data += data_entry(sample, "m_back", camera_pose, "samples/CAM_BACK/" + sample + ".png") +
                ",\n";
        data += data_entry(sample, "m_radar", "p_early", "samples/RADAR_FRONT/" + sample + ".pcd") +
                ",\n";
        data += data_entry(sample, "m_lidar", "p_" + sample,
                           "samples/LIDAR_TOP/" + sample + ".pcd.bin") +
                ",\n";
        folder.write("samples/LIDAR_TOP/" + sample + ".pcd.bin",
                     floats({1, 2, 3, 51, 0, 4, 5, 6, 255, 31}));
        folder.write("samples/CAM_FRONT/" + sample + ".png",
                     small_png(sample == "later" ? 20 : 10, 8, 4));
        folder.write("samples/CAM_BACK/" + sample + ".png",
                     small_png(sample == "later" ? 40 : 30, 8, 4));
    }
    data +=
        data_entry("later", "m_lidar", "p_early", "sweeps/LIDAR_TOP/no_key_frame.pcd.bin", false) +
        "]";
    folder.write("v1.0-mini/sample_data.json", data);
    folder.write("v1.0-mini/sample.json", kSample);
    folder.write("v1.0-mini/sensor.json", kSensor);
    folder.write("v1.0-mini/calibrated_sensor.json", kMounts);
    folder.write("v1.0-mini/ego_pose.json", kPoses);
    folder.write("v1.0-mini/instance.json", kInstance);
    folder.write("v1.0-mini/category.json", kCategory);
    folder.write("v1.0-mini/sample_annotation.json", kAnnotation);
}

TEST(Nuscenes, TablesGiveKeyFramesByTime) {
    const Folder folder;
    write_tables(folder);
    Source source("loaders.scene", nuscenes(folder.path()));
    EXPECT_EQ(source.count(), 2U);
    ASSERT_TRUE(source.load(0));
    EXPECT_EQ(source.name(), "early");
    EXPECT_EQ(source.get<types::Image>("image").bytes[0], 10);
    const auto& cloud = source.get<types::PointCloud>("cloud");
    ASSERT_EQ(cloud.points.size(), 2U);
    EXPECT_EQ(cloud.points[1], (types::Point{4, 5, 6}));
    EXPECT_NEAR(cloud.field("intensity")->at(0), 0.2, 1e-6);
    EXPECT_EQ(cloud.field("intensity")->at(1), 1);
    EXPECT_EQ(cloud.field("ring")->at(1), 31);
    ASSERT_TRUE(source.load(1));
    EXPECT_EQ(source.name(), "later");
    EXPECT_FALSE(source.load(2));
}

TEST(Nuscenes, TablesGiveBoxesInTheLidarFrame) {
    const Folder folder;
    write_tables(folder);
    Source source("loaders.scene", nuscenes(folder.path()));
    ASSERT_TRUE(source.load(1));
    const auto& labels = source.get<types::Boxes3d>("labels");
    EXPECT_EQ(labels.frame, "lidar");
    ASSERT_EQ(labels.boxes.size(), 1U);
    const types::Box3d& car = labels.boxes[0];
    EXPECT_EQ(car.label, "car");
    EXPECT_EQ(car.track, 1);
    // 20 m ahead of the LiDAR; ahead of the vehicle is the turned LiDAR's -y.
    EXPECT_NEAR(car.center[0], 0, 1e-9);
    EXPECT_NEAR(car.center[1], -20, 1e-9);
    EXPECT_NEAR(car.center[2], -1, 1e-9);
    EXPECT_EQ(car.size, (std::array<double, 3>{4.5, 2, 1.6}));
    EXPECT_NEAR(car.yaw, -std::numbers::pi / 2, 1e-9);
    ASSERT_TRUE(source.load(0));
    const auto& early = source.get<types::Boxes3d>("labels");
    ASSERT_EQ(early.boxes.size(), 2U);
    EXPECT_EQ(early.boxes[0].label, "pedestrian");
    EXPECT_EQ(early.boxes[1].label, "animal");
}

TEST(Nuscenes, CamerasAreCorrectedForTheirOwnTime) {
    const Folder folder;
    write_tables(folder);
    Source source("loaders.scene", nuscenes(folder.path()));
    ASSERT_TRUE(source.load(1));
    const auto& calibration = source.get<types::Calibration>("calibration");
    ASSERT_EQ(calibration.cameras.size(), 2U);
    const types::Camera& front = calibration.cameras[0];
    EXPECT_EQ(front.name, "CAM_FRONT");
    EXPECT_EQ(front.projection[0], 1000);
    EXPECT_EQ(front.projection[2], 800);
    EXPECT_EQ(front.width, 8);
    // A point 20 m ahead of the LiDAR lies at 21 m from the vehicle's origin then, 20.5 m when the
    // camera fired, and the camera stands at 1.5 m; it is 0.5 m above the camera (LiDAR 2 m,
    // camera 1.5 m).
    const ops::Vector3 seen = ops::transform(front.camera_from_lidar, {0, -20, 0});
    EXPECT_NEAR(seen[0], 0, 1e-9);
    EXPECT_NEAR(seen[1], -0.5, 1e-9);
    EXPECT_NEAR(seen[2], 19, 1e-9);
    const ops::Vector3 lidar = ops::transform(calibration.world_from_lidar, {0, 0, 0});
    EXPECT_NEAR(lidar[0], 100, 1e-9);
    EXPECT_NEAR(lidar[1], 51, 1e-9);
    EXPECT_NEAR(lidar[2], 2, 1e-9);
}

TEST(Nuscenes, TheChosenCameraComesFirst) {
    const Folder folder;
    write_tables(folder);
    engine::Object params = nuscenes(folder.path());
    params["camera"] = "CAM_BACK";
    Source source("loaders.scene", params);
    ASSERT_TRUE(source.load(0));
    EXPECT_EQ(source.get<types::Image>("image").bytes[0], 30);
    EXPECT_EQ(source.get<types::Image>("image").frame, "CAM_BACK");
    EXPECT_EQ(source.get<types::Calibration>("calibration").cameras[0].name, "CAM_BACK");
    EXPECT_EQ(source.get<types::Calibration>("calibration").cameras[1].name, "CAM_FRONT");
    EXPECT_NE(source.files(0).at(1).find("CAM_BACK"), std::string::npos);
    params["camera"] = "CAM_ROOF";
    EXPECT_EQ(problem_of("loaders.scene", params).code, "E-PARAM-004");
}

TEST(Nuscenes, DamagedTablesAreNamed) {
    struct Damage {
        std::string file, content, code;
    };
    const std::vector<Damage> damages = {
        {"sample.json", "[{", "E-JSON"},
        {"sensor.json", "{}", "E-FILE-042"},
        {"instance.json", "[{\"token\": 5}]", "E-FILE-042"},
        {"category.json", "[]", "E-FILE-042"},
        {"calibrated_sensor.json", replaced(std::string(kMounts), "[1, 0, 2]", "[1, 0]"),
         "E-FILE-042"},
        {"calibrated_sensor.json",
         replaced(std::string(kMounts), "[[1000, 0, 800]", "[[1000, \"a\", 800]"), "E-FILE-042"},
        {"ego_pose.json", replaced(std::string(kPoses), "[1, 0, 0, 0]", "[0, 0, 0, 0]"),
         "E-FILE-042"},
        {"sample_annotation.json", replaced(std::string(kAnnotation), "\"later\"", "\"nobody\""),
         "E-FILE-042"},
        {"sample_data.json",
         "[" + data_entry("later", "m_lidar", "p_later", "../../etc/passwd") + "]", "E-PATH-002"},
        {"sample_data.json", "[" + data_entry("later", "m_lidar", "p_later", "/etc/passwd") + "]",
         "E-PATH-002"},
        {"sample_data.json", "[]", "E-FILE-041"},
    };
    for (const Damage& damage : damages) {
        const Folder folder;
        write_tables(folder);
        folder.write("v1.0-mini/" + damage.file, damage.content);
        const engine::Problem problem = problem_of("loaders.scene", nuscenes(folder.path()));
        EXPECT_EQ(problem.code.substr(0, damage.code.size()), damage.code)
            << damage.file << ": " << problem.what;
        if (problem.code == "E-FILE-042") {
            EXPECT_NE(problem.where.find(".json"), std::string::npos) << problem.where;
        }
    }
}

TEST(Nuscenes, MissingFilesAreNamed) {
    for (const std::string missing : {"v1.0-mini/instance.json", "samples/LIDAR_TOP/early.pcd.bin",
                                      "samples/CAM_FRONT/early.png"}) {
        const Folder folder;
        write_tables(folder);
        std::filesystem::remove(folder.path() / missing);
        const engine::Problem problem = problem_of("loaders.scene", nuscenes(folder.path()));
        EXPECT_EQ(problem.code, "E-FILE-001") << missing;
        EXPECT_NE(problem.where.find(missing), std::string::npos) << problem.where;
    }
}

TEST(Nuscenes, AScanCutShortIsRefused) {
    const Folder folder;
    write_tables(folder);
    folder.write("samples/LIDAR_TOP/early.pcd.bin", floats({1, 2, 3, 4}));
    EXPECT_EQ(problem_of("loaders.scene", nuscenes(folder.path())).code, "E-FILE-030");
}

TEST(Nuscenes, AnotherFolderIsRefused) {
    const Folder folder;
    const engine::Problem problem = problem_of("loaders.scene", nuscenes(folder.path()));
    EXPECT_EQ(problem.code, "E-FILE-041");
    EXPECT_NE(problem.expected.find("v1.0-"), std::string::npos);
    EXPECT_EQ(problem_of("loaders.scene", nuscenes(folder.path() / "none")).code, "E-FILE-001");
}

TEST(Nuscenes, RealKeyFrame) {
    const std::filesystem::path root = shared_folder() / "data/nuscenes-mini";
    if (!std::filesystem::exists(root)) GTEST_SKIP() << "no folder " << root;
    Source source("loaders.scene", nuscenes(root));
    EXPECT_EQ(source.count(), 1U);
    ASSERT_TRUE(source.load(0));
    const auto& cloud = source.get<types::PointCloud>("cloud");
    EXPECT_EQ(cloud.points.size(), 34688U);
    double brightest = 0, highest_ring = 0;
    for (std::size_t index = 0; index < cloud.points.size(); ++index) {
        brightest = std::max(brightest, cloud.field("intensity")->at(index));
        highest_ring = std::max(highest_ring, cloud.field("ring")->at(index));
    }
    EXPECT_GT(brightest, 0.3);
    EXPECT_LE(brightest, 1);
    EXPECT_EQ(highest_ring, 31);
    const auto& image = source.get<types::Image>("image");
    EXPECT_EQ(image.width, 1600);
    EXPECT_EQ(image.height, 900);
    const auto& calibration = source.get<types::Calibration>("calibration");
    ASSERT_EQ(calibration.cameras.size(), 6U);
    const auto& labels = source.get<types::Boxes3d>("labels");
    EXPECT_EQ(labels.boxes.size(), 68U) << "69 annotations, one of which is of no category";
    // Boxes lie on points, and the front camera sees those in front of it.
    int filled = 0, in_front_image = 0;
    for (const types::Box3d& box : labels.boxes) {
        filled += points_in(cloud, box, 0.05) > 0;
        const std::vector<types::Point> center = {{static_cast<float>(box.center[0]),
                                                   static_cast<float>(box.center[1]),
                                                   static_cast<float>(box.center[2])}};
        in_front_image +=
            ops::project_points(center, calibration.cameras[0], {1600, 900}).in_image[0];
    }
    EXPECT_GT(filled, 55);
    EXPECT_GT(in_front_image, 5);
    EXPECT_LT(in_front_image, 60);
}

}  // namespace
}  // namespace millrace::testing
