// What the measuring tools of the cloud viewer tell. Metres, radians, square metres; any thread.
#pragma once

#include <span>

#include "engine/visual/scene/geometry.hpp"

namespace millrace::visual {

struct Distance {
    double straight = 0;
    double level = 0;   ///< in the plane of x and y
    double height = 0;  ///< of the second above the first
};
Distance distance(const Vector3& from, const Vector3& to);

/// At `vertex`, 0 to pi; 0 when an arm has no length.
double angle(const Vector3& a, const Vector3& vertex, const Vector3& b);

struct Area {
    double area = 0;  ///< of the closed polygon; of one that isn't flat, its shadow at its fullest
    double level_area = 0;  ///< of its shadow on the plane of x and y
    double perimeter = 0;
    Vector3 normal = {};  ///< of length one, upwards where it can; zero without an area
};
/// Fewer than three corners have no area.
Area area(std::span<const Vector3> corners);

/// Of the open path.
double path_length(std::span<const Vector3> points);

}  // namespace millrace::visual
