// Both NEON paths; they differ in how four products of digit and int8 are added to a lane, which
// Dot says. A register holds 4 rows by 4 columns. For the sources of this folder.
//
// Digits of 8 bits reach 255, beyond what signed products take: they become codes, and since the
// caller takes off 128 times the token's sum, that is added by a product with 128 in two halves.
#pragma once

#include <arm_neon.h>

#include <cstdint>
#include <cstring>

#include "nodes/ops/kernels/bit_counter.hpp"
#include "nodes/ops/kernels/kernel_table.hpp"

namespace millrace::ops::kernels {
namespace {

constexpr int kNeonTokens = 2, kGroupBytes = kBlockRows * kGroup, kParts = 8;

inline int8x16_t group_of(const std::int8_t* token) {
    std::int32_t four;
    std::memcpy(&four, token, sizeof four);
    return vreinterpretq_s8_s32(vdupq_n_s32(four));
}

inline uint8x16_t base3_digit(uint8x16_t fraction) {
    const int8x16_t x = vreinterpretq_s8_u8(fraction);
    const uint8x16_t one = vcgtq_s8(x, vdupq_n_s8(-43)), two = vcgtq_s8(x, vdupq_n_s8(42));
    return vsubq_u8(vsubq_u8(vdupq_n_u8(0), one), two);
}

/// Digits 0 and 2 of rows 4 part to 4 part + 3 from a byte a row; columns 4 half to + 3.
inline uint8x16_t binary_digits(const std::uint8_t* rows, int part, int half) {
    static constexpr std::uint8_t kSpread[16] = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3};
    static constexpr std::uint8_t kBits[2][16] = {
        {1, 2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8},
        {16, 32, 64, 128, 16, 32, 64, 128, 16, 32, 64, 128, 16, 32, 64, 128}};
    std::uint32_t four;
    std::memcpy(&four, rows + 4 * part, sizeof four);
    const uint8x16_t spread =
        vqtbl1q_u8(vreinterpretq_u8_u32(vdupq_n_u32(four)), vld1q_u8(kSpread));
    return vandq_u8(vtstq_u8(spread, vld1q_u8(kBits[half])), vdupq_n_u8(2));
}

/// Digits of `groups` groups from an even one, those of 8 bits as codes.
inline void unpack(WeightKind kind, const std::uint8_t* block, std::int64_t first, int groups,
                   std::uint8_t* tile) {
    if (kind == WeightKind::TernaryBase3) {
        block += first / 5 * kGroupBytes;
        for (int unit = 0; unit < groups / 5; ++unit, block += kGroupBytes) {
            for (int part = 0; part < kParts; ++part) {
                uint8x16_t x = vld1q_u8(block + 16 * part);
                for (int j = 0; j < 5; ++j) {
                    vst1q_u8(tile + (unit * 5 + j) * kGroupBytes + 16 * part, base3_digit(x));
                    x = vaddq_u8(vaddq_u8(x, x), x);
                }
            }
        }
        return;
    }
    for (std::int64_t g = first; g < first + groups; ++g, tile += kGroupBytes) {
        for (int part = 0; part < kParts; ++part) {
            const int lanes = part % 2 * 16, eight = part / 2;
            uint8x16_t digits;
            if (kind == WeightKind::Ternary2) {
                const uint8x16_t bytes = vld1q_u8(block + g * 32 + lanes);
                digits = vandq_u8(vshlq_u8(bytes, vdupq_n_s8(static_cast<std::int8_t>(-2 * eight))),
                                  vdupq_n_u8(3));
            } else if (kind == WeightKind::Nibble) {
                const uint8x16_t bytes = vld1q_u8(block + g * 64 + eight / 2 * 32 + lanes);
                digits = eight % 2 ? vshrq_n_u8(bytes, 4) : vandq_u8(bytes, vdupq_n_u8(15));
            } else if (kind == WeightKind::Binary) {
                digits = binary_digits(block + g / 2 * 32, part, static_cast<int>(g % 2));
            } else {
                digits = veorq_u8(vld1q_u8(block + g * kGroupBytes + 16 * part), vdupq_n_u8(128));
            }
            vst1q_u8(tile + 16 * part, digits);
        }
    }
}

/// What codes of 8 bits lack to digits, for a token's group: 128 times its sum, in each lane.
template <class Dot>
int32x4_t missing(int8x16_t four) {
    const int8x16_t half = vdupq_n_s8(64);
    return Dot::add(Dot::add(vdupq_n_s32(0), half, four), half, four);
}

/// Adds a tile's rows by kTokens tokens, `stride` bytes from one group to the next.
template <class Dot, int kTokens>
void multiply(const std::uint8_t* tile, const std::int8_t* panel, int stride, int groups,
              bool codes, std::int32_t* sums) {
    int32x4_t wide[kTokens][kParts];
    for (int t = 0; t < kTokens; ++t) {
        for (int p = 0; p < kParts; ++p) wide[t][p] = vld1q_s32(sums + t * kBlockRows + 4 * p);
    }
    int32x4_t lacking[kTokens];
    for (int32x4_t& lack : lacking) lack = vdupq_n_s32(0);
    for (int g = 0; g < groups; ++g) {
        for (int t = 0; t < kTokens; ++t) {
            const int8x16_t four = group_of(panel + g * stride + t * kGroup);
            if (codes) lacking[t] = vaddq_s32(lacking[t], missing<Dot>(four));
            for (int p = 0; p < kParts; ++p) {
                const int8x16_t digits =
                    vreinterpretq_s8_u8(vld1q_u8(tile + g * kGroupBytes + 16 * p));
                wide[t][p] = Dot::add(wide[t][p], digits, four);
            }
        }
    }
    for (int t = 0; t < kTokens; ++t) {
        for (int p = 0; p < kParts; ++p) {
            vst1q_s32(sums + t * kBlockRows + 4 * p, vaddq_s32(wide[t][p], lacking[t]));
        }
    }
}

template <class Dot>
void neon_vector_blocks(const VectorJob& job) {
    alignas(64) std::uint8_t tile[kTileBytes];
    std::memset(job.out, 0, job.block_count * kBlockRows * sizeof(std::int32_t));
    for (std::int64_t block = 0; block < job.block_count; ++block) {
        for (std::int64_t first = 0; first < job.groups; first += kChunkGroups) {
            const std::int64_t left = job.groups - first;
            const int groups = static_cast<int>(left < kChunkGroups ? left : kChunkGroups);
            unpack(job.kind, job.blocks + block * job.block_bytes, first, groups, tile);
            multiply<Dot, 1>(tile, job.token + first * kGroup, kGroup, groups,
                             job.kind == WeightKind::Int8, job.out + block * kBlockRows);
        }
    }
}

template <class Dot>
void neon_matrix_block(const MatrixJob& job) {
    const std::int64_t token_blocks = (job.tokens + kNeonTokens - 1) / kNeonTokens;
    std::memset(job.sums, 0, token_blocks * kNeonTokens * kBlockRows * sizeof(std::int32_t));
    for (std::int64_t first = 0; first < job.groups; first += kChunkGroups) {
        const std::int64_t left = job.groups - first;
        const int groups = static_cast<int>(left < kChunkGroups ? left : kChunkGroups);
        unpack(job.kind, job.block, first, groups, job.tile);
        for (std::int64_t block = 0; block < token_blocks; ++block) {
            multiply<Dot, kNeonTokens>(
                job.tile, job.panel + (block * job.groups + first) * kNeonTokens * kGroup,
                kNeonTokens * kGroup, groups, job.kind == WeightKind::Int8,
                job.sums + block * kNeonTokens * kBlockRows);
        }
    }
}

struct NeonLanes {
    using Vector = uint8x16_t;
    static Vector zero() { return vdupq_n_u8(0); }
    static Vector read(const std::uint8_t* from) { return vld1q_u8(from); }
    static void write(std::uint8_t* to, Vector value) { vst1q_u8(to, value); }
    /// The sum stays in `sum`, the carry is returned. Inverted, what is not set in `a` and `b`
    /// counts.
    template <bool inverted>
    static Vector full_add(Vector& sum, Vector a, Vector b) {
        const Vector differ = veorq_u8(a, b);
        const Vector carry = vbslq_u8(differ, sum, inverted ? vmvnq_u8(a) : a);
        sum = veorq_u8(differ, sum);
        return carry;
    }
};

/// 128 lanes at a time; planes are a column's bytes apart.
inline void neon_count_bits(const BitJob& job) {
    for (int part = 0; part < job.column_bytes; part += 16) {
        BitCounter<NeonLanes> counter(job.counts + part, job.column_bytes);
        if (job.column_bytes == 32) {
            counter.count<1>(job, job.block + part);
        } else {
            counter.count<2>(job, job.block + part);
        }
        counter.finish(job.counts + part, job.column_bytes);
    }
}

inline void neon_read_counts(const std::uint8_t* counts, int column_bytes, std::int32_t* out) {
    for (int lane = 0; lane < column_bytes * 8; ++lane) {
        const std::uint8_t* byte = counts + lane / 256 * 32 + lane % 32;
        std::uint32_t count = 0;
        for (int plane = 0; plane < 32; ++plane, byte += column_bytes) {
            count |= std::uint32_t{*byte >> lane % 256 / 32 & 1U} << plane;
        }
        out[lane] = static_cast<std::int32_t>(count);
    }
}

inline float neon_quantize_row(const float* values, std::int64_t columns, std::int8_t* codes) {
    return scalar_kernels().quantize_row(values, columns, codes);
}

template <class Dot>
constexpr KernelTable neon_table() {
    return {.token_block = kNeonTokens,
            .vector_blocks = neon_vector_blocks<Dot>,
            .matrix_block = neon_matrix_block<Dot>,
            .count_bits = neon_count_bits,
            .read_counts = neon_read_counts,
            .list_set = plain_list_set,
            .quantize_row = neon_quantize_row,
            .table_bytes = 0,
            .make_tables = nullptr};
}

}  // namespace
}  // namespace millrace::ops::kernels
