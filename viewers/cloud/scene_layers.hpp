// The named layers of the cloud viewer: which visuals are shown, where their frames lie in the
// world, and the scene of the engine that follows from both. A value without threads; the trees of
// clouds are made elsewhere and handed in.
#pragma once

#include <QString>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/visual/scene/scene.hpp"

namespace millrace::viewers {

class SceneLayers {
public:
    using Shared = std::shared_ptr<const visual::Visual>;

    struct Layer {
        QString name;
        Shared item;  ///< Cloud, Boxes3d, Polyline or Camera
        bool visible = true;
        std::shared_ptr<const visual::PointTree> tree = {};  ///< of a cloud
        std::optional<visual::Coloring> coloring = {};       ///< the style's when empty
        std::shared_ptr<const std::vector<std::uint8_t>> selected = {};
        std::shared_ptr<const std::vector<std::uint32_t>> painted = {};  ///< a colour a point
        std::shared_ptr<const visual::Raster> image = {};  ///< in a camera's frustum

        /// Null when the layer is of another kind.
        const visual::Cloud* cloud() const { return std::get_if<visual::Cloud>(item.get()); }
        const visual::Boxes3d* boxes() const { return std::get_if<visual::Boxes3d>(item.get()); }
        const visual::Camera* camera() const { return std::get_if<visual::Camera>(item.get()); }
        std::string frame() const;
    };

    /// Why the item can't be shown; empty when it can.
    static QString fault_of(const Shared& item);

    /// Replaces the layer of that name, or adds one at the end; visibility, colouring and image
    /// stay. A cloud comes with its tree.
    void set(const QString& name, Shared item, std::shared_ptr<const visual::PointTree> tree = {});
    bool remove(const QString& name);
    const std::vector<Layer>& all() const { return layers_; }
    const Layer* find(const QString& name) const;
    /// For changes of visibility, colouring, selection, paint and image.
    Layer* find(const QString& name);

    /// A frame without a pose is the world itself, unless it is a camera of the layers.
    void set_pose(const std::string& frame, const visual::Matrix4& world_from_frame);
    visual::Matrix4 world_from(const std::string& frame) const;
    /// Frames with a pose of their own, cameras included, by name.
    std::map<std::string, visual::Matrix4> frames() const;

    /// `shapes`: boxes, paths and cameras, too.
    visual::Scene scene(bool shapes = true) const;
    /// The layer of a cloud, or of boxes, of the scene.
    const Layer* cloud_layer(std::size_t index) const;
    const Layer* box_layer(std::size_t index) const;

private:
    std::vector<Layer> layers_;
    std::map<std::string, visual::Matrix4> poses_;
};

}  // namespace millrace::viewers
