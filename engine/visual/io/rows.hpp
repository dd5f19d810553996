// Private to the readers and writers: what PCD, PLY, XYZ, LAS and .bin files have in common. A file
// is rows of typed columns somewhere in memory; the two functions here are the only way between
// rows and clouds, so that each format deals with its header alone. Stateless; any thread.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/visual/cloud.hpp"

namespace millrace::visual::io {

static_assert(std::endian::native == std::endian::little, "Rows are read in host order.");

enum class Number : std::uint8_t { I8, U8, I16, U16, I32, U32, I64, U64, F32, F64 };

/// Calls `work` with a value of the C++ type.
template <class Work>
decltype(auto) with_type(Number type, Work&& work) {
    switch (type) {
        case Number::I8:
            return work(std::int8_t{});
        case Number::U8:
            return work(std::uint8_t{});
        case Number::I16:
            return work(std::int16_t{});
        case Number::U16:
            return work(std::uint16_t{});
        case Number::I32:
            return work(std::int32_t{});
        case Number::U32:
            return work(std::uint32_t{});
        case Number::I64:
            return work(std::int64_t{});
        case Number::U64:
            return work(std::uint64_t{});
        case Number::F32:
            return work(float{});
        case Number::F64:
            break;
    }
    return work(double{});
}

inline std::size_t size_of(Number type) {
    return with_type(type, [](auto zero) { return sizeof zero; });
}

/// A number anywhere in memory, aligned or not.
template <class T>
T load(const std::byte* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}
template <class T>
T load(const std::byte* at, bool swap) {
    if (!swap) return load<T>(at);
    std::array<std::byte, sizeof(T)> turned;
    for (std::size_t i = 0; i < sizeof(T); ++i) turned[i] = at[sizeof(T) - 1 - i];
    return load<T>(turned.data());
}

/// The value of row r and channel c stands at offset + r * stride + c * size_of(type).
struct Column {
    std::string name;
    Number type = Number::F32;
    std::uint32_t count = 1;  ///< channels
    std::size_t offset = 0;
    std::size_t stride = 0;

    std::size_t width() const { return count * size_of(type); }
};

inline constexpr std::size_t kMaxColumns = 4096;

/// Sets the columns' offsets and strides for rows one behind the other; gives the bytes of a row.
std::size_t lay_out_rows(std::vector<Column>& columns);

struct Rows {
    std::vector<Column> columns;
    std::size_t rows = 0;
    std::span<const std::byte> data;
    bool big_endian = false;
    bool group_numbered = false;  ///< a_0, a_1 … become one field "a" with several channels
    std::array<double, 3> origin = {};
};

/// Columns x, y and z become positions, packed or separate colours "rgb" (and "alpha"), normals
/// "normal", all others fields of their own; "_" is padding. Integers of 32 bits without sign
/// become int32 when all fit, otherwise double, those of 64 bits double. Positions in double lie
/// relative to an origin: `rows.origin`, or the first value in whole metres where that is more than
/// 10 km away. Throws Error: E-FILE-030 when `data` is too small, E-FILE-032 for two columns of one
/// name, E-FILE-036 without x, y and z.
Cloud cloud_from_rows(const Rows& rows, std::string_view name);

/// A coordinate with its cloud's origin; of a cloud without one bit for bit, which adding zero
/// would not keep.
inline double with_origin(float value, double origin) {
    return origin == 0 ? value : value + origin;
}

/// Throws Error (E-FILE-037) when a field's size does not fit the points.
void check_fields(const Cloud& cloud);

enum class Naming { Pcd, Ply };

struct OwnedRows {
    std::vector<Column> columns;
    std::size_t rows = 0, stride = 0;
    std::vector<std::byte> bytes;
};

/// The way back. Positions are double when the cloud has an origin. Pcd packs colours into one
/// column and keeps several channels in one; Ply has red green blue, nx ny nz and a_0, a_1 ….
/// Throws Error (E-FILE-037) when a field's size does not fit the points.
OwnedRows rows_from_cloud(const Cloud& cloud, Naming naming);

/// Appends the shortest text that reads back as the same number.
void append_number(std::string& text, Number type, const std::byte* at);

/// One line a row, values separated by blanks.
void append_rows(std::string& text, const OwnedRows& rows);

/// Writes the number that `word` spells to `out`, size_of(column.type) bytes; false when it is none
/// or does not fit.
bool put_number(std::string_view word, const Column& column, std::byte* out);

/// Reads a line of text into one row. Throws Error (E-FILE-033) when a word is no number of its
/// column's type, or when there are fewer or more words than the columns have values.
void put_row(std::string_view line, const std::vector<Column>& columns, std::byte* row,
             const std::string& where);

/// Throws Error (E-FILE-033): `word` is no number of the column's type.
[[noreturn]] void fail_number(std::string_view word, const Column& column, std::string where);

/// A colour packed as PCL does, in 0xAARRGGBB.
bool is_packed_color(const Column& column);

/// `name`, or with a number added when `used` has it already; adds it to `used`.
std::string unique_name(std::string name, std::vector<std::string>& used);

}  // namespace millrace::visual::io
