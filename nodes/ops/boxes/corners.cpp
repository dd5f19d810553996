#include "nodes/ops/boxes/corners.hpp"

#include <cmath>

namespace millrace::ops {

std::array<std::array<double, 3>, 8> box_corners(const types::Box3d& box) {
    constexpr std::array<std::array<int, 2>, 4> kSigns = {{{1, 1}, {1, -1}, {-1, -1}, {-1, 1}}};
    const double cosine = std::cos(box.yaw), sine = std::sin(box.yaw);
    std::array<std::array<double, 3>, 8> corners = {};
    for (int i = 0; i < 8; ++i) {
        const double x = kSigns[i % 4][0] * box.size[0] / 2, y = kSigns[i % 4][1] * box.size[1] / 2;
        const double z = (i < 4 ? -1 : 1) * box.size[2] / 2;
        corners[i] = {box.center[0] + cosine * x - sine * y, box.center[1] + sine * x + cosine * y,
                      box.center[2] + z};
    }
    return corners;
}

}  // namespace millrace::ops
