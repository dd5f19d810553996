// Panels of tokens with AVX2: a part of a block of rows is unpacked to a digit a byte, which stays
// in the first-level cache for all tokens; 16 rows and 6 tokens at a time fill the registers.
#include "nodes/ops/kernels/avx2.hpp"
#include "nodes/ops/kernels/avx2_unpack.hpp"

namespace millrace::ops::kernels {
namespace {

constexpr int kTokens = kAvx2TokenBlock, kGroupBytes = kBlockRows * kGroup;

void unpack_base3(const std::uint8_t* bytes, int groups, std::uint8_t* tile) {
    for (int unit = 0; unit < groups / 5; ++unit, bytes += kGroupBytes) {
        for (int part = 0; part < 4; ++part) {
            __m256i fraction = load(bytes + 32 * part);
            for (int j = 0; j < 5; ++j) {
                store(tile + (unit * 5 + j) * kGroupBytes + 32 * part, base3_digit(fraction));
                fraction = base3_next(fraction);
            }
        }
    }
}

/// Adds 16 rows by six tokens over at most as many groups as fit 16 bits. `unit` is 1 or 16.
void multiply_part(const std::uint8_t* tile, const std::int8_t* panel, int groups, int unit,
                   std::int32_t* sums) {
    __m256i narrow[kTokens][2];
    for (auto& token : narrow) token[0] = token[1] = _mm256_setzero_si256();
    for (int g = 0; g < groups; ++g) {
        const __m256i first = load(tile + g * kGroupBytes),
                      second = load(tile + g * kGroupBytes + 32);
#pragma GCC unroll 6
        for (int t = 0; t < kTokens; ++t) {
            const __m256i four = broadcast_group(panel + (g * kTokens + t) * kGroup);
            narrow[t][0] = _mm256_add_epi16(narrow[t][0], _mm256_maddubs_epi16(first, four));
            narrow[t][1] = _mm256_add_epi16(narrow[t][1], _mm256_maddubs_epi16(second, four));
        }
    }
    const __m256i units = _mm256_set1_epi16(static_cast<short>(unit));
#pragma GCC unroll 6
    for (int t = 0; t < kTokens; ++t) {
        add_to(sums + t * kBlockRows, _mm256_madd_epi16(narrow[t][0], units));
        add_to(sums + t * kBlockRows + 8, _mm256_madd_epi16(narrow[t][1], units));
    }
}

void multiply(const std::uint8_t* tile, const std::int8_t* panel, int groups, int most, int unit,
              std::int32_t* sums) {
    for (int half = 0; half < 2; ++half) {
        for (int g = 0; g < groups; g += most) {
            const int count = groups - g < most ? groups - g : most;
            multiply_part(tile + g * kGroupBytes + 64 * half, panel + g * kTokens * kGroup, count,
                          unit, sums + 16 * half);
        }
    }
}

}  // namespace

void avx2_unpack(WeightKind kind, const std::uint8_t* block, std::int64_t first, int groups,
                 std::uint8_t* tile) {
    if (kind == WeightKind::TernaryBase3) {
        return unpack_base3(block + first / 5 * kGroupBytes, groups, tile);
    }
    for (std::int64_t g = first; g < first + groups; ++g, tile += kGroupBytes) {
        if (kind == WeightKind::Ternary2) {
            __m256i digits[4];
            ternary_digits(load(block + g * 32), digits);
            for (int part = 0; part < 4; ++part) store(tile + 32 * part, digits[part]);
        } else if (kind == WeightKind::Binary) {
            for (int part = 0; part < 4; ++part) {
                store(tile + 32 * part,
                      binary_digits(block + g / 2 * 32, part, static_cast<int>(g % 2)));
            }
        } else if (kind == WeightKind::Nibble) {
            for (int half = 0; half < 2; ++half) {
                const __m256i bytes = load(block + g * 64 + 32 * half);
                store(tile + 64 * half, low_nibble(bytes));
                store(tile + 64 * half + 32, high_nibble(bytes));
            }
        } else {
            for (int part = 0; part < 4; ++part) {
                const __m256i bytes = load(block + g * kGroupBytes + 32 * part);
                store(tile + 32 * part, low_nibble(bytes));
                store(tile + kTileBytes + 32 * part, high_nibble(bytes));
            }
        }
    }
}

void avx2_matrix_block(const MatrixJob& job) {
    const std::int64_t token_blocks = (job.tokens + kTokens - 1) / kTokens;
    std::memset(job.sums, 0, token_blocks * kTokens * kBlockRows * sizeof(std::int32_t));
    const bool wide = job.kind == WeightKind::Int8;
    const int most = wide || job.kind == WeightKind::Nibble ? 8 : kChunkGroups;
    for (std::int64_t first = 0; first < job.groups; first += kChunkGroups) {
        const std::int64_t left = job.groups - first;
        const int groups = static_cast<int>(left < kChunkGroups ? left : kChunkGroups);
        avx2_unpack(job.kind, job.block, first, groups, job.tile);
        for (std::int64_t block = 0; block < token_blocks; ++block) {
            const std::int8_t* panel = job.panel + (block * job.groups + first) * kTokens * kGroup;
            std::int32_t* sums = job.sums + block * kTokens * kBlockRows;
            multiply(job.tile, panel, groups, most, 1, sums);
            if (wide) multiply(job.tile + kTileBytes, panel, groups, most, 16, sums);
        }
    }
}

}  // namespace millrace::ops::kernels
