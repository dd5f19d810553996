// A picture of quantization heat: a bar for each layer, the longer and warmer the worse. Plain
// function, any thread.
#pragma once

#include <string>
#include <vector>

#include "nodes/ops/heat/heat.hpp"
#include "nodes/types/image.hpp"

namespace millrace::ops {

/// Of more layers the hottest are shown.
inline constexpr std::size_t kMostHeatRows = 300;

/// RGB picture, 1280 pixels wide, with a row for each layer that rounds something or differs by
/// itself, and for the last layer, in the order of the forward pass. On the left effects, where
/// they were estimated; on the right thick bars of own error, thin ones of inherited error and
/// ticks of the total, all on one scale of SQNR that falls to the right. The three hottest are
/// numbered.
types::Image draw_heat(const std::vector<LayerHeat>& layers, const std::string& title);

}  // namespace millrace::ops
