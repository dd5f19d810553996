#include "viewers/image/layers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace millrace::viewers {
namespace {

/// Where a row or column of the picture lies in the layer: two of its pixels and the second one's
/// share.
struct Place {
    int first = 0, second = 0;
    float share = 0;
};

Place place_of(double at, int count, bool smooth) {
    // A pixel's value holds at its middle.
    const double middle = smooth ? at - 0.5 : at;
    const double below = std::floor(middle);
    const auto inside = [count](double place) {
        return static_cast<int>(std::clamp(place, 0.0, count - 1.0));
    };
    if (!smooth) return {inside(below), inside(below), 0};
    return {inside(below), inside(below + 1), static_cast<float>(middle - below)};
}

std::vector<Place> places_of(double start, double extent, int count, int image, int layer,
                             bool smooth) {
    std::vector<Place> places;
    places.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        places.push_back(
            place_of((start + (i + 0.5) * extent / count) * layer / image, layer, smooth));
    return places;
}

float mixed(float first, float second, float share) {
    // What isn't a number must not reach beyond its own pixel.
    if (share <= 0 || std::isnan(second))
        return share < 0.5F || !std::isnan(second) ? first : second;
    if (std::isnan(first)) return share < 0.5F ? first : second;
    return first + (second - first) * share;
}

QRgb with_opacity(QRgb color, double opacity) {
    return qPremultiply(qRgba(qRed(color), qGreen(color), qBlue(color),
                              static_cast<int>(std::lround(qAlpha(color) * opacity))));
}

/// The colours of one layer.
class Colors {
public:
    explicit Colors(const RasterLayer& layer)
        : mask_(layer.kind == LayerKind::Mask),
          low_(static_cast<float>(layer.low)),
          gain_(static_cast<float>(kSteps / std::max(1e-30, layer.high - layer.low))) {
        const double opacity = std::clamp(layer.opacity, 0.0, 1.0);
        for (std::size_t i = 0; i < table_.size(); ++i) {
            const QRgb color = mask_ ? mask_color(static_cast<double>(i))
                                     : color_of(layer.map, static_cast<double>(i) / kSteps);
            const bool fades = !mask_ && layer.fade;
            table_[i] =
                with_opacity(color, fades ? opacity * static_cast<double>(i) / kSteps : opacity);
        }
        opacity_ = opacity;
    }
    QRgb operator()(float value) const {
        if (std::isnan(value)) return 0;
        if (!mask_) {
            const float at = std::clamp((value - low_) * gain_, 0.0F, static_cast<float>(kSteps));
            return table_[static_cast<std::size_t>(at + 0.5F)];
        }
        if (value >= 0 && value < static_cast<float>(table_.size()) && value == std::floor(value))
            return table_[static_cast<std::size_t>(value)];
        return with_opacity(mask_color(static_cast<double>(value)), opacity_);
    }

private:
    static constexpr int kSteps = 255;
    bool mask_;
    float low_, gain_;
    double opacity_ = 1;
    std::array<QRgb, kSteps + 1> table_;
};

}  // namespace

LayerKind kind_of(const visual::Raster& raster) {
    constexpr std::size_t kMostLabels = 64;
    if (!raster.unit.empty() || raster.depth == visual::Raster::Depth::F32) return LayerKind::Heat;
    std::set<double> labels;
    const int step = std::max(1, std::max(raster.width, raster.height) / 256);
    for (int y = 0; y < raster.height; y += step) {
        for (int x = 0; x < raster.width; x += step) {
            labels.insert(value_at(raster, x, y, 0));
            if (labels.size() > kMostLabels) return LayerKind::Heat;
        }
    }
    return LayerKind::Mask;
}

QRgb mask_color(double label) {
    if (!(label > 0) || label > 1e15 || label != std::floor(label)) return 0;
    // 255 and 65535 are "ignore" in the usual data sets; grey, so that they don't look like a
    // class.
    const bool ignored = label == 255 || label == 65535;
    const auto [red, green, blue] =
        visual::palette_color(ignored ? -1 : static_cast<std::int64_t>(label) - 1);
    return qRgb(red, green, blue);
}

double layer_value(const RasterLayer& layer, const QSize& image, double x, double y) {
    const visual::Raster& raster = *layer.raster;
    const bool smooth = layer.kind == LayerKind::Heat && layer.smooth;
    const Place column = place_of(x * raster.width / image.width(), raster.width, smooth),
                row = place_of(y * raster.height / image.height(), raster.height, smooth);
    const auto value = [&](int at_x, int at_y) {
        return static_cast<float>(value_at(raster, at_x, at_y, 0));
    };
    return static_cast<double>(mixed(
        mixed(value(column.first, row.first), value(column.second, row.first), column.share),
        mixed(value(column.first, row.second), value(column.second, row.second), column.share),
        row.share));
}

QImage layer_picture(const RasterLayer& layer, const QSize& image, const QRectF& seen,
                     const QSize& size) {
    QImage picture(size, QImage::Format_ARGB32_Premultiplied);
    if (picture.isNull()) return picture;
    const visual::Raster& raster = *layer.raster;
    const bool smooth = layer.kind == LayerKind::Heat && layer.smooth;
    const auto columns = places_of(seen.x(), seen.width(), size.width(), image.width(),
                                   raster.width, smooth),
               rows = places_of(seen.y(), seen.height(), size.height(), image.height(),
                                raster.height, smooth);
    const PixelSource source{.image = layer.raster};
    const Colors colors(layer);
    int from = raster.width, to = 0;
    for (const Place& column : columns) {
        from = std::min(from, column.first);
        to = std::max(to, column.second);
    }
    const int count = std::max(0, to - from + 1);
    std::vector<float> above(static_cast<std::size_t>(count)), below(above.size());
    int above_row = -1, below_row = -1;
    for (int y = 0; y < size.height(); ++y) {
        const Place& row = rows[static_cast<std::size_t>(y)];
        if (row.first != above_row)
            source.read(from, above_row = row.first, count, 1, {}, above.data());
        if (smooth && row.second != below_row)
            source.read(from, below_row = row.second, count, 1, {}, below.data());
        auto* line = reinterpret_cast<QRgb*>(picture.scanLine(y));
        for (int x = 0; x < size.width(); ++x) {
            const Place& column = columns[static_cast<std::size_t>(x)];
            const auto first = static_cast<std::size_t>(column.first - from),
                       second = static_cast<std::size_t>(column.second - from);
            line[x] =
                colors(smooth ? mixed(mixed(above[first], above[second], column.share),
                                      mixed(below[first], below[second], column.share), row.share)
                              : above[first]);
        }
    }
    return picture;
}

}  // namespace millrace::viewers
