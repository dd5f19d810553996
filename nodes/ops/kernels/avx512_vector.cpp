// One token with AVX-512 and VNNI: vpdpbusd adds four products of an unsigned byte and an int8 to
// 32 bits, without saturation. Bytes go in with the fields below a digit still on, and what those
// add is taken off at the end, which saves shifting: with T(m) = sum of (byte & m) * token, the
// digits at bits 4 and 5 give (T(63) - T(15)) / 16. Two blocks of rows share what is made of the
// token.
#include "nodes/ops/kernels/avx512.hpp"

#include "nodes/ops/kernels/avx512_simd.hpp"

namespace millrace::ops::kernels {
namespace {

constexpr int kGroupBytes = kBlockRows * kGroup;
/// Bytes; hides the way from memory where the prefetcher stops at pages.
constexpr int kAhead = 2048;
/// Groups whose sums of whole bytes fit 32 bits; whole units of each layout.
constexpr std::int64_t kSegment = 4080;

__m512i fetched(const std::uint8_t* at) {
    _mm_prefetch(reinterpret_cast<const char*>(at + kAhead), _MM_HINT_T0);
    return load512(at);
}

/// One group in the low lanes, the next in the high ones.
__m512i two_groups(const std::int8_t* token) {
    std::int32_t next;
    std::memcpy(&next, token + kGroup, sizeof next);
    return _mm512_mask_set1_epi32(group512(token), 0xFF00, next);
}

/// Sums of both groups of a register.
__m256i folded(__m512i sums) {
    return _mm256_add_epi32(_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64(sums, 1));
}

/// Sums of 16 rows, added.
void add_to512(std::int32_t* sums, __m512i values) {
    store512(sums, _mm512_add_epi32(load512(sums), values));
}

/// Sums of a block of ternary rows, by what is left on below the digit. Not an array: GCC 12 would
/// keep it in memory.
struct TernarySums {
    __m512i first = _mm512_setzero_si512(), second = first, third = first, fourth = first;

