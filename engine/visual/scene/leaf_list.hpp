// Which leaves of a scene's octrees are in sight, and how many points of each a budget allows: the
// level of detail of both renderers. A leaf's points are sampled evenly by any first part of them,
// so that a renderer draws places [begin + drawn, begin + wanted) of each run. One user at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/visual/scene/scene.hpp"
#include "engine/visual/scene/view.hpp"

namespace millrace::visual {

/// Rows over (x, y, z, 1) of a point relative to a leaf's center.
using LeafRows = std::array<std::array<double, 4>, 3>;

/// Part of a picture, pixels.
struct Window {
    int left = 0, top = 0, width = 0, height = 0;
};

class LeafList {
public:
    struct Run {
        const PointTree* tree = nullptr;
        const PointTree::Leaf* leaf = nullptr;
        std::uint32_t layer = 0;   ///< of Scene::clouds
        std::uint32_t drawn = 0;   ///< points of the leaf that are drawn already
        std::uint32_t wanted = 0;  ///< that are to be drawn in all
        float area = 0;            ///< pixels that the leaf covers, roughly
        bool crop = false;         ///< the crop box cuts through it
    };

    /// Lists the visible layers' leaves that may reach into the window. The scene's trees must live
    /// as long as the list is used.
    void begin(const Scene& scene, const Projector& projector, const Window& window,
               const CropBox* crop);
    /// Sets `wanted` to at most about `budget` points more than are drawn, as many a pixel
    /// everywhere; at least one more point in all while some are missing, and in the beginning one
    /// of each leaf.
    void share_out(std::size_t budget);
    /// All that is wanted is drawn now.
    void note_drawn();

    const std::vector<Run>& runs() const { return runs_; }
    std::size_t drawn() const { return drawn_; }
    /// Points of all leaves listed.
    std::size_t in_sight() const { return in_sight_; }
    bool complete() const { return drawn_ == in_sight_; }

    /// As Projector::pixel_rows(), for points relative to the leaf's center in the layer's frame.
    LeafRows pixel_rows(const Run& run, const Projector& projector) const;
    /// Take the points inside of the crop box to -1 … 1 in all three rows.
    LeafRows crop_rows(const Run& run, const CropBox& crop) const;

private:
    std::vector<Run> runs_;
    std::vector<Matrix4> poses_;  ///< of all layers
    std::size_t drawn_ = 0, in_sight_ = 0;
};

}  // namespace millrace::visual
