#include "nodes/ops/quant/pack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr std::array<int, 5> kPowersOf3 = {1, 3, 9, 27, 81};

std::int64_t round_up(std::int64_t count, std::int64_t multiple) {
    return (count + multiple - 1) / multiple * multiple;
}

[[noreturn]] void throw_code(std::string_view layout, int least, int most, int found) {
    throw engine::Error({.code = "E-PACK-002",
                         .what = fmt::format("A value does not exist in the {} layout", layout),
                         .expected = fmt::format("{} to {}", least, most),
                         .found = fmt::format("{}", found),
                         .mend = "Quantize to this layout's codes first, or repack the file."});
}

void check_packed(const PackedRows& packed, std::int64_t row_bytes_at_least) {
    const bool fits =
        packed.rows > 0 && packed.columns > 0 && packed.row_bytes >= row_bytes_at_least &&
        packed.bytes.size() / packed.row_bytes == static_cast<std::size_t>(packed.rows) &&
        packed.bytes.size() % packed.row_bytes == 0;
    if (fits) return;
    throw engine::Error(
        {.code = "E-PACK-001",
         .what = "The packed bytes do not fill the matrix",
         .expected = fmt::format("{} bytes or more a row", row_bytes_at_least),
         .found = fmt::format("{} bytes for {} rows of {} columns, {} a row", packed.bytes.size(),
                              packed.rows, packed.columns, packed.row_bytes),
         .mend = "The file is damaged or of another layout: pack it again."});
}

/// Rows of `row_bytes` bytes, all `fill`; `put(byte, column, code)` changes one byte for each code.
template <class Check, class Put>
PackedRows pack(const CodeMatrix& matrix, std::int64_t row_bytes, std::int64_t columns_a_byte,
                std::uint8_t fill, const Check& check, const Put& put) {
    PackedRows packed{std::vector<std::uint8_t>(matrix.rows * row_bytes, fill), matrix.rows,
                      matrix.columns, row_bytes};
    for (std::int64_t row = 0; row < matrix.rows; ++row) {
        for (std::int64_t column = 0; column < matrix.columns; ++column) {
            const int code = matrix.codes[row * matrix.columns + column];
            check(code);
            auto& byte = packed.bytes[row * row_bytes + column / columns_a_byte];
            byte = static_cast<std::uint8_t>(put(byte, int(column % columns_a_byte), code));
        }
    }
    return packed;
}

template <class Get>
std::vector<std::int8_t> unpack(const PackedRows& packed, std::int64_t columns_a_byte,
                                const Get& get) {
    check_packed(packed, (packed.columns + columns_a_byte - 1) / columns_a_byte);
    std::vector<std::int8_t> codes(packed.rows * packed.columns);
    for (std::int64_t row = 0; row < packed.rows; ++row) {
        for (std::int64_t column = 0; column < packed.columns; ++column) {
            const int byte = packed.bytes[row * packed.row_bytes + column / columns_a_byte];
            codes[row * packed.columns + column] =
                static_cast<std::int8_t>(get(byte, int(column % columns_a_byte)));
        }
    }
    return codes;
}

void check_ternary(int code) {
    if (code < -1 || code > 1) throw_code("ternary", -1, 1, code);
}

PackedRows plane(const CodeMatrix& matrix, int wanted) {
    return pack(matrix, round_up(matrix.columns, 64) / 8, 8, 0, check_ternary,
                [wanted](int byte, int place, int code) {
                    return byte | (code == wanted ? 1 << place : 0);
                });
}

}  // namespace

void check_codes(const CodeMatrix& matrix) {
    if (matrix.rows > 0 && matrix.columns > 0 &&
        matrix.codes.size() / matrix.columns == static_cast<std::size_t>(matrix.rows) &&
        matrix.codes.size() % matrix.columns == 0) {
        return;
    }
    throw engine::Error({.code = "E-PACK-001",
                         .what = "The codes do not fill the matrix",
                         .expected = "rows and columns above 0, rows * columns codes",
                         .found = fmt::format("{} codes for {} rows of {}", matrix.codes.size(),
                                              matrix.rows, matrix.columns),
                         .mend = "Check that codes and sizes come from the same layer."});
}

PackedRows pack_binary(const CodeMatrix& matrix, int multiple) {
    check_codes(matrix);
    if (multiple != 8 && multiple != 64) throw_code("binary row padding", 8, 64, multiple);
    return pack(
        matrix, round_up(matrix.columns, multiple) / 8, 8, 0,
        [](int code) {
            if (code != -1 && code != 1) throw_code("binary", -1, 1, code);
        },
        [](int byte, int place, int code) { return byte | (code > 0 ? 1 << place : 0); });
}

