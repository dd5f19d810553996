// What the cloud viewer shows: layers of points, boxes, paths and cameras, each with its place in
// the world. A value whose large parts are shared and never changed; copying it is cheap.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/visual/scene/point_tree.hpp"
#include "engine/visual/scene/style.hpp"
#include "engine/visual/visual.hpp"

namespace millrace::visual {

struct LayerBase {
    std::string name = {};
    bool visible = true;
    Matrix4 world_from_layer = kIdentity;
};

struct CloudLayer : LayerBase {
    std::shared_ptr<const Cloud> cloud = {};
    std::shared_ptr<const PointTree> tree = {};
    std::optional<Coloring> coloring = {};  ///< the style's when empty
    /// One per point of the cloud, not zero for those selected; none when empty.
    std::shared_ptr<const std::vector<std::uint8_t>> selected = {};
    /// One per point of the cloud, as visual::Rgba, for ColorBy::Painted; none when empty.
    std::shared_ptr<const std::vector<std::uint32_t>> painted = {};

    bool shown() const { return visible && cloud && tree; }
};

struct BoxLayer : LayerBase {
    std::shared_ptr<const Boxes3d> boxes = {};
    std::optional<Color> color = {};  ///< by label when empty
};

struct PathLayer : LayerBase {
    std::shared_ptr<const Polyline> path = {};
};

struct CameraLayer : LayerBase {
    Camera camera = {};
    std::shared_ptr<const Raster> image = {};  ///< shown in the frustum
    double depth = 2;                          ///< metres from the camera to the image shown
    double opacity = 0.9;                      ///< of the image
};

struct Scene {
    std::vector<CloudLayer> clouds;
    std::vector<BoxLayer> boxes;
    std::vector<PathLayer> paths;
    std::vector<CameraLayer> cameras;

    /// Of what is visible, world coordinates; what is infinite or not a number is passed over.
    Bounds bounds() const;
    /// Bounds of the middle 98 % of the visible points along each axis; without points those of
    /// all.
    Bounds core_bounds() const;
};

/// A visible layer with its tree made; E-VIEW-001 as PointTree.
CloudLayer make_layer(std::string name, std::shared_ptr<const Cloud> cloud);

Vector3 transform(const Matrix4& target_from_source, const Vector3& point);
Bounds transformed(const Matrix4& target_from_source, const Bounds& bounds);
/// Of a rotation and a shift.
Matrix4 inverse_of(const Matrix4& rigid);
Matrix4 product(const Matrix4& left, const Matrix4& right);

/// Corner 0 to 7 as of Bounds, in the frame of the box.
Vector3 corner(const Boxes3d::Box& box, int index);

/// Four image corners (top-left, then clockwise) at `depth` before the camera, and its centre last,
/// in the parent's frame; none when the projection can't be inverted.
std::optional<std::array<Vector3, 5>> frustum(const Camera& camera, double depth);

}  // namespace millrace::visual
