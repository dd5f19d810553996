// Sums of bit planes for 256 rows; for the sources of this folder, compiled for AVX2 or more.
#pragma once

#include "nodes/ops/kernels/avx2_simd.hpp"
#include "nodes/ops/kernels/bit_counter.hpp"
#include "nodes/ops/kernels/kernel_table.hpp"

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

/// The counters of 16 planes as numbers, row r of 256 being bit r / 32 of byte r % 32.
inline void write_counts(const __m256i* planes, std::int32_t* sums) {
    __m256i low[8], high[8];
    for (int i = 0; i < 8; ++i) {
        low[i] = planes[i];
        high[i] = planes[i + 8];
    }
    transpose(low);
    transpose(high);
    for (int i = 0; i < 8; ++i) {
        alignas(32) std::uint8_t bytes[64];
        store(bytes, low[i]);
        store(bytes + 32, high[i]);
        for (int part = 0; part < 4; ++part) {
            const __m256i lows = _mm256_cvtepu8_epi32(
                _mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes + 8 * part)));
            const __m256i highs = _mm256_cvtepu8_epi32(
                _mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes + 32 + 8 * part)));
            store(sums + 32 * i + 8 * part, _mm256_add_epi32(lows, _mm256_slli_epi32(highs, 8)));
        }
    }
}

template <class Lanes>
void count_bits(const BitJob& job) {
    static_assert(kMostListed * 2 < 1 << BitCounter<Lanes>::kPlanes);
    BitCounter<Lanes> counter;
    if (job.column_bytes == 32) {
        for (int i = 0; i < job.listed; i += 64) {
            const std::uint32_t* list = job.list + i;
            counter.add([&](int at) { return load(job.block + std::int64_t{list[at]} * 32); });
        }
    } else {
        for (int i = 0; i < job.listed; i += 32) {
            const std::uint32_t* list = job.list + i;
            counter.add([&](int at) {
                return load(job.block + std::int64_t{list[at / 2]} * 64 + at % 2 * 32);
            });
        }
    }
    write_counts(counter.planes(), job.sums);
}

}  // namespace
}  // namespace millrace::ops::kernels
