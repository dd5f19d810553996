// Short names for AVX-512 instructions; for the sources of this folder that are compiled for it.
#pragma once

#include "nodes/ops/kernels/avx2_simd.hpp"

namespace millrace::ops::kernels {
namespace {

inline __m512i load512(const void* at) { return _mm512_loadu_si512(at); }
inline void store512(void* at, __m512i value) { _mm512_storeu_si512(at, value); }
/// The four columns of a group in each lane.
inline __m512i group512(const std::int8_t* token) {
    std::int32_t four;
    std::memcpy(&four, token, sizeof four);
    return _mm512_set1_epi32(four);
}
/// Adds four products a lane. As an instruction, since GCC 12 gives the intrinsic's result another
/// register, which takes twice as many as there are where sums fill them.
inline void add_dot(__m512i& sums, __m512i digits, __m512i token) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(digits), "v"(token));
}
inline __m512i low_bits(__m512i bytes, char mask) {
    return _mm512_and_si512(bytes, _mm512_set1_epi8(mask));
}

}  // namespace
}  // namespace millrace::ops::kernels
