// A recorded data set as a list of frames, whatever its layout on disk. Opened once a run, then
// read-only, so that several frames load at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nodes/types/boxes.hpp"
#include "nodes/types/calibration.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/point_cloud.hpp"

namespace millrace::nodes {

struct RecordedFrame {
    types::PointCloud cloud;  ///< frame "lidar", intensity 0 to 1
    types::Image image;       ///< RGB
    types::Calibration calibration;
    std::optional<types::Boxes3d>
        labels;  ///< frame "lidar", geometric centres; none where not annotated
    std::string name;
};

class Recording {
public:
    virtual ~Recording() = default;
    virtual std::uint64_t count() const = 0;
    /// Files that read() opens, whether there or not.
    virtual std::vector<std::filesystem::path> files(std::uint64_t frame) const = 0;
    /// Throws Error (E-FILE-…) that names the file.
    virtual RecordedFrame read(std::uint64_t frame) const = 0;
};

/// KITTI object layout: velodyne, image_2, calib and perhaps label_2 in `root` or in its folder
/// training. Frames are those with a scan or an image. Throws Error E-FILE-001 or E-FILE-041 when
/// `root` is something else.
std::shared_ptr<const Recording> open_kitti(const std::filesystem::path& root);

/// Key frames of nuScenes: the published layout (folder v1.0-*, samples) or one frame in a
/// sample.json. `camera` is the channel whose image is given out; the calibration holds all. Throws
/// Error: E-FILE-001, E-FILE-041, E-FILE-042 (bad tables), E-PARAM-004 (no such camera).
std::shared_ptr<const Recording> open_nuscenes(const std::filesystem::path& root,
                                               const std::string& camera);

/// The Error for a root that isn't laid out as `expected`.
[[noreturn]] void wrong_layout(const std::filesystem::path& root, std::string expected);

}  // namespace millrace::nodes
