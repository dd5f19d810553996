// Names that encoding and decoding of visuals share. Private to them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <variant>

#include "engine/visual/visual.hpp"

namespace millrace::visual::codec {

/// In the order of the variant.
inline constexpr std::array<std::string_view, std::variant_size_v<Visual>> kKinds = {
    "raster", "cloud",  "boxes3d",   "boxes2d", "polyline",     "camera",     "text",
    "tokens", "series", "histogram", "table",   "tensor_block", "model_graph"};
/// Of tensors in runs that earlier versions recorded; read, never written.
inline constexpr std::string_view kTensorSlice = "tensor_slice";
/// In the order of TensorBlock::Values.
inline constexpr std::array<std::string_view, std::variant_size_v<TensorBlock::Values>>
    kTensorTypes = {"U8", "I32", "I64", "U64", "F32", "F64"};
/// Of Raster::Depth, and their bytes.
inline constexpr std::array<std::string_view, 3> kDepths = {"U8", "U16", "F32"};
inline constexpr std::array<std::size_t, 3> kDepthBytes = {1, 2, 4};
/// In the order of PointField::Values.
inline constexpr std::array<std::string_view, 5> kFieldTypes = {"U8", "U16", "I32", "F32", "F64"};
/// The key of the descriptions in a file's metadata.
inline constexpr const char* kMetadata = "millrace.visuals";

}  // namespace millrace::visual::codec
