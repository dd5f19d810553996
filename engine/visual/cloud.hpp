// A point cloud without any library: positions and any number of named fields with one value (or a few)
// per point. Readers and writers of cloud files deal in this struct.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace millrace::visual {

struct Point {
    float x = 0, y = 0, z = 0;
    friend bool operator==(const Point&, const Point&) = default;
};

/// values.size() == channels * number of points, interleaved.
struct PointField {
    using Values = std::variant<std::vector<std::uint8_t>, std::vector<std::uint16_t>,
                                std::vector<std::int32_t>, std::vector<float>, std::vector<double>>;
    std::string name;  ///< "intensity" (0 to 1), "ring", "rgb" (3 channels, 0 to 255), "normal" (3), "label" …
    int channels = 1;
    Values values;

    std::size_t count() const;                 ///< points covered
    double at(std::size_t point, int channel = 0) const;
    friend bool operator==(const PointField&, const PointField&) = default;
};

struct Cloud {
    std::string frame;                       ///< coordinate frame: "lidar", "world", …
    std::array<double, 3> origin = {};       ///< metres; added to positions, so that UTM coordinates keep their digits
    std::vector<Point> points;               ///< metres
    std::vector<PointField> fields;
    std::uint64_t full_count = 0;            ///< points of the whole when decimated; otherwise points.size()
    double timestamp = 0;                    ///< seconds; 0 when unknown

    const PointField* field(std::string_view name) const;
};

/// The cloud with just the points at `indices` (each < points.size()), fields included, in that order.
void keep_points(Cloud& cloud, const std::vector<std::uint32_t>& indices);

}  // namespace millrace::visual
