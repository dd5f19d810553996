// Parts of the AVX-512 path that stand in files of their own; for the sources of this folder.
#pragma once

#include "nodes/ops/kernels/avx2.hpp"

namespace millrace::ops::kernels {

void avx512_vector_blocks(const VectorJob& job);
constexpr int kAvx512TokenBlock = 12;
void avx512_matrix_block(const MatrixJob& job);
void avx512_count_bits(const BitJob& job);
std::uint32_t* avx512_list_set(std::uint64_t bits, std::uint32_t first, std::uint32_t* to);

}  // namespace millrace::ops::kernels
