// Visuals: packets rendered to neutral structs that any viewer can show and that need no library. A visual
// made under a budget says how much of the whole it holds.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/visual/cloud.hpp"
#include "engine/visual/tensor.hpp"

namespace millrace::visual {

/// How many bytes a visual may take; clouds are decimated and images scaled down to fit.
struct Budget {
    std::size_t bytes = std::size_t{64} << 20;
};

using Color = std::array<std::uint8_t, 4>;  ///< red, green, blue, alpha
/// Row-major homogeneous transform, metres; names read `target_from_source`.
using Matrix4 = std::array<double, 16>;
inline constexpr Matrix4 kIdentity = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};

/// Row-major raster, channels interleaved, red first. Pixel (0, 0) is the top-left corner.
struct Raster {
    int width = 0, height = 0, channels = 0;
    enum class Depth { U8, U16, F32 } depth = Depth::U8;
    std::vector<std::uint8_t> bytes;  ///< width * height * channels * bytes of depth, host order
    int full_width = 0, full_height = 0;
    std::string frame;  ///< camera whose image this is; may be empty
    std::string unit;   ///< "m" for a depth image; empty for colours
};

/// Boxes in one frame: centre and full sizes in metres, yaw in radians counter-clockwise about +z.
struct Boxes3d {
    struct Box {
        std::array<double, 3> center = {};
        std::array<double, 3> size = {};
        double yaw = 0;
        std::string label;
        double score = 1;
        std::int64_t track = -1;
    };
    std::string frame;
    std::vector<Box> boxes;
    std::uint64_t full_count = 0;  ///< in a visual: boxes of the whole
};

/// Boxes in pixels, corners x1 y1 x2 y2.
struct Boxes2d {
    struct Box {
        std::array<double, 4> xyxy = {};
        std::string label;
        double score = 1;
    };
    std::string frame;
    std::vector<Box> boxes;
    std::uint64_t full_count = 0;  ///< in a visual: boxes of the whole
};

struct Polyline {
    std::string frame, name;
    std::vector<std::array<double, 3>> points;
    Color color = {255, 255, 255, 255};
};

/// A pinhole camera: projection takes the rectified camera frame to pixels, [3, 4] row-major.
struct Camera {
    std::string name;
    int width = 0, height = 0;
    std::array<double, 12> projection = {};
    std::string parent_frame;  ///< frame on the right of camera_from_parent
    Matrix4 camera_from_parent = kIdentity;
};

struct Text {
    std::string text;
    std::uint64_t full_bytes = 0;  ///< of the whole when cut; otherwise 0
};

struct Tokens {
    std::vector<std::string> tokens;
    std::vector<double> scores;  ///< empty, or one per token
};

struct Series {
    std::string title, x_label, y_label;
    struct Line {
        std::string name;
        std::vector<double> x, y;
    };
    std::vector<Line> lines;
};

struct Histogram {
    std::string title, unit;
    double min = 0, max = 0;
    std::vector<std::uint64_t> counts;
};

/// Cells as text, ready to show; `full_rows` counts the rows of the whole table.
struct Table {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
    std::uint64_t full_rows = 0;
};

struct ModelGraph {
    struct Layer {
        std::string name, type;
        std::uint64_t parameters = 0;
        std::vector<std::int64_t> output_shape;
    };
    std::vector<Layer> layers;
    std::vector<std::pair<int, int>> edges;
};

using Visual = std::variant<Raster, Cloud, Boxes3d, Boxes2d, Polyline, Camera, Text, Tokens, Series, Histogram,
                            Table, TensorBlock, ModelGraph>;

}  // namespace millrace::visual
