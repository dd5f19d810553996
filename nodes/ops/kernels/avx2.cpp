// The AVX2 path's table, and int8 codes of a token.
#include "nodes/ops/kernels/avx2.hpp"

#include <cmath>

#include "nodes/ops/kernels/avx2_simd.hpp"
#include "nodes/ops/kernels/token_scale.hpp"

namespace millrace::ops::kernels {
namespace {

/// The greatest size. As integers sizes are in the same order, NaN being above infinity.
float greatest(const float* values, std::int64_t columns) {
    const __m256i size_bits = _mm256_set1_epi32(0x7FFFFFFF);
    __m256i most = _mm256_setzero_si256();
    std::int64_t i = 0;
    for (; i + 8 <= columns; i += 8) {
        most = _mm256_max_epi32(most, _mm256_and_si256(load(values + i), size_bits));
    }
    alignas(32) std::int32_t lanes[8];
    store(lanes, most);
    std::int32_t result = 0;
    for (const std::int32_t lane : lanes) result = lane > result ? lane : result;
    for (; i < columns; ++i) {
        std::int32_t bits;
        std::memcpy(&bits, values + i, sizeof bits);
        bits &= 0x7FFFFFFF;
        result = bits > result ? bits : result;
    }
    float size;
    std::memcpy(&size, &result, sizeof size);
    return size;
}

__m256i rounded(const float* values, __m256 scale) {
    return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(values), scale));  // half to even
}

float quantize_row(const float* values, std::int64_t columns, std::int8_t* codes) {
    const float most = greatest(values, columns);
    if (!std::isfinite(most)) return most;
    const float scale = scale_for(most);
    const __m256 scales = _mm256_set1_ps(scale);
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    std::int64_t i = 0;
    for (; i + 32 <= columns; i += 32) {
        const __m256i first =
            _mm256_packs_epi32(rounded(values + i, scales), rounded(values + i + 8, scales));
        const __m256i second =
            _mm256_packs_epi32(rounded(values + i + 16, scales), rounded(values + i + 24, scales));
        store(codes + i, _mm256_permutevar8x32_epi32(_mm256_packs_epi16(first, second), order));
    }
    for (; i < columns; ++i) {
        codes[i] = static_cast<std::int8_t>(_mm_cvtss_si32(_mm_set_ss(values[i] * scale)));
    }
    return 1.0F / (scale + kScaleEpsilon);
}

}  // namespace

const KernelTable& avx2_kernels() {
    static constexpr KernelTable kTable = {.token_block = kAvx2TokenBlock,
                                           .vector_blocks = avx2_vector_blocks,
                                           .matrix_block = avx2_matrix_block,
                                           .count_bits = avx2_count_bits,
                                           .read_counts = avx2_read_counts,
                                           .list_set = plain_list_set,
                                           .quantize_row = quantize_row,
                                           .table_bytes = kAvx2TableBytes,
                                           .make_tables = avx2_make_tables};
    return kTable;
}

}  // namespace millrace::ops::kernels
