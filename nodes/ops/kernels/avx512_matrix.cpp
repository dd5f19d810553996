// Panels of tokens with AVX-512 and VNNI: a part of a block of rows is unpacked to a digit a byte,
// which stays in the first-level cache for all tokens; 32 rows and 12 tokens at a time fill the
// registers.
#include "nodes/ops/kernels/avx512.hpp"
#include "nodes/ops/kernels/avx512_simd.hpp"

namespace millrace::ops::kernels {
namespace {

constexpr int kTokens = kAvx512TokenBlock, kGroupBytes = kBlockRows * kGroup;
/// Both tiles of the scratch are one here: sums come from and go to memory half as often.
constexpr int kGroups = 2 * kChunkGroups;

/// Adds 32 rows by twelve tokens, and asks for those that come next.
void multiply(const std::uint8_t* tile, const std::int8_t* panel, const std::int8_t* next,
              int groups, std::int32_t* sums) {
    __m512i wide[kTokens][2];
#pragma GCC unroll 12
    for (int t = 0; t < kTokens; ++t) {
        wide[t][0] = load512(sums + t * kBlockRows);
        wide[t][1] = load512(sums + t * kBlockRows + 16);
    }
    for (int g = 0; g < groups; ++g) {
        const std::int8_t* at = panel + g * kTokens * kGroup;
        _mm_prefetch(reinterpret_cast<const char*>(next + g * kTokens * kGroup), _MM_HINT_T0);
        const __m512i first = load512(tile + g * kGroupBytes),
                      second = load512(tile + g * kGroupBytes + 64);
#pragma GCC unroll 12
        for (int t = 0; t < kTokens; ++t) {
            const __m512i four = group512(at + t * kGroup);
            add_dot(wide[t][0], first, four);
            add_dot(wide[t][1], second, four);
        }
    }
#pragma GCC unroll 12
    for (int t = 0; t < kTokens; ++t) {
        store512(sums + t * kBlockRows, wide[t][0]);
        store512(sums + t * kBlockRows + 16, wide[t][1]);
    }
}

}  // namespace

void avx512_matrix_block(const MatrixJob& job) {
    const std::int64_t token_blocks = (job.tokens + kTokens - 1) / kTokens;
    std::memset(job.sums, 0, token_blocks * kTokens * kBlockRows * sizeof(std::int32_t));
    for (std::int64_t first = 0; first < job.groups; first += kGroups) {
        const std::int64_t left = job.groups - first;
        const int groups = static_cast<int>(left < kGroups ? left : kGroups);
        const std::uint8_t* tile = job.block + first * kGroupBytes;
        if (job.kind != WeightKind::Int8) {  // whose digits are bytes already
            avx2_unpack(job.kind, job.block, first, groups, job.tile);
            tile = job.tile;
        }
        const std::int64_t stride = job.groups * kTokens * kGroup;
        const std::int8_t* panel = job.panel + first * kTokens * kGroup;
        for (std::int64_t block = 0; block < token_blocks; ++block, panel += stride) {
            const bool last = block + 1 == token_blocks;
            multiply(tile, panel, last ? panel : panel + stride, groups,
                     job.sums + block * kTokens * kBlockRows);
        }
    }
}

}  // namespace millrace::ops::kernels
