// The two sensors of the street: where their rays go, and what comes back of them. Each takes a
// finished scene and changes nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/random.hpp"
#include "nodes/ops/street/scene.hpp"
#include "nodes/ops/street/street.hpp"

namespace millrace::ops::street {

constexpr float kCameraForward = 0.27f;  ///< of the camera before the LiDAR, metres, as in KITTI
constexpr float kCameraBelow = 0.08f;

/// A pinhole camera in the scene frame; pixel (0, 0) is the image's corner.
struct View {
    Vector origin, right, down, forward;
    float focal, center_u, center_v;

    View(const StreetSettings& settings, const Scene& scene);
    /// The ray through a pixel position, and how much depth (along the axis) one metre of it is.
    Ray ray(float u, float v, float* depth_per_metre = nullptr) const;
};

/// KITTI's lens, scaled to the image: focal length and principal point in pixels.
struct Lens {
    double focal, center_u, center_v;
};
Lens lens_of(const StreetSettings& settings);

/// The picture, 8-bit RGB.
types::Image render(const Scene& scene, const StreetSettings& settings, const StopAsk& stop);

/// One turn of the LiDAR. `returns` gets the number of pulses that came back from each object of
/// the scene.
types::PointCloud scan(const Scene& scene, const StreetSettings& settings, engine::Random random,
                       std::vector<int>& returns, const StopAsk& stop);

}  // namespace millrace::ops::street
