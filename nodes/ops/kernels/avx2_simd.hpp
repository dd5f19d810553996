// Short names for AVX2 instructions; for the sources of this folder that are compiled for AVX2.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace millrace::ops::kernels {
namespace {

inline __m256i load(const void* at) { return _mm256_loadu_si256(static_cast<const __m256i*>(at)); }
inline void store(void* at, __m256i value) {
    _mm256_storeu_si256(static_cast<__m256i*>(at), value);
}
/// The four columns of a group in each lane.
inline __m256i broadcast_group(const std::int8_t* token) {
    std::int32_t four;
    std::memcpy(&four, token, sizeof four);
    return _mm256_set1_epi32(four);
}
inline void add_to(std::int32_t* sums, __m256i values) {
    store(sums, _mm256_add_epi32(load(sums), values));
}

}  // namespace
}  // namespace millrace::ops::kernels
