#include "viewers/cloud/scene_layers.hpp"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <utility>

namespace millrace::viewers {
namespace {

QString translated(const char* text) { return QCoreApplication::translate("SceneLayers", text); }

template <class Part>
std::shared_ptr<const Part> part_of(const SceneLayers::Shared& item) {
    return {item, std::get_if<Part>(item.get())};
}

template <class Layer, class Source>
Layer base_of(const Source& source, const visual::Matrix4& pose) {
    Layer layer;
    layer.name = source.name.toStdString();
    layer.visible = source.visible;
    layer.world_from_layer = pose;
    return layer;
}

}  // namespace

std::string SceneLayers::Layer::frame() const {
    if (const auto* points = cloud()) return points->frame;
    if (const auto* some = boxes()) return some->frame;
    if (const auto* path = std::get_if<visual::Polyline>(item.get())) return path->frame;
    if (const auto* view = camera()) return view->parent_frame;
    return {};
}

QString SceneLayers::fault_of(const Shared& item) {
    if (!item) return translated("There is nothing to show.");
    if (const auto* cloud = std::get_if<visual::Cloud>(item.get())) {
        for (const visual::PointField& field : cloud->fields) {
            if (field.channels < 1 || field.count() != cloud->points.size())
                return translated("The field \"%1\" doesn't have one value for each point.")
                    .arg(QString::fromStdString(field.name));
        }
        return {};
    }
    const bool known = std::holds_alternative<visual::Boxes3d>(*item) ||
                       std::holds_alternative<visual::Polyline>(*item) ||
                       std::holds_alternative<visual::Camera>(*item);
    return known ? QString() : translated("This isn't something to show in space.");
}

void SceneLayers::set(const QString& name, Shared item,
                      std::shared_ptr<const visual::PointTree> tree) {
    Layer* layer = find(name);
    if (!layer) layer = &layers_.emplace_back(Layer{.name = name});
    // Selection and paint number the points of the cloud it was made on.
    if (layer->item != item) {
        layer->selected = nullptr;
        layer->painted = nullptr;
    }
    layer->item = std::move(item);
    layer->tree = std::move(tree);
}

bool SceneLayers::remove(const QString& name) {
    return std::erase_if(layers_, [&](const Layer& layer) { return layer.name == name; }) > 0;
}

const SceneLayers::Layer* SceneLayers::find(const QString& name) const {
    const auto found = std::ranges::find(layers_, name, &Layer::name);
    return found == layers_.end() ? nullptr : &*found;
}

SceneLayers::Layer* SceneLayers::find(const QString& name) {
    return const_cast<Layer*>(std::as_const(*this).find(name));
}

void SceneLayers::set_pose(const std::string& frame, const visual::Matrix4& world_from_frame) {
    poses_[frame] = world_from_frame;
}

visual::Matrix4 SceneLayers::world_from(const std::string& frame) const {
    if (const auto found = poses_.find(frame); found != poses_.end()) return found->second;
    for (const Layer& layer : layers_) {
        const auto* camera = layer.camera();
        if (!camera || camera->name != frame || camera->parent_frame == frame) continue;
        const auto parent = poses_.find(camera->parent_frame);
        return visual::product(parent == poses_.end() ? visual::kIdentity : parent->second,
                               visual::inverse_of(camera->camera_from_parent));
    }
    return visual::kIdentity;
}

std::map<std::string, visual::Matrix4> SceneLayers::frames() const {
    auto all = poses_;
    for (const Layer& layer : layers_) {
        if (const auto* camera = layer.camera(); camera && !camera->name.empty())
            all.try_emplace(camera->name, world_from(camera->name));
    }
    return all;
}

visual::Scene SceneLayers::scene(bool shapes) const {
    visual::Scene scene;
    for (const Layer& layer : layers_) {
        const visual::Matrix4 pose = world_from(layer.frame());
        if (layer.cloud()) {
            auto cloud = base_of<visual::CloudLayer>(layer, pose);
            cloud.cloud = part_of<visual::Cloud>(layer.item);
            cloud.tree = layer.tree;
            cloud.coloring = layer.coloring;
            cloud.selected = layer.selected;
            cloud.painted = layer.painted;
            scene.clouds.push_back(std::move(cloud));
        } else if (!shapes) {
            continue;
        } else if (layer.boxes()) {
            auto boxes = base_of<visual::BoxLayer>(layer, pose);
            boxes.boxes = part_of<visual::Boxes3d>(layer.item);
            scene.boxes.push_back(std::move(boxes));
        } else if (const auto* camera = layer.camera()) {
            auto shown = base_of<visual::CameraLayer>(layer, pose);
            shown.camera = *camera;
            shown.image = layer.image;
            scene.cameras.push_back(std::move(shown));
        } else {
            auto path = base_of<visual::PathLayer>(layer, pose);
            path.path = part_of<visual::Polyline>(layer.item);
            scene.paths.push_back(std::move(path));
        }
    }
    return scene;
}

const SceneLayers::Layer* SceneLayers::cloud_layer(std::size_t index) const {
    for (const Layer& layer : layers_) {
        if (layer.cloud() && index-- == 0) return &layer;
    }
    return nullptr;
}

const SceneLayers::Layer* SceneLayers::box_layer(std::size_t index) const {
    for (const Layer& layer : layers_) {
        if (layer.boxes() && index-- == 0) return &layer;
    }
    return nullptr;
}

}  // namespace millrace::viewers
