// A synthetic street: a seeded drive with LiDAR, camera image, calibration and labels that belong
// together, so that everything runs with nothing to download. Each frame is a pure function of
// (settings, seed, item); any number may be made at once.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "nodes/ops/cloud/stop.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/calibration.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/point_cloud.hpp"

namespace millrace::ops {

struct StreetSettings {
    int rings = 64;
    int steps = 1800;         ///< firings per turn
    double lowest = -0.4328;  ///< elevation of the lowest and highest ring, radians (HDL-64E:
                              ///< -24.8, +2 degrees)
    double highest = 0.0349;
    double max_range = 120;          ///< m
    double range_noise = 0.02;       ///< standard deviation, m
    double drop_out = 1;             ///< factor on the share of returns that get lost; 0 keeps all
    int width = 1242, height = 375;  ///< image, pixels
    double speed = 10;               ///< of the vehicle, m/s
    double interval = 0.1;           ///< between frames, s
    int min_label_points = 5;        ///< labels with fewer returns are left out
};

struct StreetFrame {
    types::PointCloud
        cloud;           ///< [N], frame "lidar"; intensity float32 0 to 1, ring uint16 (0 lowest)
    types::Image image;  ///< 8-bit RGB, frame "camera"
    types::Calibration calibration;  ///< one camera, "camera"
    types::Boxes3d
        labels;  ///< frame "lidar"; "Car" and "Pedestrian", geometric centres, track numbers
};

/// Frame `item` of the drive `seed`. Asks `stop` some hundred times; told to stop, it returns early
/// with a frame that is to be thrown away. Throws engine::Error (E-PARAM-004) for settings without
/// rays or pixels.
StreetFrame make_street_frame(const StreetSettings& settings, std::uint64_t seed,
                              std::uint64_t item, const StopAsk& stop = never_stop);

/// What a frame has besides its measurements; costs microseconds.
types::Calibration street_calibration(const StreetSettings& settings, std::uint64_t item);

/// The true depth along the optical axis (m) of the surface seen at each of `pixels` ([N], u v in
/// pixels of the image, fractions allowed) by the camera of that frame; infinite for the sky.
std::vector<float> street_depth(const StreetSettings& settings, std::uint64_t seed,
                                std::uint64_t item, std::span<const std::array<float, 2>> pixels);

}  // namespace millrace::ops
