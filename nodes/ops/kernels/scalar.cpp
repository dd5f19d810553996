// The path that any processor can run, and that the others must agree with to the last integer.
#include <bit>
#include <cmath>
#include <cstring>

#include "nodes/ops/kernels/kernel_table.hpp"
#include "nodes/ops/kernels/token_scale.hpp"

namespace millrace::ops::kernels {
namespace {

constexpr int kTokenBlock = 4, kGroupBytes = kBlockRows * kGroup;

/// `fraction` is 256ths less 128; gives its first digit in base 3 and moves on to the next.
int next_digit(std::uint8_t& fraction) {
    const int x = (fraction + 128) & 255;
    const int digit = x * 3 >> 8;
    fraction = static_cast<std::uint8_t>(x * 3 - 128);
    return digit;
}

void unpack_base3(const std::uint8_t* bytes, int groups, std::uint8_t* tile) {
    for (int unit = 0; unit < groups / 5; ++unit, bytes += kGroupBytes) {
        for (int lane = 0; lane < kGroupBytes; ++lane) {
            std::uint8_t fraction = bytes[lane];
            for (int j = 0; j < 5; ++j) {
                tile[(unit * 5 + j) * kGroupBytes + lane] =
                    static_cast<std::uint8_t>(next_digit(fraction));
            }
        }
    }
}

int digit_at(WeightKind kind, const std::uint8_t* block, int group, int row, int k) {
    const int lane = row % 8 * kGroup + k;
    switch (kind) {
        case WeightKind::Ternary2:
            return block[group * 32 + lane] >> row / 8 * 2 & 3;
        case WeightKind::Binary:
            return (block[group / 2 * 32 + row] >> (group % 2 * kGroup + k) & 1) * 2;
        case WeightKind::Nibble:
            return block[group * 64 + row / 16 * 32 + lane] >> row / 8 % 2 * 4 & 15;
        default:
            return block[group * kGroupBytes + row * kGroup + k];
    }
}

/// Digits of `groups` groups, each [32 rows][4 columns].
void unpack(WeightKind kind, const std::uint8_t* block, std::int64_t first, int groups,
            std::uint8_t* tile) {
    if (kind == WeightKind::TernaryBase3) {
        return unpack_base3(block + first / 5 * kGroupBytes, groups, tile);
    }
    const int half_bytes = kind == WeightKind::Int8     ? 256
                           : kind == WeightKind::Nibble ? 128
                           : kind == WeightKind::Binary ? 32
                                                        : 64;
    block += first / 2 * half_bytes;  // a chunk starts at an even group
    for (int group = 0; group < groups; ++group) {
        for (int row = 0; row < kBlockRows; ++row) {
            for (int k = 0; k < kGroup; ++k) {
                *tile++ = static_cast<std::uint8_t>(digit_at(kind, block, group, row, k));
            }
        }
    }
}

/// Adds `groups` groups; `stride` is the distance from a token's group to its next. Unsigned, for
/// sums of digits may pass int32 where the sums of codes do not.
void add_products(const std::uint8_t* tile, const std::int8_t* token, std::int64_t stride,
                  int groups, std::int32_t* sums) {
    for (int group = 0; group < groups; ++group, token += stride) {
        for (int row = 0; row < kBlockRows; ++row) {
            int sum = 0;
            for (int k = 0; k < kGroup; ++k) sum += *tile++ * token[k];
            sums[row] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[row]) +
                                                  static_cast<std::uint32_t>(sum));
        }
    }
}

template <class Each>
void for_chunks(std::int64_t groups, const Each& each) {
    for (std::int64_t first = 0; first < groups; first += kChunkGroups) {
        const std::int64_t left = groups - first;
        each(first, static_cast<int>(left < kChunkGroups ? left : kChunkGroups));
    }
}

void vector_blocks(const VectorJob& job) {
    alignas(64) std::uint8_t tile[kTileBytes];
    std::memset(job.out, 0, job.block_count * kBlockRows * sizeof(std::int32_t));
    for (std::int64_t block = 0; block < job.block_count; ++block) {
        for_chunks(job.groups, [&](std::int64_t first, int groups) {
            unpack(job.kind, job.blocks + block * job.block_bytes, first, groups, tile);
            add_products(tile, job.token + first * kGroup, kGroup, groups,
                         job.out + block * kBlockRows);
        });
    }
}

void matrix_block(const MatrixJob& job) {
    const std::int64_t token_blocks = (job.tokens + kTokenBlock - 1) / kTokenBlock;
    std::memset(job.sums, 0, token_blocks * kTokenBlock * kBlockRows * sizeof(std::int32_t));
    for_chunks(job.groups, [&](std::int64_t first, int groups) {
        unpack(job.kind, job.block, first, groups, job.tile);
        for (std::int64_t token = 0; token < job.tokens; ++token) {
            const std::int64_t at = token / kTokenBlock * job.groups + first;
            add_products(job.tile, job.panel + (at * kTokenBlock + token % kTokenBlock) * kGroup,
                         std::int64_t{kTokenBlock} * kGroup, groups, job.sums + token * kBlockRows);
        }
    });
}

/// Counts are numbers, lane after lane.
void count_bits(const BitJob& job) {
    auto* counts = reinterpret_cast<std::uint32_t*>(job.counts);
    for (std::int64_t i = 0; i < job.run_count; ++i) {
        const BitRun& run = job.runs[i];
        for (int at = 0; at < run.listed; ++at) {
            const std::uint8_t* column =
                job.block + std::int64_t{run.list[at]} * (job.column_bytes / kListScale);
            for (int lane = 0; lane < job.column_bytes * 8; ++lane) {
                const int bit = column[lane / 256 * 32 + lane % 32] >> lane % 256 / 32 & 1;
                counts[lane] += static_cast<std::uint32_t>(bit ^ int{run.inverted}) << run.level;
            }
        }
    }
}

void read_counts(const std::uint8_t* counts, int column_bytes, std::int32_t* out) {
    std::memcpy(out, counts, column_bytes * 8 * sizeof *out);
}

float quantize_row(const float* values, std::int64_t columns, std::int8_t* codes) {
    float most = 0;
    for (std::int64_t i = 0; i < columns; ++i) {
        const float size = std::fabs(values[i]);
        if (!std::isfinite(size)) return size;
        most = size > most ? size : most;
    }
    const float scale = scale_for(most);
    for (std::int64_t i = 0; i < columns; ++i) {
        codes[i] = static_cast<std::int8_t>(std::nearbyint(values[i] * scale));
    }
    return 1.0F / (scale + kScaleEpsilon);
}

}  // namespace

std::uint32_t* plain_list_set(std::uint64_t bits, std::uint32_t first, std::uint32_t* to) {
    for (; bits; bits &= bits - 1) {
        *to++ = first + static_cast<std::uint32_t>(std::countr_zero(bits)) * kListScale;
    }
    return to;
}

const KernelTable& scalar_kernels() {
    static constexpr KernelTable kTable = {.token_block = kTokenBlock,
                                           .vector_blocks = vector_blocks,
                                           .matrix_block = matrix_block,
                                           .count_bits = count_bits,
                                           .read_counts = read_counts,
                                           .list_set = plain_list_set,
                                           .quantize_row = quantize_row,
                                           .table_bytes = 0,
                                           .make_tables = nullptr};
    return kTable;
}

}  // namespace millrace::ops::kernels
