#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/loaders/listing.hpp"
#include "nodes/loaders/recording.hpp"
#include "nodes/ops/street/street.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/calibration.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/point_cloud.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

enum class Kind { Synthetic, Kitti, NuScenes };

constexpr int kStreetFrames = 8;  // of the synthetic drive, which has no end of its own

struct Scene {
    Kind kind = Kind::Synthetic;
    engine::Path root;
    int first = 0;
    int frames = 0;
    std::string camera = "CAM_FRONT";
    int drive = 0;
    double speed = 10;
    double interval = 0.1;
    int rings = 64;
    int steps = 1800;
    double range_noise = 0.02;
    double drop_out = 1;
    int width = 1242, height = 375;

    static engine::NodeSpec spec() {
        return {
            .id = "loaders.scene",
            .title = "Driving scene",
            .group = "Sources",
            .doc =
                "Gives LiDAR scans with the matching camera image, calibration and 3D labels. "
                "Synthetic scenes are made on the "
                "spot and need no data; KITTI reads the object-detection layout, nuScenes its key "
                "frames.",
            .outputs =
                {{"cloud",
                  "[N] points in the LiDAR frame, metres; intensity 0 to 1, ring where the sensor "
                  "tells it"},
                 {"image", "[height, width, 3] 8-bit RGB of one camera"},
                 {"calibration",
                  "Cameras of the frame; the first matches the image unless it is named otherwise"},
                 {"labels",
                  "Boxes in the LiDAR frame, geometric centres; none for a frame that isn't "
                  "annotated"},
                 {"name", "Name of the frame, such as 000008"}},
            .params =
                {{.name = "kind",
                  .field = &Scene::kind,
                  .choices = {"synthetic", "kitti", "nuscenes"},
                  .doc = "Where scenes come from"},
                 {.name = "root",
                  .field = &Scene::root,
                  .doc = "Folder of the data set: with velodyne, image_2 and calib (KITTI), or "
                         "v1.0-* and samples, or "
                         "sample.json (nuScenes); synthetic needs none",
                  .existing_path = true},
                 {.name = "first",
                  .field = &Scene::first,
                  .range = {0, 1e9},
                  .doc = "Number of the first frame"},
                 {.name = "frames",
                  .field = &Scene::frames,
                  .range = {0, 1e9},
                  .doc = "How many frames; 0 means all of a data set, and 8 of a synthetic drive"},
                 {.name = "camera",
                  .field = &Scene::camera,
                  .doc = "nuScenes: the camera whose image is given out"},
                 {.name = "drive",
                  .field = &Scene::drive,
                  .range = {0, 1e9},
                  .doc = "Synthetic: another number is another street under the same seed"},
                 {.name = "speed",
                  .field = &Scene::speed,
                  .unit = "m/s",
                  .range = {0, 50},
                  .doc = "Synthetic: of the vehicle"},
                 {.name = "interval",
                  .field = &Scene::interval,
                  .unit = "s",
                  .range = {0.001, 60},
                  .doc = "Synthetic: time between frames"},
                 {.name = "rings",
                  .field = &Scene::rings,
                  .range = {1, 256},
                  .doc = "Synthetic: lasers of the LiDAR",
                  .advanced = true},
                 {.name = "steps",
                  .field = &Scene::steps,
                  .range = {1, 36000},
                  .doc = "Synthetic: firings of the LiDAR per turn",
                  .advanced = true},
                 {.name = "range_noise",
                  .field = &Scene::range_noise,
                  .unit = "m",
                  .range = {0, 5},
                  .doc = "Synthetic: standard deviation of ranges",
                  .advanced = true},
                 {.name = "drop_out",
                  .field = &Scene::drop_out,
                  .range = {0, 1},
                  .doc = "Synthetic: factor on the share of returns that get lost; 0 keeps all",
                  .advanced = true},
                 {.name = "width",
                  .field = &Scene::width,
                  .unit = "px",
                  .range = {16, 8192},
                  .doc = "Synthetic: of the image",
                  .advanced = true},
                 {.name = "height",
                  .field = &Scene::height,
                  .unit = "px",
                  .range = {16, 8192},
                  .doc = "Synthetic: of the image",
                  .advanced = true}},
            .tags = {"lidar", "camera", "kitti", "nuscenes", "synthetic"},
            .pure = true,
            .random = true,
            .resource = engine::Resource::Disk,
            .source = "KITTI: Geiger, Lenz, Urtasun, CVPR 2012; nuScenes: Caesar et al., CVPR 2020",
        };
    }

    std::vector<engine::Problem> check() const {
        if (kind == Kind::Synthetic || !root.text.empty()) return {};
        return {{.code = "E-FILE-001",
                 .what = "A data set needs its folder",
                 .expected = "the data set's folder",
                 .found = "nothing",
                 .where = "root",
                 .mend = "Set root, or set kind to synthetic, which needs no data."}};
    }

    void start() {
        recording_.reset();
        if (kind == Kind::Kitti) recording_ = open_kitti(root.text);
        if (kind == Kind::NuScenes) recording_ = open_nuscenes(root.text, camera);
        count_ = recording_ ? items_of(recording_->count(), first, frames)
                            : static_cast<std::uint64_t>(frames > 0 ? frames : kStreetFrames);
    }

    std::optional<std::tuple<types::PointCloud, types::Image, types::Calibration,
                             std::optional<types::Boxes3d>, types::Text>>
    operator()(engine::Item item, engine::RunContext& context) const {
        if (item.number >= count_) return std::nullopt;
        const std::uint64_t frame = frame_of(item.number);
        if (recording_) {
            RecordedFrame read = recording_->read(frame);
            warn_of_lost_positions(read.cloud, context);
            return std::tuple{std::move(read.cloud), std::move(read.image),
                              std::move(read.calibration), std::move(read.labels),
                              types::Text{std::move(read.name)}};
        }
        // All frames of a drive share one street, so its random numbers hang on the seed alone.
        const std::uint64_t seed =
            context.seed() + static_cast<std::uint64_t>(drive) * 0x9E3779B97F4A7C15ull;
        ops::StreetFrame made = ops::make_street_frame(
            street(), seed, frame, [&context] { return context.stop_requested(); });
        return std::tuple{std::move(made.cloud), std::move(made.image), std::move(made.calibration),
                          std::optional(std::move(made.labels)),
                          types::Text{fmt::format("{:06}", frame)}};
    }

    std::uint64_t count() const { return count_; }

    std::vector<engine::Path> files(std::uint64_t item) const {
        std::vector<engine::Path> paths;
        if (!recording_ || item >= count_) return paths;
        for (const auto& file : recording_->files(frame_of(item))) paths.push_back({file.string()});
        return paths;
    }

private:
    std::uint64_t frame_of(std::uint64_t item) const {
        return item + static_cast<std::uint64_t>(first);
    }

    ops::StreetSettings street() const {
        ops::StreetSettings settings;
        settings.rings = rings;
        settings.steps = steps;
        settings.range_noise = range_noise;
        settings.drop_out = drop_out;
        settings.width = width;
        settings.height = height;
        settings.speed = speed;
        settings.interval = interval;
        return settings;
    }

    std::shared_ptr<const Recording> recording_;  // none for the synthetic street
    std::uint64_t count_ = 0;
};

}  // namespace

void register_scene(engine::Registry& registry) { registry.add<Scene>(); }

}  // namespace millrace::nodes
