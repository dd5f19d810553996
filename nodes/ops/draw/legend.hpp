// The key of a colour scale, drawn into the picture.
#pragma once

#include <optional>
#include <string_view>

#include "nodes/ops/draw/labels.hpp"
#include "nodes/ops/draw/pen.hpp"

namespace millrace::ops {

/// Draws the scale as a bar at the right side with a title such as "depth, m" and numbers at round
/// values, on a dark panel, and gives the panel's place. Nothing is drawn where it would take too
/// much of a small image.
std::optional<Area> draw_legend(Pen& pen, const ColorScale& scale, std::string_view title);

/// Height in pixels of the capitals that suit an image of this size.
double letter_height(int width, int height);

}  // namespace millrace::ops
