#include <algorithm>

#include "engine/visual/io/errors.hpp"
#include "engine/visual/io/formats.hpp"
#include "engine/visual/io/rows.hpp"

namespace millrace::visual::io {

Cloud read_bin(std::span<const std::byte> bytes, bool nuscenes, std::string_view name) {
    const std::size_t columns = nuscenes ? 5 : 4;
    const std::size_t row = columns * sizeof(float);
    if (bytes.size() % row != 0) {
        fail(kTruncated, "The file is no whole number of points",
             "a multiple of " + std::to_string(row) + " bytes",
             std::to_string(bytes.size()) + " bytes",
             at_byte(name, bytes.size() - bytes.size() % row));
    }
    const std::size_t count = bytes.size() / row;
    Cloud cloud;
    cloud.points.resize(count);
    std::vector<float> intensity(count);
    std::vector<std::uint16_t> ring(nuscenes ? count : 0);
    for (std::size_t i = 0; i < count; ++i) {
        const std::byte* at = bytes.data() + i * row;
        cloud.points[i] = {load<float>(at), load<float>(at + 4), load<float>(at + 8)};
        intensity[i] = load<float>(at + 12) / (nuscenes ? 255.0F : 1.0F);
        // Comparisons that NaN fails, since converting it would be undefined.
        if (nuscenes) {
            const auto number = load<float>(at + 16);
            ring[i] = number >= 0 && number < 65536 ? static_cast<std::uint16_t>(number) : 0;
        }
    }
    cloud.fields.push_back({"intensity", 1, std::move(intensity)});
    if (nuscenes) cloud.fields.push_back({"ring", 1, std::move(ring)});
    return cloud;
}

std::string write_bin(const Cloud& cloud, bool nuscenes) {
    check_fields(cloud);
    const PointField* intensity = cloud.field("intensity");
    const PointField* ring = cloud.field("ring");
    std::string bytes;
    bytes.reserve(cloud.points.size() * (nuscenes ? 20 : 16));
    const auto append = [&](double value) {
        const auto number = static_cast<float>(value);
        bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
    };
    for (std::size_t i = 0; i < cloud.points.size(); ++i) {
        append(with_origin(cloud.points[i].x, cloud.origin[0]));
        append(with_origin(cloud.points[i].y, cloud.origin[1]));
        append(with_origin(cloud.points[i].z, cloud.origin[2]));
        append(intensity ? intensity->at(i) * (nuscenes ? 255 : 1) : 0);
        if (nuscenes) append(ring ? ring->at(i) : 0);
    }
    return bytes;
}

}  // namespace millrace::visual::io
