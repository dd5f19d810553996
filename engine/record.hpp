// The one description a payload gives of itself: named arrays, attributes and child packets. Hash, sketch,
// size and serialised form are all derived from it, so that a payload states its content once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/value.hpp"

namespace millrace::engine {

enum class DType { U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64, Bool };

std::size_t size_of(DType type);
/// The safetensors spelling: "U8", "BF16", "BOOL" …
std::string_view to_text(DType type);
/// Throws Error (E-FILE-010) on a name that is none of the above.
DType dtype_from(std::string_view name);

template <class T>
constexpr DType dtype_of() {
    if constexpr (std::is_same_v<T, bool>) return DType::Bool;
    else if constexpr (std::is_same_v<T, float>) return DType::F32;
    else if constexpr (std::is_same_v<T, double>) return DType::F64;
    else if constexpr (std::is_same_v<T, std::uint8_t>) return DType::U8;
    else if constexpr (std::is_same_v<T, std::int8_t>) return DType::I8;
    else if constexpr (std::is_same_v<T, std::uint16_t>) return DType::U16;
    else if constexpr (std::is_same_v<T, std::int16_t>) return DType::I16;
    else if constexpr (std::is_same_v<T, std::uint32_t>) return DType::U32;
    else if constexpr (std::is_same_v<T, std::int32_t>) return DType::I32;
    else if constexpr (std::is_same_v<T, std::uint64_t>) return DType::U64;
    else return DType::I64;
}

/// A view of one dense row-major little-endian array. `bytes` lives as long as the payload, or as `owner`.
struct ArrayView {
    std::string name;
    DType type = DType::U8;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner = {};

    std::int64_t count() const;
};

class Packet;  // in engine/packet.hpp, which whoever makes or destroys a Record includes

struct Record {
    std::vector<ArrayView> arrays;
    Object attributes;
    std::vector<Packet> children;  // no initialiser: it would need Packet complete here

    /// The array of that name, or nullptr.
    const ArrayView* find(std::string_view name) const;
    /// The array of that name with that type and rank, its byte count checked; throws Error (E-FILE-011).
    const ArrayView& require(std::string_view name, DType type, std::size_t rank) const;
};

/// A view over contiguous numbers, for record().
template <class T>
ArrayView view_of(std::string name, const T* data, std::vector<std::int64_t> shape) {
    std::int64_t count = 1;
    for (std::int64_t extent : shape) count *= extent;
    return {std::move(name), dtype_of<T>(), std::move(shape),
            std::as_bytes(std::span(data, static_cast<std::size_t>(count)))};
}

/// The elements of a checked array, copied: the way back in restore().
template <class T>
std::vector<T> copy_of(const ArrayView& array) {
    std::vector<T> values(array.bytes.size() / sizeof(T));
    if (!values.empty()) __builtin_memcpy(values.data(), array.bytes.data(), values.size() * sizeof(T));
    return values;
}

}  // namespace millrace::engine