    void add(__m512i bytes, __m512i eight) {
        add_dot(first, low_bits(bytes, 3), eight);
        add_dot(second, low_bits(bytes, 15), eight);
        add_dot(third, low_bits(bytes, 63), eight);
        add_dot(fourth, bytes, eight);
    }
    void write(std::int32_t* out) const {
        const __m256i sums[4] = {folded(first), folded(second), folded(third), folded(fourth)};
        add_to(out, sums[0]);
        for (int p = 1; p < 4; ++p) {
            add_to(out + 8 * p, _mm256_srai_epi32(_mm256_sub_epi32(sums[p], sums[p - 1]), 2 * p));
        }
    }
};

/// `kBlocks` blocks over at most kSegment groups.
template <int kBlocks>
struct Ternary2 {
    static void add(const std::uint8_t* block, std::int64_t block_bytes, const std::int8_t* token,
                    std::int64_t groups, std::int32_t* out) {
        TernarySums sums, others;
        std::int64_t g = 0;
        for (; g + 2 <= groups; g += 2) {
            const __m512i eight = two_groups(token + g * kGroup);
            sums.add(fetched(block + g * 32), eight);
            if constexpr (kBlocks == 2) others.add(fetched(block + block_bytes + g * 32), eight);
        }
        if (g < groups) {  // the high lanes stay zero
            const __m512i four = group512(token + g * kGroup);
            sums.add(_mm512_zextsi256_si512(load(block + g * 32)), four);
            if constexpr (kBlocks == 2) {
                others.add(_mm512_zextsi256_si512(load(block + block_bytes + g * 32)), four);
            }
        }
        sums.write(out);
        if constexpr (kBlocks == 2) others.write(out + kBlockRows);
    }
};

/// With x the fraction, 256 times its first digit is 3x - x', x' being the next fraction. So the
/// sums of digits are those of 3x - x', of which the products with x and with x' are added up.
template <int kBlocks>
struct Base3 {
    static void add(const std::uint8_t* block, std::int64_t block_bytes, const std::int8_t* token,
                    std::int64_t groups, std::int32_t* out) {
        __m512i now[2 * kBlocks], next[2 * kBlocks], x[2 * kBlocks];
        for (int i = 0; i < 2 * kBlocks; ++i) now[i] = next[i] = _mm512_setzero_si512();
        const __m512i offset = _mm512_set1_epi8(static_cast<char>(128));
        for (std::int64_t g = 0; g < groups; g += 5, block += kGroupBytes) {
            for (int i = 0; i < 2 * kBlocks; ++i) {
                x[i] = _mm512_xor_si512(fetched(block + i / 2 * block_bytes + i % 2 * 64), offset);
            }
#pragma GCC unroll 5
            for (int j = 0; j < 5; ++j) {
                const __m512i four = group512(token + (g + j) * kGroup);
#pragma GCC unroll 4
                for (int i = 0; i < 2 * kBlocks; ++i) {
                    add_dot(now[i], x[i], four);
                    x[i] = _mm512_add_epi8(_mm512_add_epi8(x[i], x[i]), x[i]);
                    add_dot(next[i], x[i], four);
                }
            }
        }
        for (int i = 0; i < 2 * kBlocks; ++i) {
            const __m512i triple = _mm512_add_epi32(_mm512_add_epi32(now[i], now[i]), now[i]);
            add_to512(out + 16 * i, _mm512_srai_epi32(_mm512_sub_epi32(triple, next[i]), 8));
        }
    }
};

/// Rows come as 0-7 and 16-23 in the low nibbles, 8-15 and 24-31 in the high ones.
template <int kBlocks>
struct Nibble {
    static void add(const std::uint8_t* block, std::int64_t block_bytes, const std::int8_t* token,
                    std::int64_t groups, std::int32_t* out) {
        __m512i low[kBlocks], all[kBlocks];
        for (int b = 0; b < kBlocks; ++b) low[b] = all[b] = _mm512_setzero_si512();
        for (std::int64_t g = 0; g < groups; ++g) {
            const __m512i four = group512(token + g * kGroup);
#pragma GCC unroll 2
            for (int b = 0; b < kBlocks; ++b) {
                const __m512i bytes = fetched(block + b * block_bytes + g * 64);
                add_dot(low[b], low_bits(bytes, 15), four);
                add_dot(all[b], bytes, four);
            }
        }
        for (int b = 0; b < kBlocks; ++b, out += kBlockRows) {
            const __m512i high = _mm512_srai_epi32(_mm512_sub_epi32(all[b], low[b]), 4);
            add_to(out, _mm512_castsi512_si256(low[b]));
            add_to(out + 8, _mm512_castsi512_si256(high));
            add_to(out + 16, _mm512_extracti64x4_epi64(low[b], 1));
            add_to(out + 24, _mm512_extracti64x4_epi64(high, 1));
        }
    }
};

template <int kBlocks>
struct Int8 {
    static void add(const std::uint8_t* block, std::int64_t block_bytes, const std::int8_t* token,
                    std::int64_t groups, std::int32_t* out) {
        __m512i sums[2 * kBlocks];
        for (__m512i& sum : sums) sum = _mm512_setzero_si512();
        for (std::int64_t g = 0; g < groups; ++g) {
            const __m512i four = group512(token + g * kGroup);
#pragma GCC unroll 4
            for (int i = 0; i < 2 * kBlocks; ++i) {
                const std::uint8_t* at = block + i / 2 * block_bytes + g * kGroupBytes;
                add_dot(sums[i], fetched(at + i % 2 * 64), four);
            }
        }
        for (int i = 0; i < 2 * kBlocks; ++i) add_to512(out + 16 * i, sums[i]);
    }
};

template <class Kernel>
void run(const VectorJob& job, std::int64_t block, int blocks) {
    const std::uint8_t* from = job.blocks + block * job.block_bytes;
    std::int32_t* out = job.out + block * kBlockRows;
    std::memset(out, 0, blocks * kBlockRows * sizeof *out);
    for (std::int64_t first = 0; first < job.groups; first += kSegment) {
        const std::int64_t left = job.groups - first;
        // A segment is whole units, so its share of a block's bytes is exact.
        Kernel::add(from + job.block_bytes * first / job.groups, job.block_bytes,
                    job.token + first * kGroup, left < kSegment ? left : kSegment, out);
    }
}

template <template <int> class Kernel>
void all_blocks(const VectorJob& job) {
    std::int64_t block = 0;
    for (; block + 2 <= job.block_count; block += 2) run<Kernel<2>>(job, block, 2);
    if (block < job.block_count) run<Kernel<1>>(job, block, 1);
}

}  // namespace

void avx512_vector_blocks(const VectorJob& job) {
    switch (job.kind) {
        case WeightKind::Ternary2:
            return all_blocks<Ternary2>(job);
        case WeightKind::TernaryBase3:
            return all_blocks<Base3>(job);
        case WeightKind::Nibble:
            return all_blocks<Nibble>(job);
        case WeightKind::Int8:
            return all_blocks<Int8>(job);
        case WeightKind::Binary:
            return avx2_binary_blocks(job);
    }
}

}  // namespace millrace::ops::kernels
