#include "viewers/view/image_source.hpp"

#include <QImage>
#include <QImageReader>
#include <algorithm>
#include <cstring>
#include <fstream>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "engine/problem.hpp"

namespace millrace::view {
namespace {

namespace fs = std::filesystem;
using visual::Raster;

constexpr int kImageMegabytes = 16384;  // of one image while it is read

std::size_t depth_bytes(Raster::Depth depth) {
    if (depth == Raster::Depth::U8) return 1;
    return depth == Raster::Depth::U16 ? 2 : 4;
}

Raster empty_raster(const QSize& size, int channels, Raster::Depth depth) {
    Raster raster{.width = size.width(),
                  .height = size.height(),
                  .channels = channels,
                  .depth = depth,
                  .bytes = {},
                  .full_width = size.width(),
                  .full_height = size.height()};
    raster.bytes.resize(static_cast<std::size_t>(raster.width) *
                        static_cast<std::size_t>(raster.height) *
                        static_cast<std::size_t>(channels) * depth_bytes(depth));
    return raster;
}

/// The first `channels` of each pixel of an image of `stored` channels, its rows converted a strip
/// at a time: a whole image in a second format would take as much memory again.
Raster raster_from(const QImage& image, QImage::Format format, int stored, int channels,
                   Raster::Depth depth) {
    Raster raster = empty_raster(image.size(), channels, depth);
    const std::size_t value = depth_bytes(depth),
                      pixel = value * static_cast<std::size_t>(channels),
                      step = value * static_cast<std::size_t>(stored),
                      row = pixel * static_cast<std::size_t>(raster.width);
    constexpr int kStrip = 64;
    for (int top = 0; top < raster.height; top += kStrip) {
        const int rows = std::min(kStrip, raster.height - top);
        // A view of the rows, not a copy of them.
        const QImage strip(image.constScanLine(top), image.width(), rows, image.bytesPerLine(),
                           image.format());
        QImage colored = strip;
        if (!image.colorTable().isEmpty()) colored.setColorTable(image.colorTable());
        const QImage converted = colored.convertToFormat(format);
        for (int y = 0; y < rows; ++y) {
            const uchar* from = converted.constScanLine(y);
            std::uint8_t* to = raster.bytes.data() + static_cast<std::size_t>(top + y) * row;
            if (step == pixel) {
                std::memcpy(to, from, row);
                continue;
            }
            for (int x = 0; x < raster.width; ++x, from += step, to += pixel)
                std::memcpy(to, from, pixel);
        }
    }
    return raster;
}

std::optional<std::uint64_t> available_bytes() {
    std::ifstream file("/proc/meminfo");
    std::string word;
    while (file >> word) {
        std::uint64_t kilobytes = 0;
        if (word == "MemAvailable:" && file >> kilobytes) return kilobytes * 1024;
    }
    return std::nullopt;
}

[[noreturn]] void refuse_size(const fs::path& file, const QSize& size, std::uint64_t needed,
                              std::uint64_t available) {
    constexpr double kGiga = 1e9;
    throw engine::Error({.code = "E-FILE-005",
                         .what = "The image is too large for the memory that is free",
                         .expected = fmt::format("at most {:.1f} GB to read it",
                                                 static_cast<double>(available) / kGiga),
                         .found = fmt::format("{} × {} pixels, which take {:.1f} GB", size.width(),
                                              size.height(), static_cast<double>(needed) / kGiga),
                         .where = file.string(),
                         .mend = "Close other programs, or cut the image into parts."});
}

/// Refuses what would exhaust the memory, before anything is read.
void check_size(const fs::path& file, const QImageReader& reader) {
    const QSize size = reader.size();
    if (size.isEmpty()) return;  // the format doesn't tell; reading has a limit of its own
    const QImage::Format format = reader.imageFormat();
    const auto bits = static_cast<std::uint64_t>(
        format == QImage::Format_Invalid ? 32 : QImage::toPixelFormat(format).bitsPerPixel());
    const std::uint64_t pixels =
        static_cast<std::uint64_t>(size.width()) * static_cast<std::uint64_t>(size.height());
    const std::uint64_t needed = pixels * bits / 8 * 2;  // read, and as a raster
    const std::uint64_t available = std::min(available_bytes().value_or(~std::uint64_t{0}),
                                             std::uint64_t{kImageMegabytes} * 2 * 1024 * 1024);
    if (needed > available) refuse_size(file, size, needed, available);
}

}  // namespace

bool is_image(const std::string& ending) {
    static const std::vector<std::string> known = {".png", ".jpg", ".jpeg", ".bmp", ".ppm",
                                                   ".pgm", ".gif", ".webp", ".tif", ".tiff"};
    if (std::ranges::find(known, ending) == known.end()) return false;
    // TIFF and WebP come with plug-ins of Qt that a system may lack.
    static const auto readable = QImageReader::supportedImageFormats();
    const QByteArray name = QByteArray::fromStdString(ending.substr(1));
    return readable.contains(name);
}

bool is_unread_image(const std::string& ending) {
    static const std::vector<std::string> known = {".exr",  ".hdr",  ".pfm", ".tif",
                                                   ".tiff", ".webp", ".jp2", ".heic"};
    return !is_image(ending) && std::ranges::find(known, ending) != known.end();
}

Raster load_image(const fs::path& file) {
    QImageReader::setAllocationLimit(kImageMegabytes);
    QImageReader reader(QString::fromStdString(file.string()));
    reader.setAutoTransform(true);
    check_size(file, reader);
    const QImage image = reader.read();
    if (image.isNull()) {
        throw engine::Error({.code = "E-FILE-004",
                             .what = "The image can't be read",
                             .expected = "a whole image of a known format",
                             .found = reader.errorString().toStdString(),
                             .where = file.string(),
                             .mend = "Copy or export it again."});
    }
    const bool alpha = image.hasAlphaChannel();
    const QPixelFormat format = image.pixelFormat();
    const bool floats = format.typeInterpretation() == QPixelFormat::FloatingPoint;
    if (floats)
        return raster_from(image, QImage::Format_RGBA32FPx4, 4, alpha ? 4 : 3, Raster::Depth::F32);
    switch (image.format()) {
        case QImage::Format_Grayscale8:
            return raster_from(image, QImage::Format_Grayscale8, 1, 1, Raster::Depth::U8);
        case QImage::Format_Grayscale16:
            return raster_from(image, QImage::Format_Grayscale16, 1, 1, Raster::Depth::U16);
        case QImage::Format_RGBA64:
        case QImage::Format_RGBX64:
        case QImage::Format_RGBA64_Premultiplied:
        case QImage::Format_RGB30:
        case QImage::Format_BGR30:
        case QImage::Format_A2RGB30_Premultiplied:
        case QImage::Format_A2BGR30_Premultiplied:
            return raster_from(image, QImage::Format_RGBA64, 4, alpha ? 4 : 3, Raster::Depth::U16);
        default:
            if (!alpha && image.isGrayscale())
                return raster_from(image, QImage::Format_Grayscale8, 1, 1, Raster::Depth::U8);
            if (alpha) return raster_from(image, QImage::Format_RGBA8888, 4, 4, Raster::Depth::U8);
            return raster_from(image, QImage::Format_RGB888, 3, 3, Raster::Depth::U8);
    }
}

}  // namespace millrace::view
