// Layouts of packed low-bit weights, stable on disk, and the integer products that define what
// every faster kernel must give. No LibTorch: rows of bytes. Plain functions, safe on any thread.
//
// A matrix of codes is [rows, columns] int8, row-major. Each row starts at a whole byte. Column c
// of a bit plane is bit c % 8 of byte c / 8, lowest bit first. Sizes need not be multiples of
// anything. All throw Error E-PACK-001 where the codes don't fill the matrix or a packed row has
// another length, E-PACK-002 for a code or byte that the layout lacks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace millrace::ops {

/// A view of int8 codes.
struct CodeMatrix {
    std::span<const std::int8_t> codes;
    std::int64_t rows = 0, columns = 0;
};

/// Throws Error E-PACK-001 where the codes don't fill the matrix.
void check_codes(const CodeMatrix& matrix);

/// Packed rows, each of `row_bytes`.
struct PackedRows {
    std::vector<std::uint8_t> bytes;
    std::int64_t rows = 0, columns = 0, row_bytes = 0;
};

/// Binary -1, +1: bit 1 is +1. Rows padded with 0 bits to a multiple of `multiple` columns (8 or
/// 64); pad bits would read as -1, so a product masks them out.
PackedRows pack_binary(const CodeMatrix& matrix, int multiple);
std::vector<std::int8_t> unpack_binary(const PackedRows& packed);

/// Ternary -1, 0, 1 as code + 1 in two bits, four columns a byte, the first lowest; padded with
/// code 0.
PackedRows pack_ternary_2bit(const CodeMatrix& matrix);
std::vector<std::int8_t> unpack_ternary_2bit(const PackedRows& packed);

/// Ternary, 1.6 bits: a byte is the sum of (code[5k + i] + 1) * 3^i; padded with code 0.
PackedRows pack_ternary_base3(const CodeMatrix& matrix);
std::vector<std::int8_t> unpack_ternary_base3(const PackedRows& packed);

/// Ternary as two bit planes, rows padded with 0 bits to 64 columns; no column is in both.
struct TernaryPlanes {
    PackedRows plus, minus;
};
TernaryPlanes pack_ternary_planes(const CodeMatrix& matrix);
std::vector<std::int8_t> unpack_ternary_planes(const TernaryPlanes& packed);

/// Codes -7..7 as code + 8 in four bits, two columns a byte, the even one low; rows padded to 32
/// columns with code 0, bytes 0x88.
PackedRows pack_nibbles(const CodeMatrix& matrix);
std::vector<std::int8_t> unpack_nibbles(const PackedRows& packed);

/// A weight in 4 bits by LLM-QAT's symmetric rule, float32 throughout: weight_q = code * row_scale.
struct NibbleWeight {
    std::vector<std::int8_t> codes;  ///< [rows, columns], -7..7
    std::vector<float> row_scale;    ///< [rows], 1 / (7 / (max|row| + 1e-6) + 1e-6)
};
/// `weight` [rows, columns], row-major. Error E-PACK-003 for NaN or infinity.
NibbleWeight nibble_weight(std::span<const float> weight, std::int64_t rows, std::int64_t columns);

/// Sum of each row's codes: what an offset of the activations is multiplied with.
std::vector<std::int32_t> row_sums(const CodeMatrix& weight);

/// [tokens, rows] sums of activation[t][c] * code[r][c] in int32, the activation any int8. Exact up
/// to 2.4 million columns of 4-bit codes. Error E-PACK-004 where columns differ.
std::vector<std::int32_t> integer_products(const CodeMatrix& weight, const CodeMatrix& activation);

/// The same from bits, as columns - 2 * popcount of what differs; both packed by pack_binary().
std::vector<std::int32_t> binary_products(const PackedRows& weight, const PackedRows& activation);

/// The same from planes: agreements less disagreements.
std::vector<std::int32_t> ternary_products(const TernaryPlanes& weight,
                                           const TernaryPlanes& activation);

/// out[t][r] = (float(products[t][r]) * activation_scale[t]) * row_scale[r], in that order. Error
/// E-PACK-004 where sizes differ.
std::vector<float> scaled_products(std::span<const std::int32_t> products,
                                   std::span<const float> activation_scale,
                                   std::span<const float> row_scale);

}  // namespace millrace::ops
