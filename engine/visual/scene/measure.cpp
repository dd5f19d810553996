#include "engine/visual/scene/measure.hpp"

namespace millrace::visual {

Distance distance(const Vector3& from, const Vector3& to) {
    const Vector3 arm = to - from;
    return {length(arm), std::hypot(arm[0], arm[1]), arm[2]};
}

double angle(const Vector3& a, const Vector3& vertex, const Vector3& b) {
    const Vector3 first = a - vertex, second = b - vertex;
    return std::atan2(length(cross(first, second)), dot(first, second));
}

Area area(std::span<const Vector3> corners) {
    Area result;
    if (corners.size() < 2) return result;
    Vector3 sum = {};
    for (std::size_t i = 0; i < corners.size(); ++i) {
        const Vector3& next = corners[(i + 1) % corners.size()];
        result.perimeter += length(next - corners[i]);
        // Relative to a corner, so that coordinates of 1e7 m keep their digits.
        sum = sum + cross(corners[i] - corners[0], next - corners[0]);
    }
    result.area = length(sum) / 2;
    result.level_area = std::abs(sum[2]) / 2;
    result.normal = normalized(sum[2] < 0 ? sum * -1 : sum);
    return result;
}

double path_length(std::span<const Vector3> points) {
    double sum = 0;
    for (std::size_t i = 1; i < points.size(); ++i) sum += length(points[i] - points[i - 1]);
    return sum;
}

}  // namespace millrace::visual
