// GGUF files, versions 2 and 3, little endian: metadata and tensors of language models for
// llama.cpp and its kin (github.com/ggml-org/ggml, docs/gguf.md). Untrusted input; no library.
// Plain values and functions, any thread.
//
// A file is "GGUF", the version (u32), numbers of tensors and of metadata (u64 each); then
// metadata: a key, a type (u32) and a value each; then the tensors' descriptions: a name, the
// number of extents (u32), these (u64 each, innermost first), a type (u32) and an offset (u64);
// then, at the next multiple of the alignment, the data that offsets count from. A text is its
// length (u64) and bytes, a list the type of its elements (u32), their number (u64) and they.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "nodes/ops/checkpoints/ggml_blocks.hpp"

namespace millrace::ops {

/// A list of one type, which is the alternative's number, as in GgufValue.
struct GgufArray {
    std::variant<std::vector<std::uint8_t>, std::vector<std::int8_t>, std::vector<std::uint16_t>,
                 std::vector<std::int16_t>, std::vector<std::uint32_t>, std::vector<std::int32_t>,
                 std::vector<float>, std::vector<bool>, std::vector<std::string>,
                 std::vector<GgufArray>, std::vector<std::uint64_t>, std::vector<std::int64_t>,
                 std::vector<double>>
        items;

    friend bool operator==(const GgufArray&, const GgufArray&) = default;
};

/// The alternatives have the numbers that files have for the types.
using GgufValue = std::variant<std::uint8_t, std::int8_t, std::uint16_t, std::int16_t,
                               std::uint32_t, std::int32_t, float, bool, std::string, GgufArray,
                               std::uint64_t, std::int64_t, double>;

/// In the file's order; each key once.
using GgufMetadata = std::vector<std::pair<std::string, GgufValue>>;

struct GgufTensor {
    std::string name;
    std::vector<std::int64_t> shape;  ///< outermost first, unlike in the file
    GgmlType type = GgmlType::F32;
    std::uint64_t offset = 0, bytes = 0;  ///< within the file
};

struct Gguf {
    std::uint32_t version = 3;
    std::uint64_t alignment = 32;
    GgufMetadata metadata;
    std::vector<GgufTensor> tensors;  ///< in the file's order

    /// Or nullptr.
    const GgufValue* find(std::string_view key) const;
    const GgufTensor* tensor(std::string_view name) const;
    /// A metadata value of any integer type; none where there is no such or it is beyond 63 bits.
    std::optional<std::int64_t> integer(std::string_view key) const;
    /// A metadata value of any number type. Of a float the double of its shortest text: 1e-5.
    std::optional<double> number(std::string_view key) const;
    std::optional<std::string> text(std::string_view key) const;
};

/// Everything but the tensors' data. Throws Error: E-CKPT-040 for another kind of file, version or
/// byte order; 041 where it is cut off or counts more than it holds; 042 for metadata, 043 for
/// descriptions of tensors that are malformed; 044 for types that are not read here; 045 for data
/// that lie outside, overlap or leave gaps. `name` stands for the file.
Gguf read_gguf(std::span<const std::byte> bytes, std::string_view name);

/// A tensor to be written: `bytes` as quantize() gives them for rows of the last extent.
struct GgufData {
    std::string name;
    std::vector<std::int64_t> shape;
    GgmlType type = GgmlType::F32;
    std::string bytes;
};

/// The bytes of a file of version 3, tensors in the given order. The alignment is that of the
/// metadata's "general.alignment", else 32. Throws Error E-CKPT-047 for what read_gguf() would
/// refuse.
std::string write_gguf(const GgufMetadata& metadata, const std::vector<GgufData>& tensors);

namespace gguf {

inline constexpr std::size_t kMostKey = 65535, kMostName = 64, kMostExtents = 4;
inline constexpr int kMostDepth = 8;  ///< of lists in lists
inline constexpr std::uint64_t kMostAlignment = 1 << 20;
inline constexpr std::string_view kAlignmentKey = "general.alignment";

/// 1 to kMostKey printable ASCII characters.
bool is_key(std::string_view key);

/// Bytes of a tensor whose rows are whole blocks; none where they aren't, an extent is below 0 or
/// the product is beyond 63 bits.
std::optional<std::uint64_t> bytes_of(GgmlType type, const std::vector<std::int64_t>& shape);

constexpr std::uint64_t padded(std::uint64_t offset, std::uint64_t alignment) {
    return (offset + alignment - 1) / alignment * alignment;
}

}  // namespace gguf
}  // namespace millrace::ops
