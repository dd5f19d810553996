// A whole image as a picture of its own size, with tone, layers and overlay. Plain functions; any
// thread.
#pragma once

#include <QImage>
#include <memory>
#include <stop_token>
#include <vector>

#include "viewers/image/layers.hpp"
#include "viewers/image/overlay.hpp"

namespace millrace::viewers {

struct FullPicture {
    PixelSource source;
    Tone tone;
    std::vector<RasterLayer> layers = {};
    std::shared_ptr<const ImageOverlay> overlay = {};
    OverlayStyle style = {};
};

/// The most pixels that one picture holds: 1.6 GB of colours.
inline constexpr std::int64_t kMostPicturePixels = 400'000'000;

/// Null when the image is larger than that, or once `stop` asks.
QImage full_picture(const FullPicture& wanted, const std::stop_token& stop = {});

}  // namespace millrace::viewers
