#include <cmath>

#include "engine/visual/io/errors.hpp"
#include "engine/visual/io/formats.hpp"
#include "engine/visual/io/rows.hpp"

namespace millrace::visual::io {
namespace {

/// Where things stand in a point record of each format (LAS 1.4 R15, tables 7 to 17); 0 for absent.
struct Layout {
    std::size_t size, classification, gps_time, rgb;
};
constexpr Layout kLayouts[] = {{20, 15, 0, 0},   {28, 15, 20, 0},  {26, 15, 0, 20},
                               {34, 15, 20, 28}, {57, 15, 20, 0},  {63, 15, 20, 28},
                               {30, 16, 22, 0},  {36, 16, 22, 30}, {38, 16, 22, 30},
                               {59, 16, 22, 0},  {67, 16, 22, 30}};

struct Header {
    std::uint32_t data = 0;
    int format = 0;
    std::uint16_t record = 0;
    std::uint64_t points = 0;
    std::array<double, 3> scale = {}, offset = {};
};

Header read_header(std::span<const std::byte> bytes, std::string_view name) {
    if (bytes.size() < 4 || std::memcmp(bytes.data(), "LASF", 4) != 0)
        fail(kBadHeader, "The file is no LAS file", "LASF at its beginning", "another beginning",
             std::string(name));
    if (bytes.size() < 227) {
        fail(kTruncated, "The file ends inside its header", "227 bytes",
             std::to_string(bytes.size()) + " bytes", std::string(name));
    }
    Header header;
    const auto minor = load<std::uint8_t>(bytes.data() + 25);
    header.data = load<std::uint32_t>(bytes.data() + 96);
    header.format = load<std::uint8_t>(bytes.data() + 104);
    header.record = load<std::uint16_t>(bytes.data() + 105);
    header.points = load<std::uint32_t>(bytes.data() + 107);
    if (minor >= 4 && bytes.size() >= 375 && header.points == 0)
        header.points = load<std::uint64_t>(bytes.data() + 247);
    for (std::size_t axis = 0; axis < 3; ++axis) {
        header.scale[axis] = load<double>(bytes.data() + 131 + axis * 8);
        header.offset[axis] = load<double>(bytes.data() + 155 + axis * 8);
        if (!std::isfinite(header.scale[axis]) || !std::isfinite(header.offset[axis])) {
            fail(kBadHeaderValue, "Scale or offset is not finite", "finite numbers",
                 "NaN or infinity", at_byte(name, 131));
        }
    }
    if ((header.format & 0xc0) != 0) {
        fail(kUnsupported, "The points are compressed (LAZ)", "an uncompressed LAS file", "LAZ",
             at_byte(name, 104), "Decompress it first, for example with laszip or PDAL.");
    }
    if (header.format > 10 || header.record < kLayouts[header.format].size) {
        fail(kBadHeaderValue, "The point format is none of LAS 1.4",
             "0 to 10, with records at least as long as the format's",
             std::to_string(header.format) + " with records of " + std::to_string(header.record) +
                 " bytes",
             at_byte(name, 104));
    }
    const std::uint64_t needed = saturating_product(header.points, header.record);
    if (header.data > bytes.size() || needed > bytes.size() - header.data) {
        fail(kTruncated,
             "The file holds less than its " + std::to_string(header.points) + " points",
             std::to_string(needed) + " bytes of data",
             std::to_string(bytes.size()) + " bytes in all", at_byte(name, header.data));
    }
    return header;
}

}  // namespace

Cloud read_las(std::span<const std::byte> bytes, std::string_view name) {
    const Header header = read_header(bytes, name);
    const Layout& layout = kLayouts[header.format];
    const auto count = static_cast<std::size_t>(header.points);
    Cloud cloud;
    // Whole metres near the first point keep what is left small enough for float.
    for (std::size_t axis = 0; axis < 3 && count > 0; ++axis) {
        const auto first = load<std::int32_t>(bytes.data() + header.data + axis * 4);
        const double place = std::floor(first * header.scale[axis] + header.offset[axis]);
        cloud.origin[axis] = std::isfinite(place) && std::abs(place) > 10'000 ? place : 0;
    }
    cloud.points.resize(count);
    std::vector<float> intensity(count);
    std::vector<std::uint8_t> label(count);
    std::vector<std::uint8_t> returns(count);
    std::vector<double> time(layout.gps_time ? count : 0);
    std::vector<std::uint16_t> colors(layout.rgb ? count * 3 : 0);
    bool wide = false;
    for (std::size_t i = 0; i < count; ++i) {
        const std::byte* at = bytes.data() + header.data + i * header.record;
        const auto coordinate = [&](std::size_t axis) {
            return static_cast<float>(load<std::int32_t>(at + axis * 4) * header.scale[axis] +
                                      header.offset[axis] - cloud.origin[axis]);
        };
        cloud.points[i] = {coordinate(0), coordinate(1), coordinate(2)};
        intensity[i] = static_cast<float>(load<std::uint16_t>(at + 12)) / 65535.0F;
        const auto flags = load<std::uint8_t>(at + 14);
        returns[i] = header.format < 6 ? flags & 7 : flags & 15;
        const auto classification = load<std::uint8_t>(at + layout.classification);
        label[i] = header.format < 6 ? classification & 31 : classification;
        if (layout.gps_time) time[i] = load<double>(at + layout.gps_time);
        for (std::size_t c = 0; c < 3 && layout.rgb; ++c) {
            colors[i * 3 + c] = load<std::uint16_t>(at + layout.rgb + c * 2);
            wide = wide || colors[i * 3 + c] > 255;
        }
    }
    cloud.fields.push_back({"intensity", 1, std::move(intensity)});
    cloud.fields.push_back({"label", 1, std::move(label)});
    cloud.fields.push_back({"return_number", 1, std::move(returns)});
    if (layout.gps_time) cloud.fields.push_back({"gps_time", 1, std::move(time)});
    if (layout.rgb) {
        // The standard wants 16 bits, but many files hold 8.
        std::vector<std::uint8_t> rgb(colors.size());
        for (std::size_t i = 0; i < colors.size(); ++i)
            rgb[i] = static_cast<std::uint8_t>(wide ? colors[i] >> 8 : colors[i]);
        cloud.fields.push_back({"rgb", 3, std::move(rgb)});
    }
    return cloud;
}

}  // namespace millrace::visual::io
