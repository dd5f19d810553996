#include "nodes/ops/street/primitive.hpp"

#include <utility>

namespace millrace::ops::street {
namespace {

constexpr float kNearest = 1e-3f;  // keeps a shadow ray off the surface it starts from

Primitive make(Shape shape, Vector center, float yaw, Vector half, Material material,
               Vector color) {
    Primitive solid;
    solid.shape = shape;
    solid.material = solid.top = material;
    solid.center = center;
    solid.half = half;
    solid.cosine = std::cos(yaw);
    solid.sine = std::sin(yaw);
    solid.color = color;
    return solid;
}

/// Leaves are a porous surface: whether a spot is a leaf or a hole depends on its place alone, so
/// that camera, LiDAR and shadows agree.
bool is_hole(const Primitive& solid, Vector local) {
    const float shift = static_cast<float>(solid.style) * 9.7f;
    return noise(Vector{local.x * 7.5f + shift, local.y * 7.5f, local.z * 7.5f}) < 0.42f;
}

bool hit_frustum(const Primitive& solid, Vector origin, Vector direction, float limit, Hit& hit) {
    float enter = 0, leave = limit;
    int entered = -1;
    // Top and bottom are level: their slab is the cheapest and throws out most rays.
    if (std::abs(direction.z) > 1e-9f) {
        const float inverse = 1 / direction.z;
        float near = (-solid.half.z - origin.z) * inverse;
        float far = (solid.half.z - origin.z) * inverse;
        entered = static_cast<int>(Face::Bottom);
        if (near > far) {
            std::swap(near, far);
            entered = static_cast<int>(Face::Top);
        }
        enter = std::max(near, 0.0f);
        leave = std::min(far, limit);
        if (near <= 0) entered = -1;
    } else if (std::abs(origin.z) > solid.half.z) {
        return false;
    }
    for (int face = 0; face < 4; ++face) {
        const float speed = dot(solid.normals[face], direction);
        const float height = solid.offsets[face] - dot(solid.normals[face], origin);
        if (std::abs(speed) < 1e-9f) {
            if (height < 0) return false;
            continue;
        }
        const float distance = height / speed;
        if (speed < 0) {
            if (distance > enter) {
                enter = distance;
                entered = face;
            }
        } else {
            leave = std::min(leave, distance);
        }
        if (enter > leave) return false;
    }
    if (entered < 0 || enter < kNearest || enter > leave || enter >= limit) return false;
    hit.distance = enter;
    hit.face = static_cast<Face>(entered);
    hit.normal =
        entered < 4 ? solid.normals[entered] : Vector{0, 0, hit.face == Face::Top ? 1.0f : -1.0f};
    return true;
}

/// A capped cylinder round the own z axis.
bool hit_cylinder(float radius, float half_length, Vector origin, Vector direction, float limit,
                  Hit& hit) {
    // From the point nearest to the axis: the textbook form loses a thin pole far away to rounding.
    const float a = direction.x * direction.x + direction.y * direction.y;
    if (a > 1e-12f) {
        const float nearest = -(origin.x * direction.x + origin.y * direction.y) / a;
        const float x = origin.x + nearest * direction.x, y = origin.y + nearest * direction.y;
        const float root = (radius * radius - x * x - y * y) / a;
        if (root < 0) return false;
        const float half_chord = std::sqrt(root);
        const float distance = nearest - half_chord;
        const float z = origin.z + distance * direction.z;
        if (distance > kNearest && std::abs(z) <= half_length) {
            if (distance >= limit) return false;
            hit.distance = distance;
            hit.normal = Vector{x - half_chord * direction.x, y - half_chord * direction.y, 0} *
                         (1 / radius);
            hit.face = Face::Side;
            return true;
        }
    }
    if (std::abs(direction.z) < 1e-9f) return false;
    const float side = direction.z > 0 ? -1.0f : 1.0f;
    const float distance = (side * half_length - origin.z) / direction.z;
    const float x = origin.x + distance * direction.x, y = origin.y + distance * direction.y;
    if (distance < kNearest || distance >= limit || x * x + y * y > radius * radius) return false;
    hit.distance = distance;
    hit.normal = {0, 0, side};
    hit.face = side > 0 ? Face::Top : Face::Bottom;
    return true;
}

bool hit_ellipsoid(const Primitive& solid, Vector origin, Vector direction, float limit, Hit& hit) {
    const Vector scale = {1 / solid.half.x, 1 / solid.half.y, 1 / solid.half.z};
    const Vector from = origin * scale, along = direction * scale;
    const float a = dot(along, along), nearest = -dot(from, along) / a;
    const Vector closest = from + along * nearest;
    const float root = (1 - dot(closest, closest)) / a;
    if (root < 0) return false;
    const float half_chord = std::sqrt(root);
    const bool porous = solid.material == Material::Leaves;
    for (const float sign : {-1.0f, 1.0f}) {
        const float distance = nearest + sign * half_chord;
        if (distance >= limit) return false;
        if (distance > kNearest) {
            const Vector local = origin + direction * distance;
            if (!porous || !is_hole(solid, local)) {
                hit.distance = distance;
                hit.normal = normalized(local * scale * scale) * -sign;
                hit.face = Face::Side;
                return true;
            }
        }
        if (!porous) return false;
    }
    return false;
}

}  // namespace

Primitive frustum(Vector position, float yaw, const Rectangle& bottom, const Rectangle& top,
                  Material material, Vector color) {
    const Vector low = {std::min(bottom.back, top.back), std::min(bottom.right, top.right),
                        bottom.z};
    const Vector high = {std::max(bottom.front, top.front), std::max(bottom.left, top.left), top.z};
    const Vector middle = (low + high) * 0.5f;
    Primitive solid = make(Shape::Frustum, {}, yaw, (high - low) * 0.5f, material, color);
    solid.center = position + into_scene(solid, middle);
    const float rise = top.z - bottom.z;
    solid.normals[0] = normalized({rise, 0, bottom.front - top.front});
    solid.normals[1] = normalized({-rise, 0, top.back - bottom.back});
    solid.normals[2] = normalized({0, rise, bottom.left - top.left});
    solid.normals[3] = normalized({0, -rise, top.right - bottom.right});
    const Vector on[4] = {{bottom.front, 0, bottom.z},
                          {bottom.back, 0, bottom.z},
                          {0, bottom.left, bottom.z},
                          {0, bottom.right, bottom.z}};
    for (int face = 0; face < 4; ++face) {
        solid.offsets[face] = dot(solid.normals[face], on[face] - middle);
    }
    return solid;
}

Primitive box(Vector position, float yaw, Vector size, Material material, Vector color) {
    const Rectangle low = {-size.x / 2, size.x / 2, -size.y / 2, size.y / 2, 0};
    Rectangle high = low;
    high.z = size.z;
    return frustum(position, yaw, low, high, material, color);
}

Primitive upright(Vector position, float radius, float height, Material material, Vector color) {
    return make(Shape::Upright, position + Vector{0, 0, height / 2}, 0,
                {radius, radius, height / 2}, material, color);
}

Primitive axle(Vector center, float yaw, float radius, float width, Material material,
               Vector color) {
    return make(Shape::Axle, center, yaw, {radius, width / 2, radius}, material, color);
}

Primitive ellipsoid(Vector center, float yaw, Vector radii, Material material, Vector color) {
    return make(Shape::Ellipsoid, center, yaw, radii, material, color);
}

bool intersect(const Primitive& solid, const Ray& ray, float limit, Hit& hit) {
    const Vector origin = into_own(solid, ray.origin - solid.center);
    const Vector direction = into_own(solid, ray.direction);
    bool found = false;
    switch (solid.shape) {
        case Shape::Frustum:
            found = hit_frustum(solid, origin, direction, limit, hit);
            break;
        case Shape::Upright:
            found = hit_cylinder(solid.half.x, solid.half.z, origin, direction, limit, hit);
            break;
        case Shape::Axle:
            // The axis is y: x y z take the places of y z x, which keeps the frame right-handed.
            found = hit_cylinder(solid.half.x, solid.half.y, {origin.z, origin.x, origin.y},
                                 {direction.z, direction.x, direction.y}, limit, hit);
            if (found) hit.normal = {hit.normal.y, hit.normal.z, hit.normal.x};
            break;
        case Shape::Ellipsoid:
            found = hit_ellipsoid(solid, origin, direction, limit, hit);
            break;
    }
    if (!found) return false;
    hit.local = origin + direction * hit.distance;
    hit.normal = into_scene(solid, hit.normal);
    return true;
}

}  // namespace millrace::ops::street
