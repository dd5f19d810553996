#include "engine/record.hpp"

#include <fmt/format.h>

#include <array>

#include "engine/packet.hpp"
#include "engine/problem.hpp"
#include "engine/value_parse.hpp"

namespace millrace::engine {
namespace {

struct TypeRow {
    DType type;
    std::string_view name;
    std::size_t size;
};

constexpr std::array kTypes = {
    TypeRow{DType::U8, "U8", 1},     TypeRow{DType::I8, "I8", 1},   TypeRow{DType::U16, "U16", 2},
    TypeRow{DType::I16, "I16", 2},   TypeRow{DType::U32, "U32", 4}, TypeRow{DType::I32, "I32", 4},
    TypeRow{DType::U64, "U64", 8},   TypeRow{DType::I64, "I64", 8}, TypeRow{DType::F16, "F16", 2},
    TypeRow{DType::BF16, "BF16", 2}, TypeRow{DType::F32, "F32", 4}, TypeRow{DType::F64, "F64", 8},
    TypeRow{DType::Bool, "BOOL", 1},
};

const TypeRow& row_of(DType type) { return kTypes.at(static_cast<std::size_t>(type)); }

[[noreturn]] void malformed(std::string_view name, std::string expected, std::string found) {
    throw Error({.code = "E-FILE-011",
                 .what = fmt::format("The array \"{}\" of a packet is not as its type needs it",
                                     shortened(name)),
                 .expected = std::move(expected),
                 .found = std::move(found),
                 .mend = "Write the file again; it is damaged or from another version."});
}

}  // namespace

std::size_t size_of(DType type) { return row_of(type).size; }

std::string_view to_text(DType type) { return row_of(type).name; }

DType dtype_from(std::string_view name) {
    for (const TypeRow& row : kTypes) {
        if (row.name == name) return row.type;
    }
    throw Error({.code = "E-FILE-010",
                 .what = "Unknown element type of an array",
                 .expected = "U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64 or BOOL",
                 .found = std::string(name),
                 .mend = "Convert the array to one of these types."});
}

std::int64_t ArrayView::count() const {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) count *= extent;
    return count;
}

const ArrayView* Record::find(std::string_view name) const {
    for (const ArrayView& array : arrays) {
        if (array.name == name) return &array;
    }
    return nullptr;
}

const ArrayView& Record::require(std::string_view name, DType type, std::size_t rank) const {
    const std::string expected = fmt::format("{} of {} dimensions", to_text(type), rank);
    const ArrayView* array = find(name);
    if (!array) malformed(name, expected, "no such array");
    if (array->type != type || array->shape.size() != rank) {
        malformed(name, expected,
                  fmt::format("{} of {} dimensions", to_text(array->type), array->shape.size()));
    }
    std::size_t bytes = size_of(type);
    for (const std::int64_t extent : array->shape) {
        if (extent < 0 || __builtin_mul_overflow(bytes, static_cast<std::size_t>(extent), &bytes)) {
            malformed(name, "a shape that fits into memory",
                      fmt::format("an extent of {}", extent));
        }
    }
    if (bytes != array->bytes.size()) {
        malformed(name, fmt::format("{} bytes by its shape", bytes),
                  fmt::format("{} bytes", array->bytes.size()));
    }
    return *array;
}

}  // namespace millrace::engine
