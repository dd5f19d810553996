#include "engine/numbers.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace millrace::engine {
namespace {

struct Half {
    std::uint16_t bits;
};
struct Brain {
    std::uint16_t bits;
};
struct Truth {
    std::uint8_t byte;
};

template <class To, class From>
To converted(From value) {
    if constexpr (std::is_same_v<From, Brain>) {
        return std::bit_cast<float>(std::uint32_t{value.bits} << 16);
    } else if constexpr (std::is_same_v<From, Half>) {
        // The exponent is re-biased by a multiplication, which makes subnormals right too; infinity
        // and NaN are those that reach 2^16 by it.
        const float size = std::bit_cast<float>((value.bits & 0x7fffu) << 13) * 0x1.0p112f;
        const std::uint32_t bits =
            std::bit_cast<std::uint32_t>(size) | (size >= 65536.0f ? 0x7f800000u : 0u);
        return std::bit_cast<float>(bits | (value.bits & 0x8000u) << 16);
    } else if constexpr (std::is_same_v<From, Truth>) {
        return static_cast<To>(value.byte != 0);
    } else {
        return static_cast<To>(value);
    }
}

template <class From, class To>
void convert(std::span<const std::byte> bytes, To* out) {
    const std::size_t count = bytes.size() / sizeof(From);
    for (std::size_t index = 0; index < count; ++index) {
        From value;
        std::memcpy(&value, bytes.data() + index * sizeof(From), sizeof(From));
        out[index] = converted<To>(value);
    }
}

template <class To>
void convert(std::span<const std::byte> bytes, DType type, To* out) {
    switch (type) {
        case DType::U8:
            return convert<std::uint8_t>(bytes, out);
        case DType::I8:
            return convert<std::int8_t>(bytes, out);
        case DType::U16:
            return convert<std::uint16_t>(bytes, out);
        case DType::I16:
            return convert<std::int16_t>(bytes, out);
        case DType::U32:
            return convert<std::uint32_t>(bytes, out);
        case DType::I32:
            return convert<std::int32_t>(bytes, out);
        case DType::U64:
            return convert<std::uint64_t>(bytes, out);
        case DType::I64:
            return convert<std::int64_t>(bytes, out);
        case DType::F16:
            return convert<Half>(bytes, out);
        case DType::BF16:
            return convert<Brain>(bytes, out);
        case DType::F32:
            return convert<float>(bytes, out);
        case DType::F64:
            return convert<double>(bytes, out);
        case DType::Bool:
            return convert<Truth>(bytes, out);
    }
}

}  // namespace

bool fits_float(DType type) {
    switch (type) {
        case DType::U32:
        case DType::I32:
        case DType::U64:
        case DType::I64:
        case DType::F64:
            return false;
        default:
            return true;
    }
}

void to_floats(std::span<const std::byte> bytes, DType type, float* out) {
    convert(bytes, type, out);
}
void to_doubles(std::span<const std::byte> bytes, DType type, double* out) {
    convert(bytes, type, out);
}

}  // namespace millrace::engine
