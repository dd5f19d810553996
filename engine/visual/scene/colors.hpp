// From points to colours: what both renderers, legends and histograms read. Immutable; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/visual/scene/scene.hpp"

namespace millrace::visual {

/// Red in the lowest byte, alpha in the highest: in memory red, green, blue, alpha.
using Rgba = std::uint32_t;
inline Rgba rgba_of(const Color& c) {
    return c[0] | c[1] << 8 | c[2] << 16 | static_cast<Rgba>(c[3]) << 24;
}

/// The colours of one layer's points.
class LayerColors {
public:
    /// Keeps the layer's cloud and tree. Where `coloring` names a field that the cloud lacks,
    /// points are of the constant colour; values that aren't finite are grey.
    LayerColors(const CloudLayer& layer, const Coloring& coloring, const Color& selection);

    /// Colours of the points at these places of the layer's tree; `colors` is as long. Fastest
    /// where neighbours follow each other, as they do in a picture.
    void colors(std::span<const std::uint32_t> places, std::span<Rgba> colors) const;
    Rgba color(std::uint32_t place) const;
    bool known() const { return known_; }  ///< false when the field is missing

    /// The number that is coloured; NaN for Constant, Rgb and Painted, and where the field is missing.
    double value(std::uint32_t index) const;

    /// Sets the map's ends.
    void set_range(std::pair<double, double> range);

private:
    template <class Value>
    void by_value(std::span<const std::uint32_t> places, std::span<Rgba> colors,
                  const Value& value) const;
    template <class Value>
    void by_position(std::span<const std::uint32_t> places, std::span<Rgba> colors,
                     const Value& value) const;
    template <class Field>
    void by_field(std::span<const std::uint32_t> places, std::span<Rgba> colors,
                  const Field& values) const;

    std::shared_ptr<const Cloud> cloud_;
    std::shared_ptr<const PointTree> tree_;
    std::shared_ptr<const std::vector<std::uint8_t>> selected_;
    std::shared_ptr<const std::vector<Rgba>> painted_;
    const PointField* field_ = nullptr;
    Coloring coloring_;
    std::array<double, 4> height_row_ = {};
    bool known_ = true;
    double low_ = 0;
    float scale_ = 0;
    std::array<Rgba, 256> table_ = {};
    Rgba selection_ = 0;
};

/// The coloring that holds for a layer.
const Coloring& coloring_of(const CloudLayer& layer, const Style& style);

/// What selected points are painted in: the style's colour, unless points of this coloring or the
/// background come too near to it; then the one of a few strong colours that is farthest from them.
Color selection_color(const Style& style, const Coloring& coloring);

/// The ends of the map for `coloring` over all visible layers that use it: its own where low <
/// high; otherwise the 2nd and 98th of a hundred parts of the values, or {0, 1} without any.
std::pair<double, double> color_range(const Scene& scene, const Style& style,
                                      const Coloring& coloring);

/// One per cloud layer of the scene, ranges set; layers that aren't shown have none.
std::vector<std::optional<LayerColors>> scene_colors(const Scene& scene, const Style& style);

/// Counts of the finite values of a layer's points in even bins from `low` to `high`; those beyond
/// are left out. Takes at most about `most` points, evenly spread.
std::vector<std::uint64_t> value_counts(const CloudLayer& layer, const Coloring& coloring,
                                        double low, double high, int bins,
                                        std::size_t most = 1'000'000);

}  // namespace millrace::visual
