// How a scene is drawn: one description for both renderers, and what saved views hold. Plain
// values.
#pragma once

#include <optional>
#include <string>

#include "engine/visual/scene/color_map.hpp"
#include "engine/visual/scene/geometry.hpp"
#include "engine/visual/visual.hpp"

namespace millrace::visual {

enum class ColorBy {
    Constant,
    Height,     ///< world z
    Range,      ///< distance from the cloud's own origin: the sensor
    Intensity,  ///< field "intensity"
    Ring,       ///< field "ring"
    Label,      ///< field "label", by the palette
    Field,      ///< the named one
    Rgb,        ///< field "rgb"
    Painted     ///< the layer's own colours of its points, such as a camera's
};

struct Coloring {
    ColorBy by = ColorBy::Height;
    std::string field = {};  ///< of ColorBy::Field
    int channel = 0;         ///< of that field
    Map map = Map::Turbo;
    bool reversed = false;
    double low = 0, high = 0;  ///< ends of the map; chosen by the values unless low < high
    Color constant = {200, 205, 215, 255};
    friend bool operator==(const Coloring&, const Coloring&) = default;
};

enum class SizeUnit { Pixels, Metres };
enum class PointShape { Square, Disc };

struct PointSize {
    static constexpr int kMostPixels = 48;
    double value = 2;  ///< pixels are rounded to whole ones, 1 to kMostPixels
    SizeUnit unit = SizeUnit::Pixels;
    PointShape shape = PointShape::Square;
    /// Whole pixels across that a point covers, at most.
    int most_pixels() const {
        if (unit == SizeUnit::Metres) return kMostPixels;
        return std::min(static_cast<int>(std::lround(std::clamp(value, 1.0, 1e3))), kMostPixels);
    }
    friend bool operator==(const PointSize&, const PointSize&) = default;
};

/// Points are darkened where others near them in the picture lie in front (C. Boucheny 2009).
struct EyeDome {
    bool on = true;
    double strength = 1;
    int radius = 1;  ///< pixels to the neighbours
    friend bool operator==(const EyeDome&, const EyeDome&) = default;
};

/// Full sizes in metres, yaw in radians about +z; an infinite size crops nothing along its axis.
struct CropBox {
    Vector3 center = {}, size = {};
    double yaw = 0;
    friend bool operator==(const CropBox&, const CropBox&) = default;
};

struct Style {
    Coloring coloring = {};
    PointSize point_size = {};
    EyeDome eye_dome = {};
    Color background_top = {38, 44, 56, 255}, background_bottom = {16, 18, 23, 255};
    Color selection = {255, 214, 10, 255};
    std::optional<CropBox> crop = {};
    bool grid = true, axes = true;
    Color grid_color = {150, 165, 190, 90};
    double line_width = 1.6;     ///< pixels
    double hidden_lines = 0.22;  ///< opacity of what points hide
    friend bool operator==(const Style&, const Style&) = default;
};

}  // namespace millrace::visual
