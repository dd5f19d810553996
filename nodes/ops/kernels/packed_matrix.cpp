#include "nodes/ops/kernels/packed_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/problem.hpp"
#include "nodes/ops/kernels/aligned.hpp"
#include "nodes/ops/kernels/bit_blocks.hpp"
#include "nodes/ops/kernels/kernel_table.hpp"
#include "nodes/ops/kernels/offsets.hpp"

namespace millrace::ops {
namespace {

using kernels::kBlockRows;
using kernels::kGroup;

/// What leaves every sum within an int32.
constexpr std::int64_t most_columns(WeightKind kind) {
    return kind == WeightKind::Int8 ? 131'071 : 2'000'000;
}
constexpr int kPowersOf3[] = {81, 27, 9, 3, 1};

std::int64_t round_up(std::int64_t count, std::int64_t multiple) {
    return (count + multiple - 1) / multiple * multiple;
}

/// Columns of the smallest whole part of a block, and its bytes.
struct Unit {
    int columns, bytes;
};
constexpr Unit unit_of(WeightKind kind) {
    switch (kind) {
        case WeightKind::Ternary2:
            return {4, 32};
        case WeightKind::TernaryBase3:
            return {20, 128};
        case WeightKind::Binary:
            return {8, 32};
        case WeightKind::Nibble:
            return {4, 64};
        case WeightKind::Int8:
            break;
    }
    return {4, 128};
}

[[noreturn]] void throw_code(int least, int most, int found) {
    throw engine::Error({.code = "E-PACK-002",
                         .what = "A code does not exist in this kind of weight",
                         .expected = fmt::format("{} to {}", least, most),
                         .found = fmt::format("{}", found),
                         .mend = "Quantize to this kind's codes first, or choose another kind."});
}

inline void check_code(WeightKind kind, int code) {
    const int most = kind == WeightKind::Int8 ? 127 : kind == WeightKind::Nibble ? 7 : 1;
    const int least = kind == WeightKind::Int8 ? -128 : -most;
    if (code < least || code > most || (kind == WeightKind::Binary && code == 0)) {
        throw_code(least, most, code);
    }
}

void check_stored(const PackedRows& stored) {
    if (stored.rows > 0 && stored.columns > 0 && stored.row_bytes > 0 &&
        stored.bytes.size() / stored.row_bytes == static_cast<std::size_t>(stored.rows) &&
        stored.bytes.size() % stored.row_bytes == 0) {
        return;
    }
    throw engine::Error(
        {.code = "E-PACK-001",
         .what = "The packed bytes do not fill the matrix",
         .expected = fmt::format("{} rows of {} bytes", stored.rows, stored.row_bytes),
         .found = fmt::format("{} bytes", stored.bytes.size()),
         .mend = "The file is damaged or of another layout: pack it again."});
}

std::vector<std::int8_t> unpack(WeightKind kind, const PackedRows& stored) {
    switch (kind) {
        case WeightKind::Ternary2:
            return unpack_ternary_2bit(stored);
        case WeightKind::TernaryBase3:
            return unpack_ternary_base3(stored);
        case WeightKind::Binary:
            return unpack_binary(stored);
        case WeightKind::Nibble:
            return unpack_nibbles(stored);
        case WeightKind::Int8:
            break;
    }
    if (stored.row_bytes != stored.columns) check_codes({{}, stored.rows, stored.columns});
    return {stored.bytes.begin(), stored.bytes.end()};
}

/// Puts some columns of a row into its block of bits, which is at the first of them, and gives the
/// sum of their codes.
template <WeightKind kind>
std::int32_t put_bits(std::uint8_t* block, int row, int column_bytes,
                      std::span<const std::int8_t> codes) {
    constexpr bool kBinary = kind == WeightKind::Binary;
    const int shift = row % 256 / 32;
    std::uint8_t* bits = block + row / 256 * 32 + row % 32;
    std::int32_t sum = 0;
    for (const std::int8_t code : codes) {
        check_code(kind, code);
        sum += code;
        bits[0] = static_cast<std::uint8_t>(bits[0] | (code > (kBinary ? 0 : -1)) << shift);
        if (!kBinary) bits[32] = static_cast<std::uint8_t>(bits[32] | (code > 0) << shift);
        bits += column_bytes;
    }
    return sum;
}

template <WeightKind kind>
void put_digit(std::uint8_t* bytes, int row, int within, int digit) {
    const int k = within % kGroup, lane = row % 8 * kGroup + k;
    if constexpr (kind == WeightKind::Ternary2) {
        bytes[lane] = static_cast<std::uint8_t>(bytes[lane] | digit << row / 8 * 2);
    } else if constexpr (kind == WeightKind::TernaryBase3) {
        // The sum of digits in base 3; put() turns it into a fraction of 256 when all are there.
        std::uint8_t& byte = bytes[row * kGroup + k];
        byte = static_cast<std::uint8_t>(byte + digit * kPowersOf3[within / kGroup]);
    } else if constexpr (kind == WeightKind::Binary) {
        bytes[row] = static_cast<std::uint8_t>(bytes[row] | digit / 2 << within);
    } else if constexpr (kind == WeightKind::Nibble) {
        std::uint8_t& byte = bytes[row / 16 * 32 + lane];
        byte = static_cast<std::uint8_t>(byte | digit << row / 8 % 2 * 4);
    } else {
        bytes[row * kGroup + k] = static_cast<std::uint8_t>(digit);
    }
}

template <WeightKind kind>
std::int32_t put_int8(std::uint8_t* block, int row, int, std::span<const std::int8_t> codes) {
    constexpr Unit kUnit = unit_of(kind);
    std::int32_t sum = 0;
    for (std::size_t column = 0; column < codes.size(); ++column) {
        const int code = codes[column];
        check_code(kind, code);
        sum += code;
        put_digit<kind>(block + column / kUnit.columns * kUnit.bytes, row,
                        static_cast<int>(column % kUnit.columns), code + kernels::offset_of(kind));
    }
    return sum;
}

using PutRow = std::int32_t (*)(std::uint8_t*, int, int, std::span<const std::int8_t>);
PutRow put_row_of(WeightKind kind, bool low_bit) {
    switch (kind) {
        case WeightKind::Ternary2:
            return low_bit ? put_bits<WeightKind::Ternary2> : put_int8<WeightKind::Ternary2>;
        case WeightKind::TernaryBase3:
            return low_bit ? put_bits<WeightKind::TernaryBase3>
                           : put_int8<WeightKind::TernaryBase3>;
        case WeightKind::Binary:
            return low_bit ? put_bits<WeightKind::Binary> : put_int8<WeightKind::Binary>;
        case WeightKind::Nibble:
            return put_int8<WeightKind::Nibble>;
        case WeightKind::Int8:
            break;
    }
    return put_int8<WeightKind::Int8>;
}

}  // namespace

PackedMatrix::PackedMatrix(WeightKind kind, ActivationKind activation, std::int64_t rows,
                           std::int64_t columns, std::span<const float> row_scale)
    : kind_(kind),
      activation_(activation),
      rows_(rows),
      columns_(columns),
      row_scale_(row_scale.begin(), row_scale.end()),
      row_sums_(rows) {
    const bool finite =
        std::ranges::all_of(row_scale, [](float scale) { return std::isfinite(scale); });
    if (static_cast<std::int64_t>(row_scale.size()) != rows || !finite) {
        throw engine::Error({.code = "E-PACK-010",
                             .what = "The row scales do not fit the packed matrix",
                             .expected = fmt::format("{} finite numbers", rows),
                             .found = fmt::format("{} numbers, {}", row_scale.size(),
                                                  finite ? "finite" : "not all finite"),
                             .mend = "Check that codes and scales come from the same layer."});
    }
    const bool low_bit = activation == ActivationKind::LowBit;
    if (low_bit && (kind == WeightKind::Nibble || kind == WeightKind::Int8)) {
        throw engine::Error({.code = "E-PACK-011",
                             .what = "Weights of 4 or 8 bits have no product with bit planes",
                             .expected = "ternary or binary weights",
                             .found = kind == WeightKind::Nibble ? "4-bit" : "8-bit",
                             .mend = "Quantize the activations to int8."});
    }
    if (columns > most_columns(kind)) {
        throw engine::Error({.code = "E-PACK-012",
                             .what = "The packed matrix has too many columns",
                             .expected = fmt::format("at most {}", most_columns(kind)),
                             .found = fmt::format("{}", columns),
                             .mend = "Part the layer's input."});
    }
    if (low_bit) {
        const int block_rows = kernels::bit_rows(kind);
        const std::int64_t blocks = round_up(rows, block_rows) / block_rows;
        const std::int64_t padded = round_up(columns + 1, kGroup);
        groups_ = round_up(columns, kGroup) / kGroup;
        block_bytes_ = padded * kernels::kLanes / 8;
        bytes_ = (blocks - 1) * block_bytes_ +
                 padded * kernels::column_bytes(kind, rows, (blocks - 1) * block_rows);
    } else {
        const Unit unit = unit_of(kind);
        groups_ = round_up(columns, unit.columns) / kGroup;
        block_bytes_ = groups_ * kGroup / unit.columns * unit.bytes;
        bytes_ = round_up(rows, kBlockRows) / kBlockRows * block_bytes_;
    }
    data_ = kernels::aligned_zeros(bytes_);
}

void PackedMatrix::put_bit_rows(std::int64_t first_row, std::int64_t rows,
                                std::span<const std::int8_t> codes) {
    const PutRow put_row = put_row_of(kind_, true);
    const int block_rows = kernels::bit_rows(kind_);
    // A column has a cache line of its own, so some columns of all rows before the next columns.
    constexpr std::int64_t kColumns = 64;
    for (std::int64_t column = 0; column < columns_; column += kColumns) {
        const std::int64_t count = std::min(kColumns, columns_ - column);
        for (std::int64_t i = 0; i < rows; ++i) {
            const std::int64_t row = first_row + i, within = row % block_rows;
            const int column_bytes = kernels::column_bytes(kind_, rows_, row - within);
            std::uint8_t* block =
                data_.get() + row / block_rows * block_bytes_ + column * column_bytes;
            row_sums_[row] += put_row(block, static_cast<int>(within), column_bytes,
                                      codes.subspan(i * columns_ + column, count));
        }
    }
}

void PackedMatrix::put(std::int64_t first_row, std::int64_t rows,
                       std::span<const std::int8_t> codes) {
    if (activation_ == ActivationKind::LowBit) {
        // Those of a block together: it stays in the cache.
        for (std::int64_t i = 0; i < rows; i += kBlockRows) {
            const std::int64_t count = std::min<std::int64_t>(kBlockRows, rows - i);
            put_bit_rows(first_row + i, count, codes.subspan(i * columns_, count * columns_));
        }
        return;
    }
    const PutRow put_row = put_row_of(kind_, false);
    for (std::int64_t i = 0; i < rows; ++i) {
        const std::int64_t row = first_row + i;
        std::uint8_t* block = data_.get() + row / kBlockRows * block_bytes_;
        const int within = static_cast<int>(row % kBlockRows);
        row_sums_[row] = put_row(block, within, 0, codes.subspan(i * columns_, columns_));
        if (kind_ != WeightKind::TernaryBase3) continue;
        for (std::int64_t byte = within * kGroup; byte < block_bytes_; byte += 128) {
            for (int k = 0; k < kGroup; ++k) {
                const int fraction = (block[byte + k] * 256 + 242) / 243;
                block[byte + k] = static_cast<std::uint8_t>(fraction - 128);
            }
        }
    }
}

PackedMatrix PackedMatrix::from_codes(WeightKind kind, ActivationKind activation,
                                      const CodeMatrix& codes, std::span<const float> row_scale) {
    check_codes(codes);
    PackedMatrix matrix(kind, activation, codes.rows, codes.columns, row_scale);
    matrix.put(0, codes.rows, codes.codes);
    return matrix;
}

PackedMatrix PackedMatrix::from_stored(WeightKind kind, ActivationKind activation,
                                       const PackedRows& stored, std::span<const float> row_scale) {
    check_stored(stored);
    PackedMatrix matrix(kind, activation, stored.rows, stored.columns, row_scale);
    // A few rows at a time, so that the codes of the whole never take up memory.
    PackedRows part{{}, 0, stored.columns, stored.row_bytes};
    for (std::int64_t row = 0; row < stored.rows; row += part.rows) {
        part.rows = std::min<std::int64_t>(kBlockRows, stored.rows - row);
        const auto first = stored.bytes.begin() + row * stored.row_bytes;
        part.bytes.assign(first, first + part.rows * stored.row_bytes);
        matrix.put(row, part.rows, unpack(kind, part));
    }
    return matrix;
}

}  // namespace millrace::ops
