// Single-precision vectors and lattice noise for the street's ray casting. Inner loops only: the
// rest of the library uses camera/transform.hpp in double precision. Plain functions, any thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace millrace::ops::street {

struct Vector {
    float x = 0, y = 0, z = 0;
};

inline Vector operator+(Vector a, Vector b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Vector operator-(Vector a, Vector b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Vector operator-(Vector a) { return {-a.x, -a.y, -a.z}; }
inline Vector operator*(Vector a, float factor) {
    return {a.x * factor, a.y * factor, a.z * factor};
}
/// Component by component: what a coloured surface does to coloured light.
inline Vector operator*(Vector a, Vector b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
inline float dot(Vector a, Vector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vector normalized(Vector a) { return a * (1.0f / std::sqrt(std::max(dot(a, a), 1e-20f))); }
inline Vector mix(Vector a, Vector b, float share) { return a + (b - a) * share; }
inline float mix(float a, float b, float share) { return a + (b - a) * share; }
inline float clamp01(float value) { return std::clamp(value, 0.0f, 1.0f); }
/// 0 below `low`, 1 above `high`, smooth between.
inline float smooth(float low, float high, float value) {
    const float t = clamp01((value - low) / (high - low));
    return t * t * (3 - 2 * t);
}
/// Largest integer not above `value`; much cheaper than the library's on plain x86-64.
inline int floor_int(float value) {
    const int truncated = static_cast<int>(value);
    return truncated - (value < static_cast<float>(truncated) ? 1 : 0);
}
inline float fraction(float value) { return value - static_cast<float>(floor_int(value)); }

/// An integer hash with good avalanche (Wang's 32-bit mix with three lattice coordinates).
inline std::uint32_t lattice_hash(int x, int y, int z = 0) {
    std::uint32_t h = static_cast<std::uint32_t>(x) * 0x8da6b343u ^
                      static_cast<std::uint32_t>(y) * 0xd8163841u ^
                      static_cast<std::uint32_t>(z) * 0xcb1ab31fu;
    h ^= h >> 15;
    h *= 0x2c1b3c6du;
    h ^= h >> 12;
    h *= 0x297a2d39u;
    return h ^ (h >> 15);
}
/// The hash as a number in [0, 1).
inline float lattice_value(int x, int y, int z = 0) {
    return static_cast<float>(lattice_hash(x, y, z) >> 8) * 0x1p-24f;
}

/// Smooth noise in [0, 1) with features of about one unit.
inline float noise(float x, float y) {
    const int ix = floor_int(x), iy = floor_int(y);
    float fx = x - static_cast<float>(ix), fy = y - static_cast<float>(iy);
    fx = fx * fx * (3 - 2 * fx);
    fy = fy * fy * (3 - 2 * fy);
    return mix(mix(lattice_value(ix, iy), lattice_value(ix + 1, iy), fx),
               mix(lattice_value(ix, iy + 1), lattice_value(ix + 1, iy + 1), fx), fy);
}
inline float noise(Vector p) {
    const int iz = floor_int(p.z);
    const float fz = p.z - static_cast<float>(iz);
    const int ix = floor_int(p.x), iy = floor_int(p.y);
    float fx = p.x - static_cast<float>(ix), fy = p.y - static_cast<float>(iy);
    fx = fx * fx * (3 - 2 * fx);
    fy = fy * fy * (3 - 2 * fy);
    const auto layer = [&](int z) {
        return mix(mix(lattice_value(ix, iy, z), lattice_value(ix + 1, iy, z), fx),
                   mix(lattice_value(ix, iy + 1, z), lattice_value(ix + 1, iy + 1, z), fx), fy);
    };
    return mix(layer(iz), layer(iz + 1), fz * fz * (3 - 2 * fz));
}
/// Three octaves of noise(), in [0, 1).
inline float rough_noise(float x, float y) {
    return 0.57f * noise(x, y) + 0.29f * noise(x * 2.03f + 7.1f, y * 2.03f + 3.7f) +
           0.14f * noise(x * 4.1f + 1.9f, y * 4.1f + 5.3f);
}

}  // namespace millrace::ops::street