std::vector<std::int8_t> unpack_binary(const PackedRows& packed) {
    return unpack(packed, 8, [](int byte, int place) { return (byte >> place & 1) ? 1 : -1; });
}

PackedRows pack_ternary_2bit(const CodeMatrix& matrix) {
    check_codes(matrix);
    return pack(matrix, round_up(matrix.columns, 4) / 4, 4, 0x55, check_ternary,
                [](int byte, int place, int code) {
                    return (byte & ~(3 << 2 * place)) | (code + 1) << 2 * place;
                });
}

std::vector<std::int8_t> unpack_ternary_2bit(const PackedRows& packed) {
    return unpack(packed, 4, [](int byte, int place) {
        const int code = (byte >> 2 * place & 3) - 1;
        check_ternary(code);
        return code;
    });
}

PackedRows pack_ternary_base3(const CodeMatrix& matrix) {
    check_codes(matrix);
    // 121 is five codes of 0.
    return pack(matrix, round_up(matrix.columns, 5) / 5, 5, 121, check_ternary,
                [](int byte, int place, int code) { return byte + code * kPowersOf3[place]; });
}

std::vector<std::int8_t> unpack_ternary_base3(const PackedRows& packed) {
    return unpack(packed, 5, [](int byte, int place) {
        if (byte > 242) throw_code("base 3", 0, 242, byte);
        return byte / kPowersOf3[place] % 3 - 1;
    });
}

TernaryPlanes pack_ternary_planes(const CodeMatrix& matrix) {
    check_codes(matrix);
    return {plane(matrix, 1), plane(matrix, -1)};
}

std::vector<std::int8_t> unpack_ternary_planes(const TernaryPlanes& packed) {
    const auto bit = [](int byte, int place) { return byte >> place & 1; };
    std::vector<std::int8_t> codes = unpack(packed.plus, 8, bit);
    const std::vector<std::int8_t> minus = unpack(packed.minus, 8, bit);
    if (codes.size() != minus.size()) check_packed({}, 1);
    for (std::size_t i = 0; i < codes.size(); ++i) {
        if (codes[i] && minus[i]) throw_code("bit plane", -1, 1, 2);
        codes[i] = static_cast<std::int8_t>(codes[i] - minus[i]);
    }
    return codes;
}

PackedRows pack_nibbles(const CodeMatrix& matrix) {
    check_codes(matrix);
    return pack(
        matrix, round_up(matrix.columns, 32) / 2, 2, 0x88,
        [](int code) {
            if (code < -7 || code > 7) throw_code("4-bit", -7, 7, code);
        },
        [](int byte, int place, int code) {
            return (byte & ~(15 << 4 * place)) | (code + 8) << 4 * place;
        });
}

std::vector<std::int8_t> unpack_nibbles(const PackedRows& packed) {
    return unpack(packed, 2, [](int byte, int place) {
        const int code = (byte >> 4 * place & 15) - 8;
        if (code == -8) throw_code("4-bit", -7, 7, code);
        return code;
    });
}

NibbleWeight nibble_weight(std::span<const float> weight, std::int64_t rows, std::int64_t columns) {
    NibbleWeight result{std::vector<std::int8_t>(weight.size()), {}};
    check_codes({result.codes, rows, columns});
    for (std::int64_t row = 0; row < rows; ++row) {
        const auto values = weight.subspan(row * columns, columns);
        float most = 0;
        for (const float value : values) {
            if (!std::isfinite(value)) {
                throw engine::Error({.code = "E-PACK-003",
                                     .what = "A weight to pack is NaN or infinite",
                                     .expected = "finite numbers",
                                     .found = fmt::format("{} in row {}", value, row),
                                     .mend = "Load another checkpoint."});
            }
            most = std::max(most, std::abs(value));
        }
        const float scale = 7.0F / (most + 1e-6F);
        for (std::int64_t column = 0; column < columns; ++column) {
            // Half to even, as long as nobody changed the rounding mode.
            result.codes[row * columns + column] =
                static_cast<std::int8_t>(std::nearbyint(values[column] * scale));
        }
        result.row_scale.push_back(1.0F / (scale + 1e-6F));
    }
    return result;
}

}  // namespace millrace::ops
