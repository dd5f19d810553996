// A corrected camera as a file: KITTI's calibration with a new pose of the LiDAR, or JSON. Texts in
// and out; whoever calls writes the file. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "engine/visual/calibrate/correction.hpp"

namespace millrace::visual {

/// The text of a calib/NNNNNN.txt with Tr_velo_to_cam replaced by R0^-1 delta R0 Tr_velo_to_cam, so
/// that R0 Tr_velo_to_cam becomes delta R0 Tr_velo_to_cam; every other byte stays. The entry that
/// counts is replaced: the last of several. Throws engine::Error: E-FILE-050, E-FILE-051 as
/// read_kitti_calibration, E-FILE-053 when R0 can't be inverted.
std::string with_corrected_pose(std::string_view kitti_text, std::string_view name,
                                const Correction& correction);

/// Name, width, height, projection [3, 4], parent_frame, camera_from_parent [4, 4] with the
/// correction in it, both row-major, and the correction itself: its six values and delta [4, 4].
std::string camera_json(const Camera& camera, const Correction& correction);

}  // namespace millrace::visual
