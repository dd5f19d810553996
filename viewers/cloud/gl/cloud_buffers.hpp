// A cloud's points and colours in the graphics card's memory: 16 bytes a point, in the order of its
// tree, x, y, z and colour one after the other. Leaves are filled in as far as they are drawn, so
// that a large cloud costs no more at a time than the points that are drawn of it. Owned by the
// renderer, whose context must be current; window thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/visual/scene/colors.hpp"
#include "engine/visual/scene/leaf_list.hpp"
#include "viewers/cloud/gl/gl_canvas.hpp"
#include "viewers/cloud/gl/objects.hpp"

namespace millrace::viewers::gl {

class CloudBuffers {
public:
    /// Throws engine::Error E-VIEW-014 when the graphics card has no room.
    CloudBuffers(Functions& functions, std::shared_ptr<const visual::PointTree> tree);

    const std::shared_ptr<const visual::PointTree>& tree() const { return tree_; }
    std::size_t bytes() const { return tree_->size() * kBytesPerPoint; }
    /// Colours are to be written anew.
    void forget_colors();
    /// Sees to it that the points wanted by these runs, all of this tree and in its order, are
    /// there.
    void fill(std::span<const visual::LeafList::Run> runs, const visual::LayerColors& colors);
    /// Binds the vertex array; vertex i is the point at place i.
    void bind();

private:
    /// Places [begin, end) that lie side by side in memory.
    struct Range {
        std::uint32_t begin = 0, end = 0;
    };
    /// What `done` (of each leaf) lacks up to the points wanted; notes it as done.
    std::vector<Range> missing(std::span<const visual::LeafList::Run> runs,
                               std::vector<std::uint32_t>& done) const;
    void upload(int part, const Range& range, const void* values);

    Functions& functions_;
    std::shared_ptr<const visual::PointTree> tree_;
    Object array_, buffer_;
    std::vector<std::uint32_t> placed_, colored_;  ///< points of each leaf
    std::vector<std::uint32_t> places_;            ///< kept for their memory
    std::vector<visual::Rgba> colors_;
};

}  // namespace millrace::viewers::gl
