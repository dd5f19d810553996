#include "engine/visual/scene/colors.hpp"

#include <variant>

namespace millrace::visual {
namespace {

constexpr Rgba kNoValue = 0xff50504cU;

std::string_view field_name(const Coloring& coloring) {
    switch (coloring.by) {
        case ColorBy::Intensity:
            return "intensity";
        case ColorBy::Ring:
            return "ring";
        case ColorBy::Label:
            return "label";
        case ColorBy::Rgb:
            return "rgb";
        default:
            return coloring.field;
    }
}

bool needs_field(ColorBy by) {
    return by != ColorBy::Constant && by != ColorBy::Height && by != ColorBy::Range &&
           by != ColorBy::Painted;
}

/// Calls `take` with about `most` values of a layer, evenly spread over the cloud.
template <class Take>
void sample(const CloudLayer& layer, const Coloring& coloring, std::size_t most, const Take& take) {
    const LayerColors colors(layer, coloring, {});
    const std::size_t count = layer.cloud->points.size(), step = count / most + 1;
    for (std::size_t i = 0; i < count; i += step) {
        const double value = colors.value(static_cast<std::uint32_t>(i));
        if (std::isfinite(value)) take(value);
    }
}

/// Numbers of 0 to 255; those beyond are cut, NaN is 0.
template <class Number>
Rgba rgba_of_three(const Number* numbers) {
    Color color = {0, 0, 0, 255};
    for (std::size_t c = 0; c < 3; ++c) {
        const auto part = static_cast<double>(numbers[c]);
        color[c] = static_cast<std::uint8_t>(part > 0 ? std::min(part, 255.0) : 0);
    }
    return rgba_of(color);
}

Rgba rgba_of_label(double label) {
    const bool whole = std::abs(label) < 1e15;
    const Rgb c = palette_color(whole ? static_cast<std::int64_t>(label) : -1);
    return rgba_of({c[0], c[1], c[2], 255});
}

}  // namespace

LayerColors::LayerColors(const CloudLayer& layer, const Coloring& coloring, const Color& selection)
    : cloud_(layer.cloud),
      tree_(layer.tree),
      selected_(layer.selected),
      painted_(layer.painted),
      coloring_(coloring),
      selection_(rgba_of(selection)) {
    if (selected_ && selected_->size() != cloud_->points.size()) selected_ = nullptr;
    if (coloring.by == ColorBy::Painted) {
        known_ = painted_ && painted_->size() == cloud_->points.size();
        if (!known_) coloring_.by = ColorBy::Constant;
    }
    const Matrix4& m = layer.world_from_layer;
    height_row_ = {m[8], m[9], m[10], m[11]};
    if (needs_field(coloring.by)) {
        field_ = cloud_->field(field_name(coloring));
        const int needed = coloring.by == ColorBy::Rgb ? 3 : coloring.channel + 1;
        known_ = field_ && coloring.channel >= 0 && field_->channels >= needed &&
                 field_->count() >= cloud_->points.size();
        if (!known_) coloring_.by = ColorBy::Constant;
    }
    const MapTable& map = map_table(coloring.map);
    for (std::size_t i = 0; i < table_.size(); ++i) {
        const Rgb& c = map[coloring.reversed ? 255 - i : i];
        table_[i] = rgba_of({c[0], c[1], c[2], 255});
    }
    set_range({coloring.low, coloring.high});
}

void LayerColors::set_range(std::pair<double, double> range) {
    const bool good = range.first < range.second;
    low_ = good ? range.first : 0;
    scale_ = good ? static_cast<float>(255 / (range.second - range.first)) : 255;
}

template <class Value>
void LayerColors::by_value(std::span<const std::uint32_t> places, std::span<Rgba> colors,
                           const Value& value) const {
    for (std::size_t i = 0; i < places.size(); ++i) {
        // The difference in double precision: times of day and survey coordinates are large.
        const float place = static_cast<float>(value(places[i]) - low_) * scale_;
        // A comparison with NaN is false.
        colors[i] = std::abs(place) <= 3e38F
                        ? table_[static_cast<std::size_t>(std::clamp(place, 0.0F, 255.0F) + 0.5F)]
                        : kNoValue;
    }
}

/// `value` takes the leaf's center in the layer's frame and the point relative to it.
template <class Value>
void LayerColors::by_position(std::span<const std::uint32_t> places, std::span<Rgba> colors,
                              const Value& value) const {
    by_value(places, colors, [&](std::uint32_t place) {
        return value(tree_->leaf_of(place).center, tree_->x()[place], tree_->y()[place],
                     tree_->z()[place]);
    });
}

template <class Field>
void LayerColors::by_field(std::span<const std::uint32_t> places, std::span<Rgba> colors,
                           const Field& values) const {
    const auto channels = static_cast<std::size_t>(field_->channels);
    const auto* const first = values.data() + coloring_.channel;
    const auto at = [&](std::uint32_t place) { return first + tree_->source(place) * channels; };
    for (std::size_t i = 0; coloring_.by == ColorBy::Rgb && i < places.size(); ++i)
        colors[i] = rgba_of_three(at(places[i]));
    for (std::size_t i = 0; coloring_.by == ColorBy::Label && i < places.size(); ++i)
        colors[i] = rgba_of_label(static_cast<double>(*at(places[i])));
    if (coloring_.by != ColorBy::Rgb && coloring_.by != ColorBy::Label) {
        by_value(places, colors,
                 [&](std::uint32_t place) { return static_cast<double>(*at(place)); });
    }
}

void LayerColors::colors(std::span<const std::uint32_t> places, std::span<Rgba> colors) const {
    if (coloring_.by == ColorBy::Constant) {
        std::ranges::fill(colors, rgba_of(coloring_.constant));
    } else if (coloring_.by == ColorBy::Painted) {
        for (std::size_t i = 0; i < places.size(); ++i)
            colors[i] = (*painted_)[tree_->source(places[i])];
    } else if (coloring_.by == ColorBy::Height) {
        const auto& row = height_row_;
        by_position(places, colors, [&](const Vector3& center, float x, float y, float z) {
            return row[0] * (center[0] + x) + row[1] * (center[1] + y) + row[2] * (center[2] + z) +
                   row[3];
        });
    } else if (coloring_.by == ColorBy::Range) {
        by_position(places, colors, [&](const Vector3& center, float x, float y, float z) {
            const Vector3 arm = center - cloud_->origin + Vector3{x, y, z};
            return std::sqrt(dot(arm, arm));
        });
    } else {
        std::visit([&](const auto& values) { by_field(places, colors, values); }, field_->values);
    }
    if (!selected_) return;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if ((*selected_)[tree_->source(places[i])]) colors[i] = selection_;
    }
}

