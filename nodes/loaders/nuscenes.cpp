#include "nodes/loaders/nuscenes.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "engine/visual/io/cloud_io.hpp"
#include "engine/visual/io/files.hpp"
#include "nodes/loaders/listing.hpp"
#include "nodes/loaders/recording.hpp"

namespace millrace::nodes {
namespace {

/// A scan: little-endian float32 rows x y z intensity (0 to 255) ring.
types::PointCloud load_scan(const std::filesystem::path& file) {
    constexpr std::size_t kColumns = 5;
    const std::vector<std::byte> bytes = visual::read_file_bytes(file, visual::kMaxScanBytes);
    if (bytes.size() % (kColumns * sizeof(float)) != 0) {
        throw engine::Error({.code = "E-FILE-030",
                             .what = "The LiDAR scan is cut short or of another format",
                             .expected = "rows of 20 bytes: x y z intensity ring",
                             .found = fmt::format("{} bytes", bytes.size()),
                             .where = file.string(),
                             .mend = "Fetch the file again."});
    }
    const std::size_t count = bytes.size() / (kColumns * sizeof(float));
    types::PointCloud cloud;
    cloud.frame = "lidar";
    cloud.points.resize(count);
    cloud.full_count = count;
    std::vector<float> intensity(count);
    std::vector<std::uint16_t> ring(count);
    for (std::size_t index = 0; index < count; ++index) {
        float row[kColumns];
        std::memcpy(row, bytes.data() + index * sizeof row, sizeof row);
        cloud.points[index] = {row[0], row[1], row[2]};
        intensity[index] = row[3] / 255.0f;
        ring[index] = row[4] >= 0 && row[4] <= 65535 ? static_cast<std::uint16_t>(row[4]) : 0;
    }
    cloud.fields.push_back({"intensity", 1, std::move(intensity)});
    cloud.fields.push_back({"ring", 1, std::move(ring)});
    return cloud;
}

class NuscenesRecording final : public Recording {
public:
    explicit NuscenesRecording(std::vector<NuscenesFrame> frames) : frames_(std::move(frames)) {}

    std::uint64_t count() const override { return frames_.size(); }

    std::vector<std::filesystem::path> files(std::uint64_t number) const override {
        const NuscenesFrame& frame = frames_.at(number);
        return {frame.scan, frame.images.front()};
    }

    RecordedFrame read(std::uint64_t number) const override {
        const NuscenesFrame& frame = frames_.at(number);
        RecordedFrame read;
        read.cloud = load_scan(frame.scan);
        read.image = load_image(frame.images.front());
        read.calibration = frame.calibration;
        types::Camera& camera = read.calibration.cameras.front();
        read.image.frame = camera.name;
        if (camera.width == 0 || camera.height == 0) {
            camera.width = read.image.width;
            camera.height = read.image.height;
        }
        read.cloud.timestamp = read.image.timestamp = frame.timestamp;
        read.labels = frame.labels;
        read.name = frame.name;
        return read;
    }

private:
    std::vector<NuscenesFrame> frames_;
};

/// Puts the camera whose image is given out in front of the others.
void put_first(NuscenesFrame& frame, const std::string& channel) {
    auto& cameras = frame.calibration.cameras;
    const auto chosen = std::ranges::find(cameras, channel, &types::Camera::name);
    if (chosen == cameras.end()) {
        std::vector<std::string> names;
        for (const types::Camera& camera : cameras) names.push_back(camera.name);
        throw engine::Error({.code = "E-PARAM-004",
                             .what = fmt::format("Frame {} has no such camera", frame.name),
                             .expected = fmt::format("one of {}", fmt::join(names, ", ")),
                             .found = channel,
                             .where = "camera",
                             .mend = "Set camera to one of these."});
    }
    const auto place = chosen - cameras.begin();
    std::rotate(cameras.begin(), chosen, chosen + 1);
    std::rotate(frame.images.begin(), frame.images.begin() + place,
                frame.images.begin() + place + 1);
}

}  // namespace

std::shared_ptr<const Recording> open_nuscenes(const std::filesystem::path& root,
                                               const std::string& camera) {
    std::error_code failed;
    std::set<std::filesystem::path> versions;
    for (std::filesystem::directory_iterator folder(root, failed), end; !failed && folder != end;
         folder.increment(failed)) {
        if (folder->path().filename().string().starts_with("v1.0-") &&
            std::filesystem::exists(folder->path() / "sample.json"))
            versions.insert(folder->path());
    }
    std::vector<NuscenesFrame> frames;
    if (!versions.empty())
        frames = frames_from_tables(root, *versions.begin());
    else if (std::filesystem::exists(root / "sample.json", failed))
        frames.push_back(frame_from_sample(root));
    else
        wrong_layout(root,
                     "a folder v1.0-… with sample.json and the other tables beside a folder "
                     "samples, or a single sample.json");
    if (frames.empty()) wrong_layout(root, "at least one key frame with a LiDAR scan");
    for (NuscenesFrame& frame : frames) put_first(frame, camera);
    return std::make_shared<NuscenesRecording>(std::move(frames));
}

}  // namespace millrace::nodes
