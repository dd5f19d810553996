// A cloud seen from above.
#pragma once

#include "nodes/ops/draw/overlay.hpp"

namespace millrace::ops {

struct BirdsEyeStyle {
    double ahead = 60, behind = 20, side = 30;  ///< metres shown from the sensor
    double pixels_per_metre = 10;
    PointColor color = PointColor::Height;      ///< height or intensity
    ColorMap map = ColorMap::Turbo;
    double low = -2.2, high = 1.5;              ///< scale of heights, metres
    double ring_step = 10;                      ///< metres between range rings; 0: none
};

/// RGB image, x forward is up and y left is left. Where several points fall on a pixel the highest shows. `boxes` may be
/// null. NaN points are left out.
types::Image draw_birds_eye(const types::PointCloud& cloud, const types::Boxes3d* boxes, const BirdsEyeStyle& style);

}  // namespace millrace::ops
