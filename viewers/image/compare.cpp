#include "viewers/image/compare.hpp"

#include <QCoreApplication>
#include <cmath>
#include <limits>

namespace millrace::viewers {
namespace {

QString translated(const char* text) { return QCoreApplication::translate("Compare", text); }

QString depth_text(visual::Raster::Depth depth) {
    if (depth == visual::Raster::Depth::U8) return translated("8 bits");
    return depth == visual::Raster::Depth::U16 ? translated("16 bits") : translated("floats");
}

}  // namespace

QString compare_title(CompareMode mode) {
    switch (mode) {
        case CompareMode::Off:
            return translated("Off");
        case CompareMode::Wipe:
            return translated("Wipe");
        case CompareMode::Difference:
            return translated("Difference");
        case CompareMode::Blink:
            return translated("Blink");
    }
    return {};
}

QString difference_fault(const visual::Raster& image, const visual::Raster& reference) {
    if (image.width != reference.width || image.height != reference.height)
        return translated("No difference: A is %1 × %2 and B is %3 × %4 pixels.")
            .arg(image.width)
            .arg(image.height)
            .arg(reference.width)
            .arg(reference.height);
    if (image.channels != reference.channels)
        return translated("No difference: A has %1 channels and B has %2.")
            .arg(image.channels)
            .arg(reference.channels);
    if (image.depth != reference.depth)
        return translated("No difference: A holds %1 and B %2.")
            .arg(depth_text(image.depth), depth_text(reference.depth));
    return {};
}

PixelSource difference_of(std::shared_ptr<const visual::Raster> image,
                          std::shared_ptr<const visual::Raster> reference) {
    const bool absolute = image->channels > 1;
    return {.image = std::move(image), .reference = std::move(reference), .absolute = absolute};
}

Tone difference_tone(const visual::Raster& reference, double peak, double exposure) {
    if (reference.channels == 1)
        return {.channel = 0,
                .low = -peak,
                .high = peak,
                .exposure = exposure,
                .map = ColorMap::Diverging};
    return {
        .channel = reference.channels >= 3 ? -1 : 0, .low = 0, .high = peak, .exposure = exposure};
}

double peak_of(const visual::Raster& reference) {
    if (reference.depth != visual::Raster::Depth::F32) return opaque_value(reference.depth);
    const auto [low, high] = range_of(PixelSource{.image = {std::shared_ptr<void>(), &reference}},
                                      {0, reference.channels});
    return high > low ? high - low : 1;
}

DifferenceNumbers difference_numbers(const PixelSource& difference, const std::stop_token& stop) {
    DifferenceNumbers found{.peak = peak_of(*difference.reference)};
    const QSize size = difference.size();
    const Channels channels{0, difference.image->channels};
    std::vector<float> row(static_cast<std::size_t>(size.width()) *
                           static_cast<std::size_t>(channels.count));
    double sum = 0, squares = 0;
    for (int y = 0; y < size.height() && !stop.stop_requested(); ++y) {
        difference.read(0, y, size.width(), 1, channels, row.data());
        for (const float value : row) {
            if (!std::isfinite(value)) {
                ++found.skipped;
                continue;
            }
            const double off = std::abs(static_cast<double>(value));
            ++found.count;
            if (off > 0) ++found.unequal;
            found.max = std::max(found.max, off);
            sum += off;
            squares += off * off;
        }
    }
    if (found.count == 0) return found;
    found.mean = sum / static_cast<double>(found.count);
    const double mse = squares / static_cast<double>(found.count);
    found.rmse = std::sqrt(mse);
    found.psnr = mse > 0 ? 10 * std::log10(found.peak * found.peak / mse)
                         : std::numeric_limits<double>::infinity();
    return found;
}

}  // namespace millrace::viewers
