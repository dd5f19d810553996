// The little vector algebra that scenes need, in double precision. Plain values, any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace millrace::visual {

using Vector3 = std::array<double, 3>;
using Vector2 = std::array<double, 2>;

inline Vector3 operator+(const Vector3& a, const Vector3& b) {
    return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}
inline Vector3 operator-(const Vector3& a, const Vector3& b) {
    return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
inline Vector3 operator*(const Vector3& a, double s) { return {a[0] * s, a[1] * s, a[2] * s}; }
inline double dot(const Vector3& a, const Vector3& b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
inline Vector3 cross(const Vector3& a, const Vector3& b) {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
inline double length(const Vector3& a) { return std::hypot(a[0], a[1], a[2]); }
/// Zero stays zero.
inline Vector3 normalized(const Vector3& a) {
    const double size = length(a);
    return size > 0 ? a * (1 / size) : a;
}
inline bool finite(const Vector3& a) {
    return std::isfinite(a[0]) && std::isfinite(a[1]) && std::isfinite(a[2]);
}

/// An axis-aligned box, metres; without points `low` is above `high`.
struct Bounds {
    Vector3 low = {kNone, kNone, kNone}, high = {-kNone, -kNone, -kNone};

    static constexpr double kNone = std::numeric_limits<double>::infinity();
    bool empty() const { return !(low[0] <= high[0]); }
    void add(const Vector3& point) {
        for (int i = 0; i < 3; ++i) {
            low[i] = std::min(low[i], point[i]);
            high[i] = std::max(high[i], point[i]);
        }
    }
    void add(const Bounds& other) {
        if (other.empty()) return;
        add(other.low);
        add(other.high);
    }
    Vector3 center() const { return empty() ? Vector3{} : (low + high) * 0.5; }
    Vector3 size() const { return empty() ? Vector3{} : high - low; }
    /// Corner 0 to 7: bit 0 takes the high x, bit 1 y, bit 2 z.
    Vector3 corner(int index) const {
        return {index & 1 ? high[0] : low[0], index & 2 ? high[1] : low[1],
                index & 4 ? high[2] : low[2]};
    }
    bool contains(const Vector3& p) const {
        return p[0] >= low[0] && p[0] <= high[0] && p[1] >= low[1] && p[1] <= high[1] &&
               p[2] >= low[2] && p[2] <= high[2];
    }
};

}  // namespace millrace::visual
