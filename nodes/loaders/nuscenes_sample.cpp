#include <algorithm>
#include <map>

#include "nodes/loaders/nuscenes.hpp"
#include "nodes/ops/camera/transform.hpp"

namespace millrace::nodes {

NuscenesFrame frame_from_sample(const std::filesystem::path& root) {
    const std::filesystem::path file = root / "sample.json";
    const engine::Value document = load_json(file);
    const JsonRecord whole(document, file);
    const JsonRecord sample = whole.record("sample");

    NuscenesFrame frame;
    frame.name = sample.text("token");
    frame.timestamp = sample.number("timestamp");
    const JsonRecord scan = sample.record("lidar_points");
    frame.scan = scan.path("lidar_path", root);
    frame.calibration.world_from_lidar =
        ops::multiply(sample.matrix("ego2global"), scan.matrix("lidar2ego"));
    for (const auto& [channel, value] : sample.members("images")) {
        const JsonRecord image(value, file);
        types::Camera camera;
        camera.name = channel;
        camera.projection = projection_from(image.numbers("cam2img", 9));
        camera.camera_from_lidar = image.matrix("lidar2cam");
        frame.calibration.cameras.push_back(std::move(camera));
        frame.images.push_back(image.path("img_path", root));
    }

    std::map<std::int64_t, std::string> categories;
    for (const auto& [name, value] : whole.record("metainfo").members("categories")) {
        if (value.is_int()) categories[value.as_int()] = name;
    }
    frame.labels.frame = "lidar";
    for (const engine::Value& value : sample.list("instances")) {
        const JsonRecord instance(value, file);
        // Clamped, since converting a number beyond the integer's range would be undefined.
        const double label = std::clamp(instance.number("bbox_label_3d"), -1e9, 1e9);
        const auto category = categories.find(static_cast<std::int64_t>(label));
        if (category == categories.end()) continue;  // -1: none of the categories
        const std::vector<double> box = instance.numbers("bbox_3d", 7);
        frame.labels.boxes.push_back({.center = {box[0], box[1], box[2]},
                                      .size = {box[3], box[4], box[5]},
                                      .yaw = box[6],
                                      .label = category->second});
    }
    return frame;
}

}  // namespace millrace::nodes
