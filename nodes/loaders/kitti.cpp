#include <algorithm>
#include <set>

#include "engine/visual/io/cloud_io.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/visual/io/kitti.hpp"
#include "nodes/loaders/listing.hpp"
#include "nodes/loaders/recording.hpp"
#include "nodes/ops/camera/kitti.hpp"

namespace millrace::nodes {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
    const std::vector<std::byte> bytes = visual::read_file_bytes(file, std::size_t{64} << 20);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class Kitti final : public Recording {
public:
    explicit Kitti(fs::path root) : root_(std::move(root)) {
        std::set<std::string> names;
        collect("velodyne", ".bin", names);
        collect("image_2", ".png", names);
        names_.assign(names.begin(), names.end());
        if (names_.empty()) wrong_layout(root_, "KITTI's folders velodyne, image_2 and calib with frames such as 000008");
    }

    std::uint64_t count() const override { return names_.size(); }

    std::vector<fs::path> files(std::uint64_t frame) const override {
        const std::string& name = names_[frame];
        return {root_ / "velodyne" / (name + ".bin"), root_ / "image_2" / (name + ".png"), root_ / "calib" / (name + ".txt"),
                root_ / "label_2" / (name + ".txt")};
    }

    RecordedFrame read(std::uint64_t frame) const override {
        const std::vector<fs::path> paths = files(frame);
        RecordedFrame result;
        result.name = names_[frame];
        result.cloud = types::PointCloud(visual::load_cloud(paths[0]));
        result.cloud.frame = "lidar";
        result.image = load_image(paths[1]);
        result.image.frame = "camera";
        const visual::KittiCalibration read = visual::read_kitti_calibration(text_of(paths[2]), paths[2].string());
        types::Camera camera = ops::kitti_camera({read.p2, read.r0, read.velo_to_cam}, {result.image.width, result.image.height}, "camera");
        std::error_code missing;
        if (fs::exists(paths[3], missing)) result.labels = boxes_of(paths[3], camera);
        result.calibration.cameras.push_back(std::move(camera));
        return result;
    }

private:
    void collect(const char* folder, const char* ending, std::set<std::string>& names) const {
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(root_ / folder, error)) {
            if (entry.path().extension() == ending) names.insert(entry.path().stem().string());
        }
    }

    static types::Boxes3d boxes_of(const fs::path& file, const types::Camera& camera) {
        types::Boxes3d boxes;
        boxes.frame = "lidar";
        for (const visual::KittiLabel& label : visual::read_kitti_labels(text_of(file), file.string())) {
            if (label.type == "DontCare") continue;
            types::Box3d box = ops::lidar_box({.bottom_center = {label.x, label.y, label.z},
                                               .length = label.length,
                                               .height = label.height,
                                               .width = label.width,
                                               .rotation_y = label.rotation_y},
                                              camera);
            box.label = label.type;
            box.score = label.score;
            boxes.boxes.push_back(std::move(box));
        }
        return boxes;
    }

    fs::path root_;
    std::vector<std::string> names_;
};

}  // namespace

void wrong_layout(const fs::path& root, std::string expected) {
    std::error_code error;
    const bool there = fs::exists(root, error);
    throw engine::Error({.code = there ? "E-FILE-041" : "E-FILE-001",
                         .what = there ? "The folder is laid out otherwise" : "There is no such folder",
                         .expected = std::move(expected),
                         .found = there ? "another layout" : "nothing",
                         .where = root.string(),
                         .mend = "Set root to the folder of the data set."});
}

std::shared_ptr<const Recording> open_kitti(const fs::path& root) {
    std::error_code error;
    const bool inner = !fs::exists(root / "velodyne", error) && fs::exists(root / "training" / "velodyne", error);
    return std::make_shared<Kitti>(inner ? root / "training" : root);
}

}  // namespace millrace::nodes
