#include "nodes/ops/camera/feature_sampling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

/// Two neighbouring cells along one axis and their weights.
struct Taps {
    std::array<int, 2> cell = {};
    std::array<double, 2> weight = {};
};

/// `position` in cells, clamped at both edges (align_corners=false, as upsampling does it).
Taps clamped_taps(double position, int cells) {
    position = std::clamp(position, 0.0, cells - 1.0);
    const int first = static_cast<int>(position);
    const double part = position - first;
    return {{first, std::min(first + 1, cells - 1)}, {1 - part, part}};
}

/// Cells outside the map get weight zero.
Taps zero_padded_taps(double position, int cells) {
    Taps taps;
    // Also the guard for NaN and for positions too large for an int.
    if (!(position > -1 && position < cells)) return taps;
    const double floor = std::floor(position);
    for (int i = 0; i < 2; ++i) {
        const int cell = static_cast<int>(floor) + i;
        if (cell < 0 || cell >= cells) continue;
        taps.cell[i] = cell;
        taps.weight[i] = i == 0 ? 1 - (position - floor) : position - floor;
    }
    return taps;
}

void blend(const FeatureMap& map, const Taps& x, const Taps& y, float* out) {
    const auto width = static_cast<std::size_t>(map.width);
    for (int channel = 0; channel < map.channels; ++channel) {
        const float* plane = map.values.data() + channel * width * map.height;
        double sum = 0;
        for (int j = 0; j < 2; ++j) {
            for (int i = 0; i < 2; ++i) {
                const double weight = x.weight[i] * y.weight[j];
                // A weight of zero must also silence an infinite or NaN feature.
                if (weight != 0) sum += weight * plane[y.cell[j] * width + x.cell[i]];
            }
        }
        out[channel] = static_cast<float>(sum);
    }
}

void check(const FeatureMap& map, ImageSize image) {
    const bool sizes_known = map.channels >= 0 && map.height >= 0 && map.width >= 0;
    const std::size_t wanted =
        sizes_known ? std::size_t(map.channels) * std::size_t(map.height) * std::size_t(map.width)
                    : 0;
    if (sizes_known && wanted == map.values.size() && image.width > 0 && image.height > 0) return;
    throw engine::Error(
        {.code = "E-SHAPE-020",
         .what = "The feature map or its image has no usable size",
         .expected = "channels * height * width values, and an image of at least 1 x 1 pixels",
         .found = fmt::format("{} values for [{}, {}, {}], image {} x {}", map.values.size(),
                              map.channels, map.height, map.width, image.width, image.height),
         .mend = "Give the size of the image that the pixels refer to, and the whole map."});
}

[[noreturn]] void throw_lengths(std::size_t image, std::size_t voxel, std::size_t rows) {
    throw engine::Error(
        {.code = "E-SHAPE-021",
         .what = "Image and voxel features don't fit together",
         .expected = "one row of features for each voxel on both sides",
         .found = fmt::format("{} image and {} voxel values for {} rows", image, voxel, rows),
         .mend = "Sample the image at the pixels of these very voxels."});
}

}  // namespace

SampledFeatures sample_features(const FeatureMap& map, std::span<const Pixel> uv, ImageSize image,
                                FeatureSampling mode) {
    check(map, image);
    SampledFeatures sampled;
    sampled.values.resize(uv.size() * map.channels);
    sampled.valid.resize(uv.size());
    const double x_scale = double(map.width) / image.width,
                 y_scale = double(map.height) / image.height;
    for (std::size_t i = 0; i < uv.size(); ++i) {
        const auto [u, v] = uv[i];
        // Truncation toward zero takes all of (-1, 0) to column 0.
        sampled.valid[i] = u > -1 && u < image.width && v > -1 && v < image.height;
        if (map.values.empty()) continue;
        float* out = sampled.values.data() + i * map.channels;
        if (mode == FeatureSampling::BilinearZero) {
            blend(map, zero_padded_taps((double(u) + 0.5) * x_scale - 0.5, map.width),
                  zero_padded_taps((double(v) + 0.5) * y_scale - 0.5, map.height), out);
        } else if (sampled.valid[i]) {
            blend(map, clamped_taps((std::trunc(u) + 0.5) * x_scale - 0.5, map.width),
                  clamped_taps((std::trunc(v) + 0.5) * y_scale - 0.5, map.height), out);
        }
    }
    return sampled;
}

std::vector<float> fuse_sum(std::span<const float> image_features,
                            std::span<const float> voxel_features) {
    if (image_features.size() != voxel_features.size()) {
        throw_lengths(image_features.size(), voxel_features.size(), 1);
    }
    std::vector<float> fused(image_features.size());
    std::ranges::transform(image_features, voxel_features, fused.begin(), std::plus<>());
    return fused;
}

std::vector<float> fuse_concat(std::span<const float> image_features,
                               std::span<const float> voxel_features, std::size_t rows) {
    const std::size_t total = image_features.size() + voxel_features.size();
    if (rows == 0 ? total != 0
                  : image_features.size() % rows != 0 || voxel_features.size() % rows != 0) {
        throw_lengths(image_features.size(), voxel_features.size(), rows);
    }
    std::vector<float> fused;
    fused.reserve(total);
    const std::size_t image_channels = rows ? image_features.size() / rows : 0;
    const std::size_t voxel_channels = rows ? voxel_features.size() / rows : 0;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto image = image_features.subspan(row * image_channels, image_channels);
        const auto voxel = voxel_features.subspan(row * voxel_channels, voxel_channels);
        fused.insert(fused.end(), image.begin(), image.end());
        fused.insert(fused.end(), voxel.begin(), voxel.end());
    }
    return fused;
}

}  // namespace millrace::ops
