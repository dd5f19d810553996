// Parts of the AVX2 path that stand in files of their own; for the sources of this folder.
#pragma once

#include "nodes/ops/kernels/kernel_table.hpp"

namespace millrace::ops::kernels {

void avx2_vector_blocks(const VectorJob& job);
void avx2_matrix_block(const MatrixJob& job);
void avx2_count_bits(const BitJob& job);
void avx2_read_counts(const std::uint8_t* counts, int column_bytes, std::int32_t* out);

/// Binary weights by tables of the sums of four activations, 32 bytes a group: for each of the 16
/// choices among the four their sum + 512, five low bits, then five high bits. Eight such parts add
/// up in a byte.
constexpr int kAvx2TableBytes = 32;
void avx2_make_tables(const std::int8_t* token, std::int64_t groups, std::uint8_t* tables);
void avx2_binary_blocks(const VectorJob& job);

constexpr int kAvx2TokenBlock = 6;
/// Digits of `groups` groups from an even one, each [32 rows][4 columns]; those of 8 bits as two
/// tiles of 4 bits, the high ones second.
void avx2_unpack(WeightKind kind, const std::uint8_t* block, std::int64_t first, int groups,
                 std::uint8_t* tile);

}  // namespace millrace::ops::kernels
