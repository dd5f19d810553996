// The path for AVX-512 with VNNI: vpdpbusd adds four products of digit and int8 to 32 bits at once,
// without saturation. The layouts are those for 8 lanes, so that a register of 16 lanes holds two
// parts of a group or two groups.
#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "nodes/ops/kernels/avx2.hpp"
#include "nodes/ops/kernels/avx2_bits.hpp"

namespace millrace::ops::kernels {
namespace {

constexpr int kTokens = 12, kGroupBytes = kBlockRows * kGroup;

__m512i load512(const void* at) { return _mm512_loadu_si512(at); }

__m512i group512(const std::int8_t* token) {
    std::int32_t four;
    std::memcpy(&four, token, sizeof four);
    return _mm512_set1_epi32(four);
}
/// One group in the low lanes, the next in the high ones.
__m512i two_groups(const std::int8_t* token) {
    return _mm512_inserti64x4(_mm512_castsi256_si512(broadcast_group(token)),
                              broadcast_group(token + kGroup), 1);
}

__m512i masked(__m512i bytes, int shift, char mask) {
    return _mm512_and_si512(_mm512_srli_epi16(bytes, shift), _mm512_set1_epi8(mask));
}

__m512i base3_digit512(__m512i fraction) {
    const __mmask64 one = _mm512_cmpgt_epi8_mask(fraction, _mm512_set1_epi8(-43)),
                    two = _mm512_cmpgt_epi8_mask(fraction, _mm512_set1_epi8(42));
    return _mm512_mask_mov_epi8(_mm512_maskz_mov_epi8(one, _mm512_set1_epi8(1)), two,
                                _mm512_set1_epi8(2));
}
__m512i base3_next512(__m512i fraction) {
    return _mm512_add_epi8(_mm512_add_epi8(fraction, fraction), fraction);
}

/// Sums of both groups of a register.
__m256i folded(__m512i sums) {
    return _mm256_add_epi32(_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64(sums, 1));
}

void ternary2(const std::uint8_t* block, const std::int8_t* token, std::int64_t groups,
              std::int32_t* out) {
    __m512i sums[4];
    for (__m512i& sum : sums) sum = _mm512_setzero_si512();
    std::int64_t g = 0;
    for (; g + 2 <= groups; g += 2) {
        const __m512i bytes = load512(block + g * 32), eight = two_groups(token + g * kGroup);
        sums[0] = _mm512_dpbusd_epi32(sums[0], masked(bytes, 0, 3), eight);
        sums[1] = _mm512_dpbusd_epi32(sums[1], masked(bytes, 2, 3), eight);
        sums[2] = _mm512_dpbusd_epi32(sums[2], masked(bytes, 4, 3), eight);
        sums[3] = _mm512_dpbusd_epi32(sums[3], masked(bytes, 6, 3), eight);
    }
    if (g < groups) {  // the high lanes stay zero
        const __m512i bytes = _mm512_inserti64x4(_mm512_setzero_si512(), load(block + g * 32), 0);
        const __m512i four = group512(token + g * kGroup);
        sums[0] = _mm512_dpbusd_epi32(sums[0], masked(bytes, 0, 3), four);
        sums[1] = _mm512_dpbusd_epi32(sums[1], masked(bytes, 2, 3), four);
        sums[2] = _mm512_dpbusd_epi32(sums[2], masked(bytes, 4, 3), four);
        sums[3] = _mm512_dpbusd_epi32(sums[3], masked(bytes, 6, 3), four);
    }
    for (int p = 0; p < 4; ++p) store(out + 8 * p, folded(sums[p]));
}

void base3(const std::uint8_t* block, const std::int8_t* token, std::int64_t groups,
           std::int32_t* out) {
    __m512i sums[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
    for (std::int64_t g = 0; g < groups; g += 5, block += kGroupBytes) {
        __m512i fractions[2] = {load512(block), load512(block + 64)};
        for (int j = 0; j < 5; ++j) {
            const __m512i four = group512(token + (g + j) * kGroup);
            for (int half = 0; half < 2; ++half) {
                sums[half] = _mm512_dpbusd_epi32(sums[half], base3_digit512(fractions[half]), four);
                fractions[half] = base3_next512(fractions[half]);
            }
        }
    }
    _mm512_storeu_si512(out, sums[0]);
    _mm512_storeu_si512(out + 16, sums[1]);
}

/// Rows come as 0-7 and 16-23 in the low nibbles, 8-15 and 24-31 in the high ones.
void nibble(const std::uint8_t* block, const std::int8_t* token, std::int64_t groups,
            std::int32_t* out) {
    __m512i low = _mm512_setzero_si512(), high = low;
    for (std::int64_t g = 0; g < groups; ++g) {
        const __m512i bytes = load512(block + g * 64), four = group512(token + g * kGroup);
        low = _mm512_dpbusd_epi32(low, masked(bytes, 0, 15), four);
        high = _mm512_dpbusd_epi32(high, masked(bytes, 4, 15), four);
    }
    store(out, _mm512_castsi512_si256(low));
    store(out + 8, _mm512_castsi512_si256(high));
    store(out + 16, _mm512_extracti64x4_epi64(low, 1));
    store(out + 24, _mm512_extracti64x4_epi64(high, 1));
}

void int8(const std::uint8_t* block, const std::int8_t* token, std::int64_t groups,
          std::int32_t* out) {
    __m512i first = _mm512_setzero_si512(), second = first;
    for (std::int64_t g = 0; g < groups; ++g) {
        const __m512i four = group512(token + g * kGroup);
        first = _mm512_dpbusd_epi32(first, load512(block + g * kGroupBytes), four);
        second = _mm512_dpbusd_epi32(second, load512(block + g * kGroupBytes + 64), four);
    }
    _mm512_storeu_si512(out, first);
    _mm512_storeu_si512(out + 16, second);
}

void vector_blocks(const VectorJob& job) {
    if (job.kind == WeightKind::Binary) return avx2_binary_blocks(job);
    const auto block = job.kind == WeightKind::Ternary2       ? ternary2
                       : job.kind == WeightKind::TernaryBase3 ? base3
                       : job.kind == WeightKind::Nibble       ? nibble
                                                              : int8;
    for (std::int64_t i = 0; i < job.block_count; ++i) {
        block(job.blocks + i * job.block_bytes, job.token, job.groups, job.out + i * kBlockRows);
    }
}

/// Adds 32 rows by twelve tokens.
void multiply(const std::uint8_t* tile, const std::int8_t* panel, int groups, std::int32_t* sums) {
    __m512i wide[kTokens][2];
#pragma GCC unroll 12
    for (int t = 0; t < kTokens; ++t) {
        wide[t][0] = load512(sums + t * kBlockRows);
        wide[t][1] = load512(sums + t * kBlockRows + 16);
    }
    for (int g = 0; g < groups; ++g) {
        const __m512i first = load512(tile + g * kGroupBytes),
                      second = load512(tile + g * kGroupBytes + 64);
#pragma GCC unroll 12
        for (int t = 0; t < kTokens; ++t) {
            const __m512i four = group512(panel + (g * kTokens + t) * kGroup);
            wide[t][0] = _mm512_dpbusd_epi32(wide[t][0], first, four);
            wide[t][1] = _mm512_dpbusd_epi32(wide[t][1], second, four);
        }
    }
#pragma GCC unroll 12
    for (int t = 0; t < kTokens; ++t) {
        _mm512_storeu_si512(sums + t * kBlockRows, wide[t][0]);
        _mm512_storeu_si512(sums + t * kBlockRows + 16, wide[t][1]);
    }
}

void matrix_block(const MatrixJob& job) {
    const std::int64_t token_blocks = (job.tokens + kTokens - 1) / kTokens;
    std::memset(job.sums, 0, token_blocks * kTokens * kBlockRows * sizeof(std::int32_t));
    for (std::int64_t first = 0; first < job.groups; first += kChunkGroups) {
        const std::int64_t left = job.groups - first;
        const int groups = static_cast<int>(left < kChunkGroups ? left : kChunkGroups);
        const std::uint8_t* tile = job.block + first * kGroupBytes;
        if (job.kind != WeightKind::Int8) {  // whose digits are bytes already
            avx2_unpack(job.kind, job.block, first, groups, job.tile);
            tile = job.tile;
        }
        for (std::int64_t block = 0; block < token_blocks; ++block) {
            multiply(tile, job.panel + (block * job.groups + first) * kTokens * kGroup, groups,
                     job.sums + block * kTokens * kBlockRows);
        }
    }
}

struct Lanes {
    using Vector = __m256i;
    static Vector zero() { return _mm256_setzero_si256(); }
    static Vector either(Vector a, Vector b) { return _mm256_xor_si256(a, b); }
    static Vector both(Vector a, Vector b) { return _mm256_and_si256(a, b); }
    /// The tables of odd parity and of majority.
    static Vector full_add(Vector& sum, Vector a, Vector b) {
        const Vector carry = _mm256_ternarylogic_epi32(sum, a, b, 0xE8);
        sum = _mm256_ternarylogic_epi32(sum, a, b, 0x96);
        return carry;
    }
};

void bit_block(const BitJob& job) { count_bits<Lanes>(job); }

float quantize_row(const float* values, std::int64_t columns, std::int8_t* codes) {
    return avx2_kernels().quantize_row(values, columns, codes);
}

}  // namespace

const KernelTable& avx512_kernels() {
    static constexpr KernelTable kTable = {.token_block = kTokens,
                                           .vector_blocks = vector_blocks,
                                           .matrix_block = matrix_block,
                                           .bit_block = bit_block,
                                           .quantize_row = quantize_row,
                                           .table_bytes = kAvx2TableBytes,
                                           .make_tables = avx2_make_tables};
    return kTable;
}

}  // namespace millrace::ops::kernels
