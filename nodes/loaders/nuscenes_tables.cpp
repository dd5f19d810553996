#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <unordered_map>
#include <utility>

#include "nodes/loaders/nuscenes.hpp"
#include "nodes/ops/camera/transform.hpp"

namespace millrace::nodes {
namespace {

/// One table: a list of records, found by token.
class JsonTable {
public:
    explicit JsonTable(std::filesystem::path file)
        : file_(std::move(file)), value_(load_json(file_)) {
        if (!value_.is_array())
            JsonRecord(value_, file_)
                .fail("table", "a list of records", std::string(value_.kind()));
        for (const engine::Value& each : value_.as_array())
            by_token_.emplace(JsonRecord(each, file_).text("token"), &each);
    }
    JsonTable(const JsonTable&) = delete;
    JsonTable& operator=(const JsonTable&) = delete;

    template <class Use>
    void each(Use&& use) const {
        for (const engine::Value& value : value_.as_array()) use(JsonRecord(value, file_));
    }
    /// The record that a member of another one points to.
    JsonRecord of(const JsonRecord& from, std::string_view key) const {
        const std::string token = from.text(key);
        const auto found = by_token_.find(token);
        if (found == by_token_.end())
            from.fail(key, "a token of " + file_.filename().string(), token);
        return {*found->second, file_};
    }

private:
    std::filesystem::path file_;
    engine::Value value_;
    std::unordered_map<std::string, const engine::Value*> by_token_;
};

/// The transform of a record's `rotation` (quaternion w x y z) and `translation` (metres).
types::Matrix4 pose_of(const JsonRecord& record) {
    const std::vector<double> q = record.numbers("rotation", 4),
                              t = record.numbers("translation", 3);
    const double square = q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3];
    if (!(square > 1e-12)) record.fail("rotation", "a quaternion", "zeros");
    const double s = 2 / square, w = q[0], x = q[1], y = q[2], z = q[3];
    return {1 - s * (y * y + z * z),
            s * (x * y - w * z),
            s * (x * z + w * y),
            t[0],
            s * (x * y + w * z),
            1 - s * (x * x + z * z),
            s * (y * z - w * x),
            t[1],
            s * (x * z - w * y),
            s * (y * z + w * x),
            1 - s * (x * x + y * y),
            t[2],
            0,
            0,
            0,
            1};
}

/// The ten classes of the detection benchmark; other categories keep their full name.
std::string benchmark_class(const std::string& category) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kClasses = {
        {{"movable_object.barrier", "barrier"},
         {"movable_object.trafficcone", "traffic_cone"},
         {"vehicle.bicycle", "bicycle"},
         {"vehicle.bus.bendy", "bus"},
         {"vehicle.bus.rigid", "bus"},
         {"vehicle.car", "car"},
         {"vehicle.construction", "construction_vehicle"},
         {"vehicle.motorcycle", "motorcycle"},
         {"vehicle.trailer", "trailer"},
         {"vehicle.truck", "truck"},
         {"human.pedestrian.adult", "pedestrian"},
         {"human.pedestrian.child", "pedestrian"},
         {"human.pedestrian.construction_worker", "pedestrian"},
         {"human.pedestrian.police_officer", "pedestrian"}}};
    const auto found = std::ranges::find(kClasses, category,
                                         &std::pair<std::string_view, std::string_view>::first);
    return found == kClasses.end() ? category : std::string(found->second);
}

types::Box3d box_in(const types::Matrix4& lidar_from_world, const JsonRecord& annotation) {
    const types::Matrix4 lidar_from_box = ops::multiply(lidar_from_world, pose_of(annotation));
    const std::vector<double> size = annotation.numbers("size", 3);  // width, length, height
    return {.center = {lidar_from_box[3], lidar_from_box[7], lidar_from_box[11]},
            .size = {size[1], size[0], size[2]},
            .yaw = std::atan2(lidar_from_box[4], lidar_from_box[0])};
}

}  // namespace

