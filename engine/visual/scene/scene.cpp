#include "engine/visual/scene/scene.hpp"

#include <utility>

namespace millrace::visual {
namespace {

void add_finite(Bounds& bounds, const Vector3& point) {
    if (finite(point)) bounds.add(point);
}

void add_others(Bounds& bounds, const Scene& scene) {
    for (const BoxLayer& layer : scene.boxes) {
        if (!layer.visible || !layer.boxes) continue;
        for (const Boxes3d::Box& box : layer.boxes->boxes) {
            for (int i = 0; i < 8; ++i)
                add_finite(bounds, transform(layer.world_from_layer, corner(box, i)));
        }
    }
    for (const PathLayer& layer : scene.paths) {
        if (!layer.visible || !layer.path) continue;
        for (const Vector3& point : layer.path->points)
            add_finite(bounds, transform(layer.world_from_layer, point));
    }
    for (const CameraLayer& layer : scene.cameras) {
        if (!layer.visible) continue;
        if (const auto corners = frustum(layer.camera, layer.depth)) {
            for (const Vector3& point : *corners)
                add_finite(bounds, transform(layer.world_from_layer, point));
        }
    }
}

}  // namespace

Vector3 transform(const Matrix4& m, const Vector3& p) {
    return {m[0] * p[0] + m[1] * p[1] + m[2] * p[2] + m[3],
            m[4] * p[0] + m[5] * p[1] + m[6] * p[2] + m[7],
            m[8] * p[0] + m[9] * p[1] + m[10] * p[2] + m[11]};
}

Bounds transformed(const Matrix4& matrix, const Bounds& bounds) {
    Bounds result;
    if (bounds.empty()) return result;
    for (int i = 0; i < 8; ++i) result.add(transform(matrix, bounds.corner(i)));
    return result;
}

Matrix4 inverse_of(const Matrix4& m) {
    Matrix4 inverse = kIdentity;
    for (int row = 0; row < 3; ++row) {
        for (int column = 0; column < 3; ++column) inverse[row * 4 + column] = m[column * 4 + row];
        inverse[row * 4 + 3] = -(m[row] * m[3] + m[4 + row] * m[7] + m[8 + row] * m[11]);
    }
    return inverse;
}

Matrix4 product(const Matrix4& left, const Matrix4& right) {
    Matrix4 result{};
    for (int row = 0; row < 4; ++row) {
        for (int column = 0; column < 4; ++column) {
            for (int i = 0; i < 4; ++i)
                result[row * 4 + column] += left[row * 4 + i] * right[i * 4 + column];
        }
    }
    return result;
}

Vector3 corner(const Boxes3d::Box& box, int index) {
    const double along = box.size[0] / 2 * (index & 1 ? 1 : -1);
    const double across = box.size[1] / 2 * (index & 2 ? 1 : -1);
    const double cosine = std::cos(box.yaw), sine = std::sin(box.yaw);
    return box.center + Vector3{along * cosine - across * sine, along * sine + across * cosine,
                                box.size[2] / 2 * (index & 4 ? 1 : -1)};
}

std::optional<std::array<Vector3, 5>> frustum(const Camera& camera, double depth) {
    const auto& p = camera.projection;
    const Vector3 rows[3] = {{p[0], p[1], p[2]}, {p[4], p[5], p[6]}, {p[8], p[9], p[10]}};
    // The inverse of the left 3 x 3 part has these columns.
    const Vector3 columns[3] = {cross(rows[1], rows[2]), cross(rows[2], rows[0]),
                                cross(rows[0], rows[1])};
    const double determinant = dot(rows[0], columns[0]);
    if (!std::isfinite(determinant) || std::abs(determinant) < 1e-12) return std::nullopt;
    const auto solve = [&](const Vector3& v) {
        return (columns[0] * v[0] + columns[1] * v[1] + columns[2] * v[2]) * (1 / determinant);
    };
    const Matrix4 parent_from_camera = inverse_of(camera.camera_from_parent);
    const Vector3 center = solve({-p[3], -p[7], -p[11]});
    const double right = camera.width, bottom = camera.height;
    const Vector3 pixels[4] = {{0, 0, 1}, {right, 0, 1}, {right, bottom, 1}, {0, bottom, 1}};
    std::array<Vector3, 5> result;
    for (int i = 0; i < 4; ++i)
        result[i] = transform(parent_from_camera, center + solve(pixels[i]) * depth);
    result[4] = transform(parent_from_camera, center);
    return result;
}

Bounds Scene::bounds() const {
    Bounds bounds;
    for (const CloudLayer& layer : clouds) {
        if (layer.shown()) bounds.add(transformed(layer.world_from_layer, layer.tree->bounds()));
    }
    add_others(bounds, *this);
    return bounds;
}

Bounds Scene::core_bounds() const {
    constexpr std::size_t kEnough = 50'000;
    std::array<std::vector<double>, 3> values;
    for (const CloudLayer& layer : clouds) {
        if (!layer.shown()) continue;
        const PointTree& tree = *layer.tree;
        // A first part of each leaf is a fair sample of it.
        const std::size_t step = tree.size() / kEnough + 1;
        for (const PointTree::Leaf& leaf : tree.leaves()) {
            for (std::size_t i = 0; i < leaf.count; i += step) {
                const std::size_t place = leaf.begin + i;
                const Vector3 point = transform(
                    layer.world_from_layer,
                    leaf.center + Vector3{tree.x()[place], tree.y()[place], tree.z()[place]});
                for (int axis = 0; axis < 3; ++axis) values[axis].push_back(point[axis]);
            }
        }
    }
    if (values[0].empty()) return bounds();
    Bounds core;
    for (int axis = 0; axis < 3; ++axis) {
        const auto at = [&](double share) {
            const auto place = values[axis].begin() +
                               static_cast<std::ptrdiff_t>(
                                   share * static_cast<double>(values[axis].size() - 1) + 0.5);
            std::ranges::nth_element(values[axis], place);
            return *place;
        };
        core.low[axis] = at(0.01);
        core.high[axis] = at(0.99);
    }
    return core;
}

CloudLayer make_layer(std::string name, std::shared_ptr<const Cloud> cloud) {
    CloudLayer layer;
    layer.name = std::move(name);
    layer.tree = std::make_shared<const PointTree>(*cloud);
    layer.cloud = std::move(cloud);
    return layer;
}

}  // namespace millrace::visual
