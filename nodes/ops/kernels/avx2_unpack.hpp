// Digits of each layout in AVX2; for the sources of this folder that are compiled for AVX2.
#pragma once

#include "nodes/ops/kernels/avx2_simd.hpp"

namespace millrace::ops::kernels {
namespace {

/// Digits of four 8-row parts of a group from 2 bits each.
inline void ternary_digits(__m256i bytes, __m256i digits[4]) {
    const __m256i mask = _mm256_set1_epi8(3);
    digits[0] = _mm256_and_si256(bytes, mask);
    digits[1] = _mm256_and_si256(_mm256_srli_epi16(bytes, 2), mask);
    digits[2] = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask);
    digits[3] = _mm256_and_si256(_mm256_srli_epi16(bytes, 6), mask);
}

inline __m256i low_nibble(__m256i bytes) { return _mm256_and_si256(bytes, _mm256_set1_epi8(15)); }
inline __m256i high_nibble(__m256i bytes) {
    return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
}

/// The first digit of fractions of 256 less 128: 3x reaches 256 at 86, 512 at 171.
inline __m256i base3_digit(__m256i fraction) {
    const __m256i one = _mm256_cmpgt_epi8(fraction, _mm256_set1_epi8(-43));
    const __m256i two = _mm256_cmpgt_epi8(fraction, _mm256_set1_epi8(42));
    return _mm256_sub_epi8(_mm256_sub_epi8(_mm256_setzero_si256(), one), two);
}
/// 3x less 128, for 3 * 128 and 128 agree modulo 256.
inline __m256i base3_next(__m256i fraction) {
    return _mm256_add_epi8(_mm256_add_epi8(fraction, fraction), fraction);
}

/// Digits 0 and 2 of rows 8 part to 8 part + 7, columns `half` * 4 to + 3, from a byte a row.
inline __m256i binary_digits(const std::uint8_t* rows, int part, int half) {
    std::int64_t eight;
    std::memcpy(&eight, rows + part * 8, sizeof eight);
    const __m256i spread = _mm256_setr_epi8(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4,
                                            4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7);
    const __m256i bits = _mm256_set1_epi32(half ? static_cast<int>(0x80402010) : 0x08040201);
    const __m256i all = _mm256_shuffle_epi8(_mm256_set1_epi64x(eight), spread);
    const __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(all, bits), bits);
    return _mm256_and_si256(set, _mm256_set1_epi8(2));
}

}  // namespace
}  // namespace millrace::ops::kernels
