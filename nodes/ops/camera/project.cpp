#include "nodes/ops/camera/project.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "nodes/ops/boxes/corners.hpp"
#include "nodes/ops/camera/lens.hpp"

namespace millrace::ops {
namespace {

// Points are taken in blocks, coordinate by coordinate, so that the compiler vectorises each loop.
constexpr std::size_t kBlock = 256;
using Values = std::array<double, kBlock>;

struct Block {
    Values x, y, z;  // LiDAR frame
    Values camera_x, camera_y, camera_z;
    Values u, v;
    Values depth;  // w - P[2][3]
};

void to_camera(Block& block, std::size_t count, const types::Camera& camera) {
    const Matrix4& m = camera.camera_from_lidar;
    const auto& p = camera.projection;
    for (std::size_t i = 0; i < count; ++i) {
        const double x = block.x[i], y = block.y[i], z = block.z[i];
        block.camera_x[i] = m[0] * x + m[1] * y + m[2] * z + m[3];
        block.camera_y[i] = m[4] * x + m[5] * y + m[6] * z + m[7];
        block.camera_z[i] = m[8] * x + m[9] * y + m[10] * z + m[11];
        block.depth[i] =
            p[8] * block.camera_x[i] + p[9] * block.camera_y[i] + p[10] * block.camera_z[i];
    }
}

void to_pixels(Block& block, std::size_t count, const std::array<double, 12>& p) {
    for (std::size_t i = 0; i < count; ++i) {
        const double x = block.camera_x[i], y = block.camera_y[i], z = block.camera_z[i];
        const double scale = 1.0 / z;
        block.u[i] = (p[0] * x + p[1] * y + p[2] * z + p[3]) * scale;
        block.v[i] = (p[4] * x + p[5] * y + p[6] * z + p[7]) * scale;
    }
}

}  // namespace

void project_points(std::span<const types::Point> points, const types::Camera& camera,
                    ImageSize size, ProjectedPoints& projected) {
    const Lens lens(camera);
    const ImageSize image = image_size(camera, size);
    const auto width = static_cast<float>(image.width), height = static_cast<float>(image.height);
    projected.uv.resize(points.size());
    projected.depth.resize(points.size());
    projected.in_front.resize(points.size());
    projected.in_image.resize(points.size());

    Block block;
    std::array<std::uint8_t, kBlock> trusted;
    trusted.fill(1);
    for (std::size_t start = 0; start < points.size(); start += kBlock) {
        const std::size_t count = std::min(kBlock, points.size() - start);
        const types::Point* from = points.data() + start;
        for (std::size_t i = 0; i < count; ++i) {
            block.x[i] = from[i].x;
            block.y[i] = from[i].y;
            block.z[i] = from[i].z;
        }
        to_camera(block, count, camera);
        if (!lens.is_ideal()) {
            for (std::size_t i = 0; i < count; ++i) {
                trusted[i] = lens.bend(block.camera_x[i], block.camera_y[i], block.camera_z[i]);
            }
        }
        to_pixels(block, count, camera.projection);

        Pixel* uv = projected.uv.data() + start;
        float* depth = projected.depth.data() + start;
        std::uint8_t* in_front = projected.in_front.data() + start;
        std::uint8_t* in_image = projected.in_image.data() + start;
        for (std::size_t i = 0; i < count; ++i) {
            uv[i] = {static_cast<float>(block.u[i]), static_cast<float>(block.v[i])};
            depth[i] = static_cast<float>(block.depth[i]);
        }
        // & rather than &&: no branches, and NaN fails every comparison.
        for (std::size_t i = 0; i < count; ++i) {
            const float u = uv[i].u, v = uv[i].v;
            in_front[i] = depth[i] > 0;
            in_image[i] =
                (depth[i] >= 0) & (u >= 0) & (u < width) & (v >= 0) & (v < height) & trusted[i];
        }
    }
}

ProjectedPoints project_points(std::span<const types::Point> points, const types::Camera& camera,
                               ImageSize size) {
    ProjectedPoints projected;
    project_points(points, camera, size, projected);
    return projected;
}

std::vector<PixelSegment> project_box_edges(const types::Box3d& box, const types::Camera& camera,
                                            double near) {
    const Lens lens(camera);
    auto corners = box_corners(box);
    for (Vector3& corner : corners) {
        corner = transform(camera.camera_from_lidar, corner);
        if (!std::ranges::all_of(corner, [](double value) { return std::isfinite(value); }))
            return {};
    }
    const auto& p = camera.projection;
    const auto pixel = [&](Vector3 point) {
        lens.bend(point[0], point[1], point[2]);
        const auto row = [&](int r) {
            return p[r] * point[0] + p[r + 1] * point[1] + p[r + 2] * point[2] + p[r + 3];
        };
        return Pixel{static_cast<float>(row(0) / point[2]), static_cast<float>(row(4) / point[2])};
    };
    std::vector<PixelSegment> segments;
    for (const auto& [first, second] : kBoxEdges) {
        Vector3 from = corners[first], to = corners[second];
        if (from[2] < near && to[2] < near) continue;
        if (from[2] < near || to[2] < near) {
            Vector3& behind = from[2] < near ? from : to;
            const Vector3& ahead = from[2] < near ? to : from;
            const double part = (near - behind[2]) / (ahead[2] - behind[2]);
            for (int axis = 0; axis < 2; ++axis)
                behind[axis] += part * (ahead[axis] - behind[axis]);
            behind[2] = near;
        }
        segments.push_back({pixel(from), pixel(to)});
    }
    return segments;
}

}  // namespace millrace::ops
