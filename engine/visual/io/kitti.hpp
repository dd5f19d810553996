// The text files of the KITTI object-detection layout. Untrusted input; no library.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::visual {

/// One calib/NNNNNN.txt: projections of the four cameras from the rectified frame, the rectifying
/// rotation and the LiDAR's pose. Rows of 3x4 and 3x3 matrices one after the other; metres and
/// pixels. P0, P1 and P3 may be absent (zero).
struct KittiCalibration {
    std::array<double, 12> p0 = {}, p1 = {}, p2 = {}, p3 = {};
    std::array<double, 9> r0 = {};
    std::array<double, 12> velo_to_cam = {};
};

/// Throws engine::Error: E-FILE-050 (a required key is missing), E-FILE-051 (wrong count of
/// numbers, or not a finite number), naming key and line.
KittiCalibration read_kitti_calibration(std::string_view text, std::string_view name);

/// One line of label_2/NNNNNN.txt: 2D box in pixels; size in metres; x y z of the bottom centre in
/// the rectified camera frame; rotation about its y axis, radians.
struct KittiLabel {
    std::string type;
    double truncation = 0;
    int occlusion = 0;
    double alpha = 0;
    std::array<double, 4> xyxy = {};
    double height = 0, width = 0, length = 0;
    double x = 0, y = 0, z = 0;
    double rotation_y = 0;
    double score = 1;  ///< 1 where the line has none
};

/// Throws engine::Error E-FILE-052 with the line when one is malformed.
std::vector<KittiLabel> read_kitti_labels(std::string_view text, std::string_view name);

}  // namespace millrace::visual
