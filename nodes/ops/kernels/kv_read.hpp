// Reading packed keys and values: the walk over tokens and heads, for a Steps of each path that
// knows the vector instructions. For the sources of this folder.
#pragma once

#include <cstdint>

#include "nodes/ops/kernels/kv_cache.hpp"

namespace millrace::ops::kernels {

constexpr int kMostHeadWidth = 1024, kValueTokens = 8;

/// Rows of codes; 4-bit ones as code + 8, the even column low.
struct KvRows {
    const std::uint8_t* codes;
    std::int64_t row_bytes;
    const float* scales;
    CacheBits bits;
    int head_width, heads, group;  ///< query heads that share a head
};

struct KeyJob {
    KvRows rows;
    Rotary rotary;
    const float *cosines, *sines;  ///< [token][head_width]
    const float* query;            ///< [query_heads][head_width], turned
    float factor;
    std::int64_t first, last, tokens;  ///< the part to do; tokens in all
    float* out;                        ///< [query_heads][tokens]
};

struct ValueJob {
    KvRows rows;
    const float* weights;  ///< [query_heads][tokens]
    std::int64_t tokens;
    int first_head, last_head;  ///< of the heads, not the query heads
    float* out;                 ///< [query_heads][head_width]
};

struct KvKernels {
    void (*keys)(const KeyJob&);
    void (*values)(const ValueJob&);
    /// Turns one head in place.
    void (*turn)(float* head, const float* cosines, const float* sines, int width, Rotary rotary);
};

const KvKernels& scalar_kv_kernels();
const KvKernels& avx2_kv_kernels();

namespace {

// Not members: an inline member is shared between sources that are compiled with other flags.
inline const std::uint8_t* head_of(const KvRows& rows, std::int64_t token, int head) {
    const std::int64_t column = std::int64_t{head} * rows.head_width;
    return rows.codes + token * rows.row_bytes +
           (rows.bits == CacheBits::Four ? column / 2 : column);
}

template <class Steps, CacheBits bits>
void read_keys(const KeyJob& job) {
    const KvRows& rows = job.rows;
    alignas(32) float key[kMostHeadWidth];
    for (std::int64_t token = job.first; token < job.last; ++token) {
        const float factor = job.factor * rows.scales[token];
        const std::int64_t at = job.rotary == Rotary::Off ? 0 : token * rows.head_width;
        const float *cosines = job.cosines + at, *sines = job.sines + at;
        for (int head = 0; head < rows.heads; ++head) {
            Steps::template turned_key<bits>(head_of(rows, token, head), cosines, sines,
                                             rows.head_width, job.rotary, key);
            for (int i = head * rows.group; i < (head + 1) * rows.group; ++i) {
                job.out[i * job.tokens + token] =
                    factor * Steps::dot(job.query + i * rows.head_width, key, rows.head_width);
            }
        }
    }
}

template <class Steps, CacheBits bits>
void read_values(const ValueJob& job) {
    const KvRows& rows = job.rows;
    const int width = rows.head_width, first = job.first_head * rows.group,
              last = job.last_head * rows.group;
    for (std::int64_t i = std::int64_t{first} * width; i < std::int64_t{last} * width; ++i) {
        job.out[i] = 0;
    }
    for (std::int64_t token = 0; token < job.tokens; token += kValueTokens) {
        const std::int64_t left = job.tokens - token;
        const int count = static_cast<int>(left < kValueTokens ? left : kValueTokens);
        for (int head = job.first_head; head < job.last_head; ++head) {
            const std::uint8_t* values[kValueTokens];
            for (int t = 0; t < kValueTokens; ++t) {  // missing ones weigh nothing
                values[t] = head_of(rows, token + (t < count ? t : 0), head);
            }
            for (int i = head * rows.group; i < (head + 1) * rows.group; ++i) {
                float weights[kValueTokens] = {};
                for (int t = 0; t < count; ++t) {
                    weights[t] = job.weights[i * job.tokens + token + t] * rows.scales[token + t];
                }
                Steps::template add_weighted<bits>(values, weights, width, job.out + i * width);
            }
        }
    }
}

template <class Steps>
void keys_of(const KeyJob& job) {
    job.rows.bits == CacheBits::Four ? read_keys<Steps, CacheBits::Four>(job)
                                     : read_keys<Steps, CacheBits::Eight>(job);
}

template <class Steps>
void values_of(const ValueJob& job) {
    job.rows.bits == CacheBits::Four ? read_values<Steps, CacheBits::Four>(job)
                                     : read_values<Steps, CacheBits::Eight>(job);
}

}  // namespace
}  // namespace millrace::ops::kernels
