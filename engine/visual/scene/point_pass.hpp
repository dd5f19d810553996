// Draws the points of a scene into a window of the picture, a budget of points at a time: first a
// sample of all that is in sight, evenly spread over the picture, then ever more until all are
// drawn. What was drawn stays, and the last picture is the same as one drawn in one go, with any
// number of threads. One user at a time; works on TBB's threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/visual/scene/leaf_list.hpp"
#include "engine/visual/scene/scene.hpp"
#include "engine/visual/scene/splat.hpp"
#include "engine/visual/scene/view.hpp"

namespace millrace::visual {

/// Which layer a number in a pixel belongs to: numbers count the points of all layers one after the
/// other, in the order of drawing.
class PointNumbers {
public:
    explicit PointNumbers(const Scene& scene);
    struct Place {
        std::size_t layer = 0;
        std::uint32_t place = 0;  ///< in the layer's tree
    };
    Place find(std::uint32_t number) const;
    std::uint32_t first(std::size_t layer) const { return firsts_[layer]; }

private:
    std::vector<std::uint32_t> firsts_;
};

class PointPass {
public:
    static constexpr std::size_t kAll = ~std::size_t{0};

    /// Forgets what was drawn. The scene's layers must live until the last add().
    void begin(const Scene& scene, const Projector& projector, const Style& style, Window window);
    /// Draws at most about `budget` further points; the first time at least one of each leaf.
    void add(std::size_t budget, Lanes lanes = Lanes::Best);
    std::size_t drawn() const { return leaves_.drawn(); }
    /// Points of the leaves in sight.
    std::size_t in_sight() const { return leaves_.in_sight(); }
    bool complete() const { return leaves_.complete(); }
    /// The window's pixels with points at their size, row-major.
    void grow(std::vector<Pixel>& pixels) const;

private:
    void draw(const LeafList::Run& run, Pixel* pixels, Lanes lanes) const;
    void grow_squares(std::vector<Pixel>& pixels) const;
    void grow_sized(std::vector<Pixel>& pixels) const;
    Pixel nearest(std::size_t at) const;

    std::optional<Projector> projector_;
    PointSize size_;
    Window window_;
    SplatTarget target_;
    int before_ = 0, after_ = 0;        ///< pixels that a point covers beside its own, at most
    std::vector<Block<Pixel>> planes_;  ///< one a task
    LeafList leaves_;
    std::vector<std::uint32_t> first_numbers_;  ///< of each layer
    std::optional<CropBox> crop_;
};

}  // namespace millrace::visual
