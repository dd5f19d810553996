// Visuals as JSON with byte arrays beside it: how they travel from the worker to viewers, and lie
// in run folders. JSON refers to the arrays as {"attachment": 0}; their numbers are little-endian.
// What is read is untrusted: sizes are checked against the bytes that are there. Plain functions
// for any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value.hpp"
#include "engine/visual/visual.hpp"

namespace millrace::visual {

/// Arrays of a visual; spans live as long as it, or as `kept`, which holds arrays made for the
/// purpose.
struct EncodedArrays {
    std::vector<std::span<const std::byte>> arrays;
    std::vector<std::shared_ptr<const void>> kept;
};

/// "raster", "cloud", "boxes3d" …
std::string_view kind_of(const Visual& visual);

/// The visual's description; its arrays are appended to `arrays`, which says their numbers.
engine::Value encode(const Visual& visual, EncodedArrays& arrays);

/// Reads it back, copying the arrays it names. Throws engine::Error E-VISUAL-001 (malformed),
/// E-VISUAL-002 (unknown kind, as a later version may write).
Visual decode(const engine::Value& description, std::span<const std::span<const std::byte>> arrays);

/// Visuals of one packet as a safetensors file, the descriptions in its metadata, and back. Reading
/// throws as decode(), and E-FILE-02x.
std::string write_visuals(const std::vector<Visual>& visuals);
std::vector<Visual> read_visuals(std::span<const std::byte> bytes, std::string_view name);

}  // namespace millrace::visual