Rgba LayerColors::color(std::uint32_t place) const {
    Rgba color = 0;
    colors({&place, 1}, {&color, 1});
    return color;
}

double LayerColors::value(std::uint32_t index) const {
    const Point& p = cloud_->points[index];
    switch (coloring_.by) {
        case ColorBy::Constant:
        case ColorBy::Rgb:
        case ColorBy::Painted:
            return std::numeric_limits<double>::quiet_NaN();
        case ColorBy::Height:
            return dot({height_row_[0], height_row_[1], height_row_[2]},
                       cloud_->origin + Vector3{p.x, p.y, p.z}) +
                   height_row_[3];
        case ColorBy::Range:
            return std::hypot(p.x, p.y, p.z);
        default:
            return field_->at(index, coloring_.channel);
    }
}

const Coloring& coloring_of(const CloudLayer& layer, const Style& style) {
    return layer.coloring ? *layer.coloring : style.coloring;
}

Color selection_color(const Style& style, const Coloring& coloring) {
    constexpr std::array<Color, 5> kStrong = {{{255, 0, 200, 255},
                                               {255, 255, 255, 255},
                                               {0, 255, 255, 255},
                                               {255, 214, 10, 255},
                                               {40, 255, 60, 255}}};
    constexpr int kFarEnough = 130 * 130;  // square of the distance in RGB, 0 to 255 each
    // Magenta hardly comes up in what cameras see.
    if (coloring.by == ColorBy::Rgb) return kStrong.front();
    std::vector<Rgb> near;
    const auto add = [&](const Color& color) { near.push_back({color[0], color[1], color[2]}); };
    add(style.background_top);
    add(style.background_bottom);
    add(coloring.constant);
    if (coloring.by == ColorBy::Label) {
        constexpr int kLabels = 24;
        for (int label = 0; label < kLabels; ++label) near.push_back(palette_color(label));
    } else if (coloring.by != ColorBy::Constant) {
        const MapTable& table = map_table(coloring.map);
        for (std::size_t i = 0; i < table.size(); i += 5) near.push_back(table[i]);
    }
    const auto distance = [&](const Color& color) {
        int least = std::numeric_limits<int>::max();
        for (const Rgb& other : near) {
            int sum = 0;
            for (std::size_t c = 0; c < 3; ++c)
                sum += (color[c] - other[c]) * (color[c] - other[c]);
            least = std::min(least, sum);
        }
        return least;
    };
    if (distance(style.selection) >= kFarEnough) return style.selection;
    return *std::ranges::max_element(kStrong, {}, distance);
}

