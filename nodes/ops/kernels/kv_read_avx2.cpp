// Keys and values with AVX2. Codes become floats and are turned in registers, so that only the
// packed bytes come from memory.
#include "nodes/ops/kernels/avx2_simd.hpp"
#include "nodes/ops/kernels/kv_steps.hpp"

namespace millrace::ops::kernels {
namespace {

/// Eight codes from `column`, a multiple of 8 beyond an even one.
template <CacheBits bits>
inline __m256 eight_codes(const std::uint8_t* head, int column) {
    if constexpr (bits == CacheBits::Four) {
        std::int32_t four;
        std::memcpy(&four, head + column / 2, sizeof four);
        const __m256i shifts = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
        const __m256i nibbles = _mm256_and_si256(_mm256_srlv_epi32(_mm256_set1_epi32(four), shifts),
                                                 _mm256_set1_epi32(15));
        return _mm256_cvtepi32_ps(_mm256_sub_epi32(nibbles, _mm256_set1_epi32(8)));
    } else {
        return _mm256_cvtepi32_ps(
            _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(head + column))));
    }
}

inline float total(__m256 sums) {
    __m128 sum = _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps(sums, 1));
    sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
    return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}

/// Eight interleaved elements turned: a sine is less, then plus.
inline __m256 turned_pairs(__m256 x, const float* cosines, const float* sines) {
    return _mm256_fmadd_ps(_mm256_permute_ps(x, 0xB1), _mm256_loadu_ps(sines),
                           _mm256_mul_ps(x, _mm256_loadu_ps(cosines)));
}

struct Halves {
    __m256 first, second;
};
inline Halves turned_halves(__m256 x, __m256 y, __m256 cosine, __m256 sine) {
    return {_mm256_fmsub_ps(x, cosine, _mm256_mul_ps(y, sine)),
            _mm256_fmadd_ps(y, cosine, _mm256_mul_ps(x, sine))};
}

struct Avx2Steps {
    static void turn(float* head, const float* cosines, const float* sines, int width,
                     Rotary rotary) {
        ScalarSteps::turn(head, cosines, sines, width, rotary);
    }

    template <CacheBits bits>
    static void turned_key(const std::uint8_t* head, const float* cosines, const float* sines,
                           int width, Rotary rotary, float* key) {
        if (rotary == Rotary::SplitHalves) {
            return split_key<bits>(head, cosines, sines, width, key);
        }
        int i = 0;
        for (; i + 8 <= width; i += 8) {
            const __m256 x = eight_codes<bits>(head, i);
            _mm256_storeu_ps(key + i,
                             rotary == Rotary::Off ? x : turned_pairs(x, cosines + i, sines + i));
        }
        for (int rest = i; rest < width; ++rest) key[rest] = code_at<bits>(head, rest);
        if (rotary == Rotary::Interleaved) turn_pairs(key, cosines, sines, width, i);
    }

    static float dot(const float* a, const float* b, int width) {
        __m256 even = _mm256_setzero_ps(), odd = even;
        int i = 0;
        for (; i + 16 <= width; i += 16) {
            even = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), even);
            odd = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8), odd);
        }
        float sum = total(_mm256_add_ps(even, odd));
        for (; i < width; ++i) sum += a[i] * b[i];
        return sum;
    }

    template <CacheBits bits>
    static void add_weighted(const std::uint8_t* const* values, const float* weights, int width,
                             float* out) {
        __m256 weight[kValueTokens];
        for (int t = 0; t < kValueTokens; ++t) weight[t] = _mm256_set1_ps(weights[t]);
        int i = 0;
        for (; i + 8 <= width; i += 8) {
            __m256 sums[2] = {_mm256_loadu_ps(out + i), _mm256_setzero_ps()};
#pragma GCC unroll 8
            for (int t = 0; t < kValueTokens; ++t) {
                sums[t % 2] =
                    _mm256_fmadd_ps(weight[t], eight_codes<bits>(values[t], i), sums[t % 2]);
            }
            _mm256_storeu_ps(out + i, _mm256_add_ps(sums[0], sums[1]));
        }
        for (; i < width; ++i) {
            for (int t = 0; t < kValueTokens; ++t) {
                out[i] += weights[t] * code_at<bits>(values[t], i);
            }
        }
    }

private:
    template <CacheBits bits>
    static void split_key(const std::uint8_t* head, const float* cosines, const float* sines,
                          int width, float* key) {
        const int half = width / 2;
        int i = 0;
        // A nibble at an odd column has no byte of its own to start from.
        const bool whole = bits == CacheBits::Eight || half % 2 == 0;
        for (; whole && i + 8 <= half; i += 8) {
            const Halves pair = turned_halves(
                eight_codes<bits>(head, i), eight_codes<bits>(head + offset<bits>(half), i),
                _mm256_loadu_ps(cosines + i), _mm256_loadu_ps(sines + i));
            _mm256_storeu_ps(key + i, pair.first);
            _mm256_storeu_ps(key + half + i, pair.second);
        }
        for (int rest = i; rest < half; ++rest) {
            key[rest] = code_at<bits>(head, rest);
            key[half + rest] = code_at<bits>(head, half + rest);
        }
        turn_halves(key, cosines, sines, width, i);
    }

    template <CacheBits bits>
    static int offset(int column) {
        return bits == CacheBits::Four ? column / 2 : column;
    }
};

}  // namespace

const KvKernels& avx2_kv_kernels() {
    static constexpr KvKernels kKernels = {
        .keys = keys_of<Avx2Steps>, .values = values_of<Avx2Steps>, .turn = Avx2Steps::turn};
    return kKernels;
}

}  // namespace millrace::ops::kernels
