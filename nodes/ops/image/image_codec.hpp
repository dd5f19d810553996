// Picture files in memory to types::Image and back, through OpenCV. Files are untrusted: a
// picture's size is read from its header and held against the bytes at hand before any memory is
// taken. Plain functions, any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "nodes/types/image.hpp"

namespace millrace::ops {

/// What the header of a picture says of it.
struct ImageHeader {
    int width = 0, height = 0;
    std::string format;  ///< "PNG", "JPEG", "BMP" or "PNM"
};

/// Largest picture taken, pixels.
inline constexpr std::size_t kMostPixels = std::size_t{1} << 28;

/// Reads the header of a PNG, JPEG, BMP or binary PNM file; `name` stands for the file in messages.
/// Throws Error: E-FILE-030 (cut short), E-FILE-031 (none of these formats), E-FILE-032 (no pixels,
/// more than kMostPixels, or more than the bytes can hold).
ImageHeader read_image_header(std::span<const std::byte> bytes, std::string_view name);

/// The picture: 8 or 16 bits, one channel or three in RGB order; transparency is dropped and a
/// rotation note ignored, so that pixels stay where calibrations have them. Throws as
/// read_image_header(), and E-FILE-034 when the content is damaged.
types::Image decode_image(std::span<const std::byte> bytes, std::string_view name);

/// Lossless PNG of an 8- or 16-bit image with 1, 3 or 4 channels. Throws Error E-IMAGE-001 for
/// others.
std::string encode_png(const types::Image& image);

/// JPEG of an 8-bit image with 1 or 3 channels; `quality` 1 to 100. Throws Error E-IMAGE-001 for
/// others.
std::string encode_jpeg(const types::Image& image, int quality = 92);

/// Whether a file name ends like a picture decode_image() can read, in any case: .png .jpg .jpeg
/// .bmp .ppm .pgm
bool is_image_name(std::string_view name);

}  // namespace millrace::ops
