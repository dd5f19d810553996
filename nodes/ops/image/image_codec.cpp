#include "nodes/ops/image/image_codec.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "engine/problem.hpp"
#include "nodes/ops/image/mat_view.hpp"

namespace millrace::ops {
namespace {

// The same codes as for cloud files: one cause, one code.
constexpr const char* kTruncated = "E-FILE-030";
constexpr const char* kBadHeader = "E-FILE-031";
constexpr const char* kImpossibleSize = "E-FILE-032";
constexpr const char* kBadContent = "E-FILE-034";

[[noreturn]] void damaged(const char* code, std::string_view name, std::string expected,
                          std::string found) {
    throw engine::Error({.code = code,
                         .what = "The picture is damaged",
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .where = std::string(name),
                         .cause = "An interrupted copy or download",
                         .mend = "Fetch the file again or leave the frame out."});
}

[[noreturn]] void cut_short(std::string_view name, std::string_view format, std::size_t size) {
    damaged(kTruncated, name, fmt::format("a whole {} file", format),
            fmt::format("{} bytes, cut short", size));
}

/// Bytes read one number at a time; reading past the end is told as a cut file.
struct Reader {
    std::span<const std::byte> bytes;
    std::string_view name, format;
    std::size_t at = 0;

    std::uint32_t byte() {
        if (at >= bytes.size()) cut_short(name, format, bytes.size());
        return std::to_integer<std::uint32_t>(bytes[at++]);
    }
    std::uint32_t big16() {
        const std::uint32_t high = byte();
        return high << 8 | byte();
    }
    std::uint32_t big32() {
        const std::uint32_t high = big16();
        return high << 16 | big16();
    }
    std::uint32_t little32() {
        std::uint32_t value = 0;
        for (int shift = 0; shift < 32; shift += 8) value |= byte() << shift;
        return value;
    }
};

bool starts_with(std::span<const std::byte> bytes, std::initializer_list<unsigned> magic) {
    return bytes.size() >= magic.size() &&
           std::equal(magic.begin(), magic.end(), bytes.begin(),
                      [](unsigned want, std::byte have) { return std::byte(want) == have; });
}

struct Size {
    std::uint64_t width = 0, height = 0;
    std::uint64_t most = 0;  ///< pixels the bytes can hold at the format's best
};

Size jpeg_size(Reader reader) {
    reader.at = 2;
    Size size;
    while (true) {
        if (reader.byte() != 0xFF) damaged(kBadHeader, reader.name, "a JPEG marker", "other bytes");
        std::uint32_t marker = reader.byte();
        while (marker == 0xFF) marker = reader.byte();
        if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) continue;
        if (marker == 0xD9)
            damaged(kBadHeader, reader.name, "picture data", "the end of the file's content");
        const std::size_t start = reader.at;
        const std::uint32_t length = reader.big16();
        if (length < 2 || start + length > reader.bytes.size())
            cut_short(reader.name, reader.format, reader.bytes.size());
        const bool frame =
            marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (frame) {
            reader.byte();  // bits a sample
            size.height = reader.big16();
            size.width = reader.big16();
        }
        reader.at = start + length;
        if (marker == 0xDA) break;
    }
    // OpenCV paints the missing rest of a cut file grey and says nothing.
    bool ended = false;
    for (std::size_t at = reader.bytes.size(); at >= reader.at + 2 && !ended; --at) {
        ended = reader.bytes[at - 2] == std::byte{0xFF} && reader.bytes[at - 1] == std::byte{0xD9};
    }
    if (!ended) cut_short(reader.name, reader.format, reader.bytes.size());
    // A 16 x 16 block takes at least half a bit.
    size.most = reader.bytes.size() * 4096;
    return size;
}

Size png_size(Reader reader) {
    reader.at = 16;
    Size size;
    size.width = reader.big32();
    size.height = reader.big32();
    const std::uint32_t bits = reader.byte();
    // Whether all chunks are there: the decoder finds out, too, but late, and prints a line of its own.
    reader.at = 8;
    for (std::uint32_t kind = 0; kind != 0x49454E44;) {  // IEND
        const std::uint32_t length = reader.big32();
        kind = reader.big32();
        if (length > reader.bytes.size() - reader.at)
            cut_short(reader.name, reader.format, reader.bytes.size());
        reader.at += length;
        reader.big32();  // checksum
    }
    // Deflate's best is 1032 to 1.
    size.most = reader.bytes.size() * 1032 * 8 / std::max<std::uint64_t>(bits, 1);
    return size;
}

Size bmp_size(Reader reader) {
    reader.at = 18;
    Size size;
    size.width = reader.little32();
    const auto height = static_cast<std::int32_t>(reader.little32());
    size.height =
        static_cast<std::uint64_t>(std::abs(std::int64_t{height}));  // negative: top row first
    size.most = reader.bytes.size() * 256;                           // run-length coding
    return size;
}

Size pnm_size(Reader reader) {
    const bool colors = reader.bytes[1] == std::byte{'6'};
    reader.at = 2;
    std::array<std::uint64_t, 3> numbers = {};
    for (std::uint64_t& number : numbers) {
        std::uint32_t letter = reader.byte();
        while (std::isspace(static_cast<int>(letter)) || letter == '#') {
            if (letter == '#') {
                while (letter != '\n') letter = reader.byte();
            }
            letter = reader.byte();
        }
        if (letter < '0' || letter > '9')
            damaged(kBadHeader, reader.name, "width, height and maximum", "other text");
        for (; letter >= '0' && letter <= '9'; letter = reader.byte()) {
            number = std::min<std::uint64_t>(number * 10 + (letter - '0'), 1u << 30);
        }
    }
    const std::uint64_t pixel = (colors ? 3u : 1u) * (numbers[2] > 255 ? 2u : 1u);
    return {numbers[0], numbers[1], (reader.bytes.size() - reader.at) / pixel};
}

std::string encode(const types::Image& image, const char* ending, const std::vector<int>& options) {
    cv::Mat pixels = mat_view(image);
    if (pixels.empty()) {
        throw engine::Error(
            {.code = "E-IMAGE-001", .what = "An empty image can't be stored as a picture"});
    }
    if (image.channels >= 3) {
        cv::Mat swapped;
        cv::cvtColor(pixels, swapped,
                     image.channels == 3 ? cv::COLOR_RGB2BGR : cv::COLOR_RGBA2BGRA);
        pixels = swapped;
    }
    std::vector<std::uint8_t> file;
    cv::imencode(ending, pixels, file, options);
    return {file.begin(), file.end()};
}

void require(const types::Image& image, bool fits, std::string_view expected) {
    if (fits) return;
    constexpr std::array<std::string_view, 3> kDepths = {"8-bit", "16-bit", "float"};
    throw engine::Error({.code = "E-IMAGE-001",
                         .what = "The picture format can't hold this image",
                         .expected = std::string(expected),
                         .found = fmt::format("{} channels, {}", image.channels,
                                              kDepths[static_cast<std::size_t>(image.depth)]),
                         .mend = "Put a colour map in front, or choose another format."});
}

}  // namespace

