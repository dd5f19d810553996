// The AVX-512 path's table, and low-bit activations: what AVX2 does with full adders that are one
// instruction for the sum and one for the carry.
#include "nodes/ops/kernels/avx512.hpp"

#include <immintrin.h>

#include "nodes/ops/kernels/avx2_bits.hpp"

namespace millrace::ops::kernels {
namespace {

struct Lanes {
    using Vector = __m256i;
    static Vector zero() { return _mm256_setzero_si256(); }
    static Vector either(Vector a, Vector b) { return _mm256_xor_si256(a, b); }
    static Vector both(Vector a, Vector b) { return _mm256_and_si256(a, b); }
    /// The tables of odd parity and of majority.
    static Vector full_add(Vector& sum, Vector a, Vector b) {
        const Vector carry = _mm256_ternarylogic_epi32(sum, a, b, 0xE8);
        sum = _mm256_ternarylogic_epi32(sum, a, b, 0x96);
        return carry;
    }
};

void bit_block(const BitJob& job) { count_bits<Lanes>(job); }

float quantize_row(const float* values, std::int64_t columns, std::int8_t* codes) {
    return avx2_kernels().quantize_row(values, columns, codes);
}

}  // namespace

const KernelTable& avx512_kernels() {
    static constexpr KernelTable kTable = {.token_block = kAvx512TokenBlock,
                                           .vector_blocks = avx512_vector_blocks,
                                           .matrix_block = avx512_matrix_block,
                                           .bit_block = bit_block,
                                           .quantize_row = quantize_row,
                                           .table_bytes = kAvx2TableBytes,
                                           .make_tables = avx2_make_tables};
    return kTable;
}

}  // namespace millrace::ops::kernels
