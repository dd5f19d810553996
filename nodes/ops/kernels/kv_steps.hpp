// The steps of reading keys and values without vector instructions, also for what is left over at
// the end of a vector; for the sources of this folder.
#pragma once

#include "nodes/ops/kernels/kv_read.hpp"

namespace millrace::ops::kernels {
namespace {

template <CacheBits bits>
float code_at(const std::uint8_t* head, int column) {
    if constexpr (bits == CacheBits::Four) {
        return static_cast<float>((head[column / 2] >> column % 2 * 4 & 15) - 8);
    } else {
        return static_cast<float>(static_cast<std::int8_t>(head[column]));
    }
}

/// Turns pairs of split halves from pair `first` on.
inline void turn_halves(float* head, const float* cosines, const float* sines, int width,
                        int first) {
    const int half = width / 2;
    for (int i = first; i < half; ++i) {
        const float x = head[i], y = head[i + half];
        head[i] = x * cosines[i] - y * sines[i];
        head[i + half] = y * cosines[i] + x * sines[i];
    }
}

/// Turns interleaved pairs from element `first` on.
inline void turn_pairs(float* head, const float* cosines, const float* sines, int width,
                       int first) {
    for (int i = first; i + 1 < width; i += 2) {
        const float x = head[i], y = head[i + 1];
        head[i] = x * cosines[i] + y * sines[i];
        head[i + 1] = y * cosines[i + 1] + x * sines[i + 1];
    }
}

struct ScalarSteps {
    static void turn(float* head, const float* cosines, const float* sines, int width,
                     Rotary rotary) {
        if (rotary == Rotary::SplitHalves) turn_halves(head, cosines, sines, width, 0);
        if (rotary == Rotary::Interleaved) turn_pairs(head, cosines, sines, width, 0);
    }
    template <CacheBits bits>
    static void turned_key(const std::uint8_t* head, const float* cosines, const float* sines,
                           int width, Rotary rotary, float* key) {
        for (int i = 0; i < width; ++i) key[i] = code_at<bits>(head, i);
        turn(key, cosines, sines, width, rotary);
    }
    static float dot(const float* a, const float* b, int width) {
        float sum = 0;
        for (int i = 0; i < width; ++i) sum += a[i] * b[i];
        return sum;
    }
    template <CacheBits bits>
    static void add_weighted(const std::uint8_t* const* values, const float* weights, int width,
                             float* out) {
        for (int i = 0; i < width; ++i) {
            for (int t = 0; t < kValueTokens; ++t) {
                out[i] += weights[t] * code_at<bits>(values[t], i);
            }
        }
    }
};

}  // namespace
}  // namespace millrace::ops::kernels