ImageHeader read_image_header(std::span<const std::byte> bytes, std::string_view name) {
    Reader reader{bytes, name, ""};
    ImageHeader header;
    Size size;
    if (starts_with(bytes, {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A})) {
        reader.format = header.format = "PNG";
        size = png_size(reader);
    } else if (starts_with(bytes, {0xFF, 0xD8, 0xFF})) {
        reader.format = header.format = "JPEG";
        size = jpeg_size(reader);
    } else if (starts_with(bytes, {'B', 'M'})) {
        reader.format = header.format = "BMP";
        size = bmp_size(reader);
    } else if (starts_with(bytes, {'P', '5'}) || starts_with(bytes, {'P', '6'})) {
        reader.format = header.format = "PNM";
        size = pnm_size(reader);
    } else {
        throw engine::Error({.code = kBadHeader,
                             .what = "This is no picture Millrace can read",
                             .expected = "PNG, JPEG, BMP or binary PNM",
                             .found = bytes.empty() ? "an empty file" : "other content",
                             .where = std::string(name),
                             .mend = "Convert the file, or leave it out."});
    }
    const std::string extent = fmt::format("{} x {} pixels", size.width, size.height);
    if (size.width == 0 || size.height == 0)
        damaged(kImpossibleSize, name, "at least one pixel", extent);
    if (size.width > kMostPixels || size.height > kMostPixels ||
        size.width * size.height > kMostPixels) {
        throw engine::Error({.code = kImpossibleSize,
                             .what = "The picture is too large",
                             .expected = fmt::format("{} pixels at most", kMostPixels),
                             .found = extent,
                             .where = std::string(name),
                             .mend = "Scale the picture down or cut it into several."});
    }
    if (size.width * size.height > size.most)
        damaged(kImpossibleSize, name,
                fmt::format("at most {} pixels in {} bytes", size.most, bytes.size()), extent);
    header.width = static_cast<int>(size.width);
    header.height = static_cast<int>(size.height);
    return header;
}

types::Image decode_image(std::span<const std::byte> bytes, std::string_view name) {
    const ImageHeader header = read_image_header(bytes, name);
    // OpenCV counts a file's bytes in int.
    if (bytes.size() > 0x7FFFFFFF)
        damaged(kBadContent, name, "less than 2 GiB", fmt::format("{} bytes", bytes.size()));
    const cv::Mat file(1, static_cast<int>(bytes.size()), CV_8U,
                       const_cast<std::byte*>(bytes.data()));
    cv::Mat pixels;
    try {
        pixels = cv::imdecode(
            file, cv::IMREAD_ANYCOLOR | cv::IMREAD_ANYDEPTH | cv::IMREAD_IGNORE_ORIENTATION);
    } catch (const cv::Exception& error) {
        damaged(kBadContent, name, fmt::format("a whole {} file", header.format), error.err);
    }
    if (pixels.empty())
        damaged(kBadContent, name, fmt::format("a whole {} file", header.format),
                "content that can't be decoded");
    if (pixels.channels() == 3) cv::cvtColor(pixels, pixels, cv::COLOR_BGR2RGB);
    return image_from(pixels);
}

std::string encode_png(const types::Image& image) {
    require(image,
            image.depth != types::Depth::F32 &&
                (image.channels == 1 || image.channels == 3 || image.channels == 4),
            "8- or 16-bit pixels with 1, 3 or 4 channels");
    return encode(image, ".png", {});
}

std::string encode_jpeg(const types::Image& image, int quality) {
    require(image, image.depth == types::Depth::U8 && (image.channels == 1 || image.channels == 3),
            "8-bit pixels with 1 or 3 channels");
    return encode(image, ".jpg", {cv::IMWRITE_JPEG_QUALITY, std::clamp(quality, 1, 100)});
}

bool is_image_name(std::string_view name) {
    constexpr std::array<std::string_view, 6> kEndings = {".png", ".jpg", ".jpeg",
                                                          ".bmp", ".ppm", ".pgm"};
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    return std::ranges::any_of(kEndings,
                               [&](std::string_view ending) { return lower.ends_with(ending); });
}

}  // namespace millrace::ops
