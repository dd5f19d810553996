// Gathering image features at the pixels where points or voxels project, and fusing them with the
// points' own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nodes/ops/camera/project.hpp"

namespace millrace::ops {

/// A view of a feature map: values [channels, height, width], row-major; usually smaller than the
/// image.
struct FeatureMap {
    std::span<const float> values;
    int channels = 0, height = 0, width = 0;
};

enum class FeatureSampling {
    /// The reference fusion: the map upsampled bilinearly to the image (half-pixel centres, edge
    /// clamp), read at
    /// the pixel of uv truncated toward zero, so u in (-1, 0) counts as column 0; outside the image
    /// zero.
    UpsampleNearest,
    /// Bilinear at x = (u + 0.5) * w / W - 0.5; neighbours outside the map count as zero.
    BilinearZero,
};

struct SampledFeatures {
    std::vector<float> values;  ///< [N, channels]
    std::vector<std::uint8_t>
        valid;  ///< [N]; 1 where the truncated pixel lies in the image, in both modes
};

/// Samples `map` at `uv` ([N] pixels of the full image of `image` size). NaN pixels give zeros and
/// are not valid; an empty map gives zeros. Throws Error E-SHAPE-020 when the values don't fill the
/// map or `image` is unknown.
SampledFeatures sample_features(const FeatureMap& map, std::span<const Pixel> uv, ImageSize image,
                                FeatureSampling mode);

/// Voxel feature + image feature, both [N, C]. Throws Error E-SHAPE-021 when the lengths differ.
std::vector<float> fuse_sum(std::span<const float> image_features,
                            std::span<const float> voxel_features);

/// [image, voxel] beside each other: [N, Ci] and [N, Cv] to [N, Ci + Cv]. Throws Error E-SHAPE-021
/// when the lengths are not `rows` times the channels.
std::vector<float> fuse_concat(std::span<const float> image_features,
                               std::span<const float> voxel_features, std::size_t rows);

}  // namespace millrace::ops
