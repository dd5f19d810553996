// A cloud seen from above. Plain functions, any thread.
#pragma once

#include "nodes/ops/draw/overlay.hpp"

namespace millrace::ops {

struct BirdsEyeStyle {
    double ahead = 60, behind = 20, side = 30;  ///< metres shown from the sensor
    double resolution = 0.1;                    ///< metres per pixel
    PointColor color = PointColor::Height;      ///< Depth: distance from the sensor over ground
    ColorMap map = ColorMap::Turbo;
    double low = -2.2, high = 1.5;  ///< scale of heights, metres
    double ring_step = 10;          ///< metres between range rings; 0: none
    bool legend = true;
    bool tags = true;
};

/// Size in pixels of the picture, without a limit.
std::pair<double, double> birds_eye_size(const BirdsEyeStyle& style);
/// Whether each side has 16 to 8192 pixels.
bool is_birds_eye_size(double width, double height);

/// RGB image, x forward is up and y left is left. Where several points fall on a pixel the highest
/// shows; NaN points are left out. `boxes` in the cloud's frame, may be null; `camera`, may be
/// null, whose field of view is shown. Throws Error: E-IMAGE-005 when a side has under 16 or over
/// 8192 pixels, E-FUSION-001 when the cloud lacks intensities that are asked for.
types::Image draw_birds_eye(const types::PointCloud& cloud, const types::Boxes3d* boxes,
                            const types::Camera* camera, const BirdsEyeStyle& style);

}  // namespace millrace::ops
