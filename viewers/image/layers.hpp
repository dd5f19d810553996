// Rasters of one channel laid over an image, stretched to its size: masks of label numbers, each in
// a colour of its own and 0 invisible, and heat maps of values, such as attention. Values and plain
// functions; any thread.
#pragma once

#include <QImage>
#include <QRectF>
#include <QSize>
#include <QString>
#include <memory>

#include "viewers/image/tone.hpp"

namespace millrace::viewers {

enum class LayerKind { Mask, Heat };

struct RasterLayer {
    QString name;
    std::shared_ptr<const visual::Raster> raster;
    LayerKind kind = LayerKind::Heat;
    bool visible = true;
    double opacity = 0.55;           ///< 0 to 1
    ColorMap map = ColorMap::Turbo;  ///< of heat
    bool smooth = true;              ///< heat between the middles of its pixels: bilinear
    bool fade = false;               ///< heat is the clearer, the lower its value
    bool own_range = false;          ///< low and high were chosen, not found
    double low = 0, high = 1;        ///< of heat: what gets the map's ends
    bool operator==(const RasterLayer&) const = default;
};

/// A mask when its values are few whole numbers and have no unit, else heat.
LayerKind kind_of(const visual::Raster& raster);

/// The colour of a label in a mask; transparent for 0 and what is no label.
QRgb mask_color(double label);

/// The layer's value at a place of an image of this size, in the image's pixels.
double layer_value(const RasterLayer& layer, const QSize& image, double x, double y);

/// What of the layer lies in `seen` (pixels of an image of size `image`), `size` large, its opacity
/// in it, premultiplied.
QImage layer_picture(const RasterLayer& layer, const QSize& image, const QRectF& seen,
                     const QSize& size);

}  // namespace millrace::viewers