std::pair<double, double> color_range(const Scene& scene, const Style& style,
                                      const Coloring& coloring) {
    if (coloring.low < coloring.high) return {coloring.low, coloring.high};
    constexpr std::size_t kEnough = 100'000;
    std::vector<double> values;
    for (const CloudLayer& layer : scene.clouds) {
        if (layer.shown() && coloring_of(layer, style) == coloring)
            sample(layer, coloring, kEnough, [&](double value) { values.push_back(value); });
    }
    if (values.empty()) return {0, 1};
    const auto at = [&](double share) {
        const auto place =
            values.begin() +
            static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
        std::ranges::nth_element(values, place);
        return *place;
    };
    const double low = at(0.02), high = at(0.98);
    return {low, high > low ? high : low + std::max(1.0, std::abs(low) * 1e-6)};
}

std::vector<std::optional<LayerColors>> scene_colors(const Scene& scene, const Style& style) {
    std::vector<std::optional<LayerColors>> all(scene.clouds.size());
    std::vector<std::pair<Coloring, std::pair<double, double>>> ranges;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const CloudLayer& layer = scene.clouds[i];
        if (!layer.shown()) continue;
        const Coloring& coloring = coloring_of(layer, style);
        auto found =
            std::ranges::find(ranges, coloring, [](const auto& pair) { return pair.first; });
        if (found == ranges.end()) {
            ranges.emplace_back(coloring, color_range(scene, style, coloring));
            found = ranges.end() - 1;
        }
        all[i].emplace(layer, coloring, selection_color(style, coloring)).set_range(found->second);
    }
    return all;
}

std::vector<std::uint64_t> value_counts(const CloudLayer& layer, const Coloring& coloring,
                                        double low, double high, int bins, std::size_t most) {
    std::vector<std::uint64_t> counts(static_cast<std::size_t>(std::max(bins, 1)));
    if (!layer.cloud || !(low < high)) return counts;
    const double scale = static_cast<double>(counts.size()) / (high - low);
    sample(layer, coloring, std::max<std::size_t>(most, 1), [&](double value) {
        if (value < low || value > high) return;
        const auto bin = static_cast<std::size_t>((value - low) * scale);
        ++counts[std::min(bin, counts.size() - 1)];
    });
    return counts;
}

}  // namespace millrace::visual
