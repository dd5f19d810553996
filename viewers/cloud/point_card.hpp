// What there is to know about one point or box of the cloud viewer, as rows of text: for the card
// beside the picture, for status lines and for the clipboard. Plain functions, window thread only.
#pragma once

#include <QList>
#include <QString>

#include "engine/visual/scene/colors.hpp"
#include "engine/visual/scene/view.hpp"
#include "viewers/cloud/scene_layers.hpp"

namespace millrace::viewers {

struct Card {
    struct Row {
        QString name, value;
        bool operator==(const Row&) const = default;
    };
    QString title;
    QList<Row> rows;
    bool empty() const { return title.isEmpty(); }
    /// Empty when there is no such row.
    QString value(const QString& name) const;
    /// "name<tab>value" lines under the title.
    QString text() const;
    bool operator==(const Card&) const = default;
};

/// "12.345", with as many digits as make millimetres.
QString metres_text(double value);
/// "x, y, z" in metres.
QString position_text(const visual::Vector3& position);
/// A number of a field: whole ones without a point.
QString value_text(double value);

/// Layer, index in the cloud, coordinates in the layer's frame, in the world and in every frame
/// with a pose, pixels in every camera, all fields. `index` < points of the layer's cloud.
Card point_card(const SceneLayers& layers, const SceneLayers::Layer& layer, std::uint32_t index);

/// Label, score, track, place and size, and how many points of each visible cloud lie in it.
Card box_card(const SceneLayers& layers, const SceneLayers::Layer& layer, std::size_t box);

/// Coordinates of a point in the cloud's own frame.
visual::Vector3 local_position(const visual::Cloud& cloud, std::uint32_t index);

/// World coordinates of a cloud's point.
visual::Vector3 world_position(const SceneLayers& layers, const SceneLayers::Layer& layer,
                               std::uint32_t index);

/// Where a world point falls in a camera's image: pixels and depth; none behind the camera.
std::optional<visual::Projected> camera_pixel(const SceneLayers& layers,
                                              const visual::Camera& camera,
                                              const visual::Vector3& world);

/// Points of a cloud layer that lie in a box of a box layer, whatever frames both are in.
std::vector<std::uint32_t> points_in_box(const SceneLayers& layers, const SceneLayers::Layer& cloud,
                                         const SceneLayers::Layer& boxes, std::size_t box);

}  // namespace millrace::viewers
