// The solids a street is built of, and their intersection with a ray. Positions are in the scene
// frame: axes of the world, metres, origin on the ground below the sensor. Owned by the Scene.
#pragma once

#include <cstdint>

#include "nodes/ops/street/vector.hpp"

namespace millrace::ops::street {

enum class Material : std::uint8_t {
    Ground,  ///< road, pavement or grass, by position
    Kerb,
    Facade,  ///< windows and doors by position on the face
    ShopFront,
    Plain,  ///< painted or plastered, dull
    Roof,
    Paint,  ///< car body, glossy
    Cabin,  ///< car glass between pillars of paint
    Glass,
    Tyre,  ///< tyre and rim of a wheel
    Dark,  ///< underbody, rubber
    Lamp,
    Cloth,
    Skin,
    Bark,
    Leaves,
    Hedge,
    Metal,
    Sign,  ///< retro-reflective
};

/// Faces of a Frustum in the order its planes are tested; Side for anything round.
enum class Face : std::uint8_t { Front, Back, Left, Right, Top, Bottom, Side };

enum class Shape : std::uint8_t { Frustum, Upright, Axle, Ellipsoid };

/// A solid in a frame of its own: `center` in the scene, turned by the yaw of (cosine, sine).
struct Primitive {
    Shape shape = Shape::Frustum;
    Material material = Material::Plain;  ///< of all faces but the top
    Material top = Material::Plain;
    std::uint8_t style = 0;    ///< picks among the looks of a material
    std::int32_t object = -1;  ///< index of the labelled object this belongs to
    Vector center = {};        ///< middle of the bounds `half`
    Vector half = {1, 1, 1};   ///< half the extent of the bounds, in the own frame
    float cosine = 1, sine = 0;
    Vector color = {0.5f, 0.5f, 0.5f};  ///< albedo, linear
    /// Frustum: outward normals in the own frame and their distance from the center.
    Vector normals[4] = {};
    float offsets[4] = {};
};

/// A rectangle at height `z`, in the frame of a solid.
struct Rectangle {
    float back, front, right, left, z;
};

/// The solid between two rectangles (`top` above `bottom`): boxes, wedges, gables, leaning limbs.
/// Standing at `position` (scene), the rectangles' coordinates being relative to it, turned by
/// `yaw`.
Primitive frustum(Vector position, float yaw, const Rectangle& bottom, const Rectangle& top,
                  Material material, Vector color);
/// An upright box of full extents `size`, standing on `position`.
Primitive box(Vector position, float yaw, Vector size, Material material, Vector color);
/// A vertical cylinder standing on `position`.
Primitive upright(Vector position, float radius, float height, Material material, Vector color);
/// A cylinder of width `width` whose axis is the own y, centred on `center`: a wheel.
Primitive axle(Vector center, float yaw, float radius, float width, Material material,
               Vector color);
Primitive ellipsoid(Vector center, float yaw, Vector radii, Material material, Vector color);

struct Ray {
    Vector origin, direction;  ///< direction of length 1
};

struct Hit {
    float distance = 0;  ///< metres along the ray
    Vector normal = {};  ///< outward, scene frame
    Vector local = {};   ///< point in the solid's own frame, relative to its center
    int primitive = -1;  ///< -1: the ground plane
    Face face = Face::Side;
};

/// The nearest point where the ray enters the solid at a distance in (0, limit); false when there
/// is none. A ray that starts inside a solid doesn't see it. Fills all of `hit` but its
/// `primitive`.
bool intersect(const Primitive& primitive, const Ray& ray, float limit, Hit& hit);

/// The point or direction of the scene in the solid's own frame, and the way back, both without the
/// translation.
inline Vector into_own(const Primitive& p, Vector v) {
    return {p.cosine * v.x + p.sine * v.y, p.cosine * v.y - p.sine * v.x, v.z};
}
inline Vector into_scene(const Primitive& p, Vector v) {
    return {p.cosine * v.x - p.sine * v.y, p.sine * v.x + p.cosine * v.y, v.z};
}

}  // namespace millrace::ops::street
