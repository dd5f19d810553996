// Bit-sliced counts as numbers; for the sources of this folder, compiled for AVX2 or more.
#pragma once

#include "nodes/ops/kernels/avx2_simd.hpp"

namespace millrace::ops::kernels {
namespace {

/// Exchanges the bits of `mask` in `b` with those `shift` higher in `a`.
template <int shift>
inline void exchange(__m256i& a, __m256i& b, int mask) {
    const __m256i bits = _mm256_and_si256(_mm256_xor_si256(_mm256_srli_epi16(a, shift), b),
                                          _mm256_set1_epi8(static_cast<char>(mask)));
    b = _mm256_xor_si256(b, bits);
    a = _mm256_xor_si256(a, _mm256_slli_epi16(bits, shift));
}

/// Eight vectors of bytes as 8 by 8 bits each: vector i's bit j becomes vector j's bit i.
inline void transpose(__m256i v[8]) {
    for (int i = 0; i < 4; ++i) exchange<4>(v[i], v[i + 4], 0x0F);
    for (int i = 0; i < 8; i += 4) {
        exchange<2>(v[i], v[i + 2], 0x33);
        exchange<2>(v[i + 1], v[i + 3], 0x33);
    }
    for (int i = 0; i < 8; i += 2) exchange<1>(v[i], v[i + 1], 0x55);
}

/// Counts of 256 lanes as numbers, from 32 planes that are `stride` bytes apart.
inline void read_lanes(const std::uint8_t* planes, int stride, std::int32_t* out) {
    alignas(32) std::uint8_t bytes[4][8][32];
    for (int part = 0; part < 4; ++part) {
        __m256i rows[8];
        for (int i = 0; i < 8; ++i) rows[i] = load(planes + (8 * part + i) * stride);
        transpose(rows);
        for (int i = 0; i < 8; ++i) store(bytes[part][i], rows[i]);
    }
    for (int i = 0; i < 8; ++i) {
        for (int at = 0; at < 32; at += 8) {
            __m256i sums = _mm256_setzero_si256();
            for (int part = 3; part >= 0; --part) {
                const auto* eight = reinterpret_cast<const __m128i*>(bytes[part][i] + at);
                sums = _mm256_or_si256(_mm256_slli_epi32(sums, 8),
                                       _mm256_cvtepu8_epi32(_mm_loadl_epi64(eight)));
            }
            store(out + 32 * i + at, sums);
        }
    }
}

}  // namespace
}  // namespace millrace::ops::kernels
