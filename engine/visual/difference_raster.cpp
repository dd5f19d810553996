// Rasters against rasters.
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "engine/visual/difference_tally.hpp"

namespace millrace::visual {
namespace {

std::size_t bytes_of(Raster::Depth depth) {
    return depth == Raster::Depth::U8 ? 1 : depth == Raster::Depth::U16 ? 2 : 4;
}

const char* name_of(Raster::Depth depth) {
    return depth == Raster::Depth::U8 ? "U8" : depth == Raster::Depth::U16 ? "U16" : "F32";
}

std::size_t pixels_of(const Raster& raster) {
    return static_cast<std::size_t>(raster.width) * static_cast<std::size_t>(raster.height);
}

bool sound(const Raster& raster) {
    if (raster.width < 0 || raster.height < 0 || raster.channels < 0) return false;
    return raster.bytes.size() ==
           pixels_of(raster) * static_cast<std::size_t>(raster.channels) * bytes_of(raster.depth);
}

double opaque(Raster::Depth depth) {
    return depth == Raster::Depth::U8 ? 255 : depth == Raster::Depth::U16 ? 65535 : 1;
}

template <class T>
void read_as(const Raster& raster, std::size_t first, std::size_t count, double* out) {
    std::array<T, Tally::kRun> values;
    std::memcpy(values.data(), raster.bytes.data() + first * sizeof(T), count * sizeof(T));
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<double>(values[i]);
}

void read(const Raster& raster, std::size_t first, std::size_t count, double* out) {
    if (raster.depth == Raster::Depth::U8) return read_as<std::uint8_t>(raster, first, count, out);
    if (raster.depth == Raster::Depth::U16)
        return read_as<std::uint16_t>(raster, first, count, out);
    read_as<float>(raster, first, count, out);
}

/// Reads a raster as if it had so many channels: grey stands in each colour, alpha is opaque.
void read_wider(const Raster& raster, int channels, std::size_t first, std::size_t count,
                double* out) {
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t pixel = (first + i) / static_cast<std::size_t>(channels);
        const int channel = static_cast<int>((first + i) % static_cast<std::size_t>(channels));
        const int alpha = channels == 2 || channels == 4 ? channels - 1 : -1;
        const int own_alpha =
            raster.channels == 2 || raster.channels == 4 ? raster.channels - 1 : -1;
        int from = raster.channels <= 2 ? 0 : channel;
        if (channel == alpha) from = own_alpha;
        if (from < 0)
            out[i] = opaque(raster.depth);
        else
            read(raster,
                 pixel * static_cast<std::size_t>(raster.channels) + static_cast<std::size_t>(from),
                 1, out + i);
    }
}

bool widens(int from, int to) {
    return from == to || (from == 1 && (to == 2 || to == 3 || to == 4)) || (from == 2 && to == 4) ||
           (from == 3 && to == 4);
}

}  // namespace

void compare_kind(const Raster& a, const Raster& b, Tally& tally) {
    if (!sound(a) || !sound(b)) {
        return tally.refuse(
            {.code = "E-VISUAL-013",
             .what = "An image contradicts itself",
             .expected = "as many bytes as its size, channels and depth need",
             .found = fmt::format(
                 "{} bytes for {} x {} x {} {}", sound(a) ? b.bytes.size() : a.bytes.size(),
                 sound(a) ? b.width : a.width, sound(a) ? b.height : a.height,
                 sound(a) ? b.channels : a.channels, name_of(sound(a) ? b.depth : a.depth)),
             .mend = "Record or load it again."});
    }
    if (a.width != b.width || a.height != b.height) {
        return tally.refuse({.code = "E-VISUAL-011",
                             .what = "The images are of different sizes",
                             .expected = fmt::format("{} x {} pixels", a.width, a.height),
                             .found = fmt::format("{} x {} pixels", b.width, b.height),
                             .mend = "Compare images of one size, or scale one of them first."});
    }
    const int channels = std::max(a.channels, b.channels);
    if (!widens(a.channels, channels) || !widens(b.channels, channels)) {
        return tally.refuse(
            {.code = "E-VISUAL-012",
             .what = "The images have different channels, and no conversion is exact",
             .expected = fmt::format("{} channels", a.channels),
             .found = fmt::format("{} channels", b.channels),
             .mend = "Compare images of equally many channels."});
    }
    // Opaque alpha is another number in each depth.
    if (a.channels != b.channels && channels != 3 && a.depth != b.depth) {
        return tally.refuse({.code = "E-VISUAL-012",
                             .what = "The images differ in depth and in alpha",
                             .expected = fmt::format("{} x {}", a.channels, name_of(a.depth)),
                             .found = fmt::format("{} x {}", b.channels, name_of(b.depth)),
                             .mend = "Compare images of one depth."});
    }
    if (a.depth != b.depth) {
        tally.identical = false;
        tally.remark(
            fmt::format("{} against {}: compared as numbers", name_of(a.depth), name_of(b.depth)));
    }
    if (a.channels != b.channels) {
        tally.identical = false;
        tally.remark(fmt::format(
            "{} channels against {}: {}", a.channels, b.channels,
            channels == 3 ? "grey stands in each colour" : "a missing alpha is opaque"));
    }
    if (a.full_width > a.width || b.full_width > b.width)
        tally.remark("scaled-down pictures were compared, not the whole images");
    tally.unlike_texts("unit", a.unit, b.unit);
    tally.unlike_texts("frame", a.frame, b.frame);
    const auto width = static_cast<std::size_t>(a.width), each = static_cast<std::size_t>(channels);
    const std::size_t count = pixels_of(a) * each;
    Raster picture{.width = a.width,
                   .height = a.height,
                   .channels = channels,
                   .depth = Raster::Depth::F32,
                   .bytes = {},
                   .full_width = a.full_width,
                   .full_height = a.full_height,
                   .frame = a.frame,
                   .unit = a.unit};
    if (tally.options.picture) picture.bytes.resize(count * sizeof(float));
    std::array<double, Tally::kRun> first, second;
    std::array<float, Tally::kRun> apart;
    for (std::size_t start = 0; start < count && !tally.stopped(); start += Tally::kRun) {
        const std::size_t run = std::min(Tally::kRun, count - start);
        a.channels == channels ? read(a, start, run, first.data())
                               : read_wider(a, channels, start, run, first.data());
        b.channels == channels ? read(b, start, run, second.data())
                               : read_wider(b, channels, start, run, second.data());
        tally.run({first.data(), run}, {second.data(), run}, [&](std::size_t i) {
            const std::size_t pixel = (start + i) / each;
            return Place{.kind = Place::Kind::Pixel,
                         .a = static_cast<std::int64_t>(pixel),
                         .b = static_cast<std::int64_t>(pixel),
                         .row = static_cast<std::int64_t>(pixel / width),
                         .column = static_cast<std::int64_t>(pixel % width),
                         .channel = static_cast<int>((start + i) % each)};
        });
        if (!tally.options.picture) continue;
        for (std::size_t i = 0; i < run; ++i)
            apart[i] = first[i] == second[i] ? 0.0F : static_cast<float>(first[i] - second[i]);
        std::memcpy(picture.bytes.data() + start * sizeof(float), apart.data(),
                    run * sizeof(float));
    }
    tally.result.matched = pixels_of(a);
    if (tally.options.picture)
        tally.result.picture = std::make_shared<const Visual>(std::move(picture));
}

}  // namespace millrace::visual
