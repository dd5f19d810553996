// The AVX-512 path's table.
#include "nodes/ops/kernels/avx512.hpp"

namespace millrace::ops::kernels {
namespace {

float quantize_row(const float* values, std::int64_t columns, std::int8_t* codes) {
    return avx2_kernels().quantize_row(values, columns, codes);
}

}  // namespace

const KernelTable& avx512_kernels() {
    static constexpr KernelTable kTable = {.token_block = kAvx512TokenBlock,
                                           .vector_blocks = avx512_vector_blocks,
                                           .matrix_block = avx512_matrix_block,
                                           .count_bits = avx512_count_bits,
                                           .read_counts = avx2_read_counts,
                                           .list_set = avx512_list_set,
                                           .quantize_row = quantize_row,
                                           .table_bytes = kAvx2TableBytes,
                                           .make_tables = avx2_make_tables};
    return kTable;
}

}  // namespace millrace::ops::kernels
