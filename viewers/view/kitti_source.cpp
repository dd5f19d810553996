// Frames in the layout of KITTI's object benchmark: cloud, image, camera and labelled boxes of
// each.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <set>

#include "engine/problem.hpp"
#include "engine/visual/io/cloud_io.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/visual/io/kitti.hpp"
#include "engine/visual/scene/scene.hpp"
#include "viewers/view/source.hpp"

namespace millrace::view {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLidar = "lidar";
constexpr const char* kCamera = "camera";
constexpr std::uint64_t kMostText = std::uint64_t{64} << 20;

std::string text_of(const fs::path& file) {
    const auto bytes = visual::read_file_bytes(file, kMostText);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Geiger et al., "Vision meets Robotics: The KITTI Dataset", 2013, section III: x = P2 R0 Tr X.
visual::Camera camera_from(const visual::KittiCalibration& read, int width, int height) {
    visual::Matrix4 rectify = visual::kIdentity, pose = visual::kIdentity;
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t column = 0; column < 3; ++column)
            rectify[row * 4 + column] = read.r0[row * 3 + column];
        for (std::size_t column = 0; column < 4; ++column)
            pose[row * 4 + column] = read.velo_to_cam[row * 4 + column];
    }
    return {.name = kCamera,
            .width = width,
            .height = height,
            .projection = read.p2,
            .parent_frame = kLidar,
            .camera_from_parent = visual::product(rectify, pose)};
}

visual::Boxes3d boxes_from(const std::vector<visual::KittiLabel>& labels,
                           const visual::Camera& camera) {
    const visual::Matrix4 lidar_from_camera = visual::inverse_of(camera.camera_from_parent);
    visual::Boxes3d boxes{.frame = kLidar, .boxes = {}, .full_count = 0};
    for (const visual::KittiLabel& label : labels) {
        if (label.type == "DontCare") continue;
        // The label's place is the middle of the bottom; the camera's y points down.
        const visual::Vector3 center =
            visual::transform(lidar_from_camera, {label.x, label.y - label.height / 2, label.z});
        const visual::Vector3 ahead = visual::transform(
            lidar_from_camera, {label.x + std::cos(label.rotation_y), label.y - label.height / 2,
                                label.z - std::sin(label.rotation_y)});
        boxes.boxes.push_back({.center = center,
                               .size = {label.length, label.width, label.height},
                               .yaw = std::atan2(ahead[1] - center[1], ahead[0] - center[0]),
                               .label = label.type,
                               .score = label.score});
    }
    boxes.full_count = boxes.boxes.size();
    return boxes;
}

class KittiSource final : public Source {
public:
    KittiSource(fs::path root, std::vector<std::string> names)
        : root_(std::move(root)), names_(std::move(names)) {
        Stream all;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            all.items.push_back(i);
            all.labels << QString::fromStdString(names_[i]);
        }
        for (const char* name : {"velodyne", "image_2", "calib", "label_2"}) {
            std::error_code ignored;
            if (!fs::is_directory(root_ / name, ignored)) continue;
            all.name = QString::fromLatin1(name);
            streams_.push_back(all);
        }
    }
    QString title() const override { return QString::fromStdString(root_.filename().string()); }
    const std::vector<Stream>& streams() const override { return streams_; }
    std::unique_ptr<Source> renewed() const override {
        if (auto source = open_kitti(root_)) return source;
        throw engine::Error({.code = "E-VIEW-015",
                             .what = "The KITTI folder is no longer one",
                             .expected = "velodyne/ with .bin files, and calib/",
                             .found = "neither of them, or an empty one",
                             .where = root_.string(),
                             .mend = "Open the folder where it lies now."});
    }
    QStringList folders() const override {
        QStringList list;
        for (const Stream& stream : streams_)
            list << QString::fromStdString((root_ / stream.name.toStdString()).string());
        return list;
    }
    fs::path file_of(std::size_t stream, quint64 item) const override {
        if (stream >= streams_.size() || item >= names_.size()) return {};
        const std::string kind = streams_[stream].name.toStdString();
        const char* ending = kind == "velodyne" ? ".bin" : kind == "image_2" ? ".png" : ".txt";
        return root_ / kind / (names_[item] + ending);
    }

    std::vector<Shared> load(std::size_t stream, quint64 item) const override {
        const QString& kind = streams_.at(stream).name;
        const std::string& name = names_.at(item);
        if (kind == "velodyne") {
            visual::Cloud cloud = visual::load_cloud(root_ / "velodyne" / (name + ".bin"));
            cloud.frame = kLidar;
            return {std::make_shared<const visual::Visual>(std::move(cloud))};
        }
        if (kind == "image_2") {
            visual::Raster raster = image(name);
            raster.frame = kCamera;
            return {std::make_shared<const visual::Visual>(std::move(raster))};
        }
        const fs::path calib = root_ / "calib" / (name + ".txt");
        const visual::KittiCalibration read =
            visual::read_kitti_calibration(text_of(calib), calib.string());
        if (kind == "calib") {
            // The size is that of the image, which the calibration does not tell.
            const visual::Raster raster = image(name);
            return {std::make_shared<const visual::Visual>(
                camera_from(read, raster.width, raster.height))};
        }
        const fs::path file = root_ / "label_2" / (name + ".txt");
        return {std::make_shared<const visual::Visual>(boxes_from(
            visual::read_kitti_labels(text_of(file), file.string()), camera_from(read, 1, 1)))};
    }

    fs::path calibration_file(std::size_t stream, quint64 item) const override {
        const bool known = stream < streams_.size() && item < names_.size();
        if (!known || streams_[stream].name != "calib") return {};
        return root_ / "calib" / (names_[item] + ".txt");
    }

private:
    visual::Raster image(const std::string& name) const {
        const auto loaded = load_file(root_ / "image_2" / (name + ".png"));
        return std::get<visual::Raster>(*loaded.front());
    }

    fs::path root_;
    std::vector<std::string> names_;
    std::vector<Stream> streams_;
};

}  // namespace

std::unique_ptr<Source> open_kitti(const fs::path& folder) {
    std::error_code ignored;
    const fs::path root =
        fs::is_directory(folder / "training" / "velodyne", ignored) ? folder / "training" : folder;
    if (!fs::is_directory(root / "velodyne", ignored) || !fs::is_directory(root / "calib", ignored))
        return nullptr;
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(root / "velodyne", ignored)) {
        if (entry.path().extension() == ".bin") names.insert(entry.path().stem().string());
    }
    if (names.empty()) return nullptr;
    return std::make_unique<KittiSource>(root,
                                         std::vector<std::string>(names.begin(), names.end()));
}

}  // namespace millrace::view
