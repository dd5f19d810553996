// Boxes drawn into a camera image, in space as wire frames or as rectangles. Plain functions, any
// thread.
#pragma once

#include "nodes/ops/draw/labels.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/calibration.hpp"

namespace millrace::ops {

/// Draws those of `boxes` (LiDAR frame) that `camera` sees, the farthest first, the front face
/// shaded and crossed, and leaves a tag with label, score and depth for each in `labels`.
void draw_boxes(Pen& pen, const types::Boxes3d& boxes, const types::Camera& camera, Labels& labels);

/// Draws rectangles (pixels) and leaves a tag with label and score for each in `labels`.
void draw_rectangles(Pen& pen, const types::Boxes2d& rectangles, Labels& labels);

}  // namespace millrace::ops