std::vector<NuscenesFrame> frames_from_tables(const std::filesystem::path& root,
                                              const std::filesystem::path& tables) {
    const JsonTable samples(tables / "sample.json"), data(tables / "sample_data.json"),
        sensors(tables / "sensor.json"), mounts(tables / "calibrated_sensor.json"),
        poses(tables / "ego_pose.json"), annotations(tables / "sample_annotation.json"),
        instances(tables / "instance.json"), categories(tables / "category.json");

    std::unordered_map<std::string, std::size_t> frame_of;  // by the sample's token
    std::vector<NuscenesFrame> frames;
    samples.each([&](const JsonRecord& sample) {
        NuscenesFrame frame;
        frame.name = sample.text("token");
        frame.timestamp = sample.number("timestamp") * 1e-6;
        frame.labels.frame = "lidar";
        frame_of.emplace(frame.name, frames.size());
        frames.push_back(std::move(frame));
    });
    const auto find = [&](const JsonRecord& record) -> NuscenesFrame& {
        const std::string token = record.text("sample_token");
        const auto found = frame_of.find(token);
        if (found == frame_of.end()) record.fail("sample_token", "a token of sample.json", token);
        return frames[found->second];
    };

    // Scans first: cameras and boxes are told relative to them.
    const auto key_frames = [&](std::string_view modality, const auto& use) {
        data.each([&](const JsonRecord& entry) {
            const engine::Value& key = entry.at("is_key_frame");
            if (!key.is_bool())
                entry.fail("is_key_frame", "true or false", std::string(key.kind()));
            if (!key.as_bool()) return;
            const JsonRecord mount = mounts.of(entry, "calibrated_sensor_token");
            const JsonRecord sensor = sensors.of(mount, "sensor_token");
            if (sensor.text("modality") != modality) return;
            const types::Matrix4 world_from_ego = pose_of(poses.of(entry, "ego_pose_token"));
            use(entry, mount, sensor.text("channel"),
                ops::multiply(world_from_ego, pose_of(mount)));
        });
    };
    key_frames("lidar", [&](const JsonRecord& entry, const JsonRecord&, const std::string& channel,
                            const types::Matrix4& world_from_lidar) {
        if (channel != "LIDAR_TOP") return;
        NuscenesFrame& frame = find(entry);
        frame.scan = entry.path("filename", root);
        frame.calibration.world_from_lidar = world_from_lidar;
    });
    key_frames("camera", [&](const JsonRecord& entry, const JsonRecord& mount,
                             const std::string& channel, const types::Matrix4& world_from_camera) {
        NuscenesFrame& frame = find(entry);
        types::Camera camera;
        camera.name = channel;
        camera.width = static_cast<int>(std::clamp(entry.number("width"), 0.0, 1e6));
        camera.height = static_cast<int>(std::clamp(entry.number("height"), 0.0, 1e6));
        camera.projection = projection_from(mount.numbers("camera_intrinsic", 9));
        camera.camera_from_lidar =
            ops::multiply(ops::inverse(world_from_camera), frame.calibration.world_from_lidar);
        frame.calibration.cameras.push_back(std::move(camera));
        frame.images.push_back(entry.path("filename", root));
    });

    std::unordered_map<std::string, std::int64_t> tracks;
    instances.each(
        [&](const JsonRecord& instance) { tracks.emplace(instance.text("token"), tracks.size()); });
    std::vector<types::Matrix4> lidar_from_world;
    for (const NuscenesFrame& frame : frames)
        lidar_from_world.push_back(ops::inverse(frame.calibration.world_from_lidar));
    annotations.each([&](const JsonRecord& annotation) {
        NuscenesFrame& frame = find(annotation);
        const JsonRecord instance = instances.of(annotation, "instance_token");
        types::Box3d box =
            box_in(lidar_from_world[static_cast<std::size_t>(&frame - frames.data())], annotation);
        box.label = benchmark_class(categories.of(instance, "category_token").text("name"));
        box.track = tracks.at(instance.text("token"));
        frame.labels.boxes.push_back(std::move(box));
    });

    std::erase_if(frames, [](const NuscenesFrame& frame) { return frame.scan.empty(); });
    std::ranges::sort(frames, [](const NuscenesFrame& a, const NuscenesFrame& b) {
        return std::pair(a.timestamp, a.name) < std::pair(b.timestamp, b.name);
    });
    return frames;
}

}  // namespace millrace::nodes
