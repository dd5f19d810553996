#include "viewers/cloud/point_card.hpp"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>
#include <algorithm>
#include <cmath>

#include "engine/visual/scene/select.hpp"

namespace millrace::viewers {
namespace {

using visual::operator+;

QString translated(const char* text) { return QCoreApplication::translate("Card", text); }

QString field_text(const visual::PointField& field, std::uint32_t index) {
    QStringList parts;
    for (int channel = 0; channel < field.channels; ++channel)
        parts << value_text(field.at(index, channel));
    return parts.join(QStringLiteral(", "));
}

}  // namespace

QString Card::value(const QString& name) const {
    const auto found = std::ranges::find(rows, name, &Row::name);
    return found == rows.end() ? QString() : found->value;
}

QString Card::text() const {
    QString all = title + QLatin1Char('\n');
    for (const Row& row : rows) all += row.name + QLatin1Char('\t') + row.value + QLatin1Char('\n');
    return all;
}

QString metres_text(double value) { return QString::number(value, 'f', 3); }

QString position_text(const visual::Vector3& p) {
    return QStringLiteral("%1, %2, %3")
        .arg(metres_text(p[0]), metres_text(p[1]), metres_text(p[2]));
}

QString value_text(double value) {
    if (std::isfinite(value) && value == std::floor(value) && std::abs(value) < 1e15)
        return QString::number(value, 'f', 0);
    return QString::number(value, 'g', 6);
}

visual::Vector3 local_position(const visual::Cloud& cloud, std::uint32_t index) {
    const visual::Point& p = cloud.points[index];
    return cloud.origin + visual::Vector3{p.x, p.y, p.z};
}

visual::Vector3 world_position(const SceneLayers& layers, const SceneLayers::Layer& layer,
                               std::uint32_t index) {
    const visual::Cloud& cloud = *layer.cloud();
    return visual::transform(layers.world_from(cloud.frame), local_position(cloud, index));
}

std::optional<visual::Projected> camera_pixel(const SceneLayers& layers,
                                              const visual::Camera& camera,
                                              const visual::Vector3& world) {
    const visual::Matrix4 parent_from_world =
        visual::inverse_of(layers.world_from(camera.parent_frame));
    const visual::Vector3 at =
        visual::transform(visual::product(camera.camera_from_parent, parent_from_world), world);
    const auto& p = camera.projection;
    const auto row = [&](int r) {
        return p[r * 4] * at[0] + p[r * 4 + 1] * at[1] + p[r * 4 + 2] * at[2] + p[r * 4 + 3];
    };
    const double depth = row(2);
    if (!(depth > 1e-9)) return std::nullopt;
    return visual::Projected{row(0) / depth, row(1) / depth, depth};
}

std::vector<std::uint32_t> points_in_box(const SceneLayers& layers, const SceneLayers::Layer& cloud,
                                         const SceneLayers::Layer& boxes, std::size_t box) {
    if (!cloud.tree) return {};
    // Counted in the frame of the boxes, where the box stands upright.
    visual::CloudLayer layer;
    layer.cloud = {cloud.item, cloud.cloud()};
    layer.tree = cloud.tree;
    layer.world_from_layer =
        visual::product(visual::inverse_of(layers.world_from(boxes.boxes()->frame)),
                        layers.world_from(cloud.cloud()->frame));
    const visual::Boxes3d::Box& wanted = boxes.boxes()->boxes[box];
    return visual::points_in(layer, {wanted.center, wanted.size, wanted.yaw});
}

Card point_card(const SceneLayers& layers, const SceneLayers::Layer& layer, std::uint32_t index) {
    const visual::Cloud& cloud = *layer.cloud();
    const visual::Point& point = cloud.points[index];
    const visual::Vector3 local = cloud.origin + visual::Vector3{point.x, point.y, point.z};
    const visual::Vector3 world = world_position(layers, layer, index);
    Card card{.title = translated("Point %1 of %2").arg(QLocale().toString(index), layer.name)};
    const QString own = QString::fromStdString(cloud.frame);
    card.rows.append({translated("index"), QString::number(index)});
    card.rows.append({own.isEmpty() ? translated("position") : own, position_text(local)});
    card.rows.append({translated("range"),
                      metres_text(std::hypot(point.x, point.y, point.z)) + QStringLiteral(" m")});
    if (own != QStringLiteral("world"))
        card.rows.append({QStringLiteral("world"), position_text(world)});
    for (const auto& [frame, world_from_frame] : layers.frames()) {
        if (frame == cloud.frame || frame == "world") continue;
        card.rows.append(
            {QString::fromStdString(frame),
             position_text(visual::transform(visual::inverse_of(world_from_frame), world))});
    }
    for (const SceneLayers::Layer& other : layers.all()) {
        const visual::Camera* camera = other.camera();
        if (!camera) continue;
        const auto pixel = camera_pixel(layers, *camera, world);
        const QString name = translated("%1 pixel").arg(QString::fromStdString(camera->name));
        if (!pixel) {
            card.rows.append({name, translated("behind the camera")});
            continue;
        }
        QString text = QStringLiteral("%1, %2").arg(pixel->x, 0, 'f', 1).arg(pixel->y, 0, 'f', 1);
        if (pixel->x < 0 || pixel->y < 0 || pixel->x >= camera->width || pixel->y >= camera->height)
            text += translated(" (outside of the image)");
        card.rows.append({name, text});
    }
    for (const visual::PointField& field : cloud.fields)
        card.rows.append({QString::fromStdString(field.name), field_text(field, index)});
    return card;
}

Card box_card(const SceneLayers& layers, const SceneLayers::Layer& layer, std::size_t index) {
    const visual::Boxes3d::Box& box = layer.boxes()->boxes[index];
    const QString label = QString::fromStdString(box.label);
    Card card{.title = label.isEmpty()
                           ? translated("Box %1 of %2").arg(index).arg(layer.name)
                           : translated("%1, box %2 of %3").arg(label).arg(index).arg(layer.name)};
    card.rows.append({translated("score"), value_text(box.score)});
    if (box.track >= 0) card.rows.append({translated("track"), QString::number(box.track)});
    const QString frame = QString::fromStdString(layer.boxes()->frame);
    card.rows.append({translated("centre"), position_text(box.center)});
    if (!frame.isEmpty()) card.rows.append({translated("frame"), frame});
    card.rows.append({translated("length, width, height"), position_text(box.size)});
    card.rows.append(
        {translated("yaw"), QStringLiteral("%1°").arg(box.yaw * 180 / M_PI, 0, 'f', 1)});
    for (const SceneLayers::Layer& cloud : layers.all()) {
        if (!cloud.cloud() || !cloud.visible || !cloud.tree) continue;
        card.rows.append({translated("points of %1").arg(cloud.name),
                          QLocale().toString(static_cast<qulonglong>(
                              points_in_box(layers, cloud, layer, index).size()))});
    }
    return card;
}

}  // namespace millrace::viewers
