// What each path of the packed kernels provides, and the layouts in memory they share; for the
// sources of this folder. A path's source is compiled with flags of its own, so it takes plain
// pointers and keeps away from templates of the standard library, whose instances the linker might
// hand to code that runs on lesser processors. All functions are safe on any thread.
//
// For int8 activations rows stand in blocks of 32, columns in groups of 4. Four columns of a row
// are one 32-bit lane, so that a lane's sum belongs to one row and nothing is added across lanes.
// A weight is stored as a digit that is not negative: code = digit - kind_offset. With r the row in
// its block, g the group and k the column in its group:
//   Ternary2   [block][g], 32 bytes: row 8p + i has its digit in bits 2p, 2p + 1 of byte 4i + k
//   Nibble     [block][g], 64 bytes: byte 32v + 4i + k has row 16v + i low, row 16v + 8 + i high
//   Int8       [block][g], 128 bytes: byte 4r + k
//   TernaryBase3  [block][5 groups], 128 bytes: byte 4r + k is x - 128, x = ceil(256 v / 243), v
//              the five groups' digits in base 3, first the most significant. So x / 256 is a
//              fraction whose digits come out one after another by multiplying with 3.
//   Binary     [block][8 columns], 32 bytes: byte r, column c in bit c; the digit is twice the bit
// For low-bit activations there are columns of 64 bytes of bits, [block][column]. A bit's place in
// a column is its lane: lane l is bit l % 256 / 32 of byte 32 * (l / 256) + l % 32.
//   binary     blocks of 512 rows, row r in lane r; the digit is twice the bit. Where at most 256
//              rows are left, the last block's columns have 32 bytes.
//   ternary    blocks of 256 rows, lane r for code > -1, lane 256 + r for code > 0, so that their
//              count is the digit code + 1
// One to four columns of zero bits follow the last.
#pragma once

#include <cstdint>

#include "nodes/ops/kernels/kernel_path.hpp"
#include "nodes/ops/kernels/packed_matrix.hpp"

namespace millrace::ops::kernels {

constexpr int kBlockRows = 32, kGroup = 4;
/// Columns that a block is unpacked for at a time: whole units of each layout, and few enough that
/// sums of pairs of ternary digit * int8 fit 16 bits.
constexpr int kChunkGroups = 60;
constexpr int kTileBytes = kChunkGroups * kBlockRows * kGroup;
constexpr int kLanes = 512;
/// Lists of columns have whole units of entries; an entry is 32 times the column.
constexpr int kListUnit = 16, kListScale = 32;
/// Entries that may be read beyond the end of a list, to ask for their columns.
constexpr int kListAhead = 96;
/// What counts of all lanes take up, in an order of the path's own; zeros are counts of 0.
constexpr int kCountBytes = kLanes * 4;

/// Products of some blocks of rows with one token.
struct VectorJob {
    WeightKind kind;
    const std::uint8_t* blocks;  ///< the first of them
    std::int64_t block_bytes, block_count;
    std::int64_t groups;         ///< columns / 4, whole units of the layout
    const std::int8_t* token;    ///< groups * 4, padded with zeros
    const std::uint8_t* tables;  ///< from make_tables; null where the path has none
    std::int32_t* out;           ///< [block_count * 32] sums of digit * activation
};

/// Products of one block of rows with a panel of tokens.
struct MatrixJob {
    WeightKind kind;
    const std::uint8_t* block;
    std::int64_t groups;
    /// [tokens / token_block][groups][token_block][4], padded with zeros.
    const std::int8_t* panel;
    std::int64_t tokens;
    std::uint8_t* tile;  ///< scratch, 2 * kTileBytes, aligned to 64
    std::int32_t* sums;  ///< [tokens, rounded up to token_block][32]
};

/// Columns whose bits count 2^level each; inverted, the bits that are not set do.
struct BitRun {
    const std::uint32_t* list;
    int listed;  ///< whole units, filled up with a column of zeros
    int level;
    bool inverted;
};

/// Adds what the runs count to the counts of each lane. Not above 2^29 in all.
struct BitJob {
    const std::uint8_t* block;
    int column_bytes;    ///< 32 or 64
    const BitRun* runs;  ///< their lists follow each other
    std::int64_t run_count;
    bool fetch;            ///< where the columns aren't in a near cache
    std::uint8_t* counts;  ///< aligned to 64
};

struct KernelTable {
    int token_block;  ///< tokens side by side in a panel
    void (*vector_blocks)(const VectorJob&);
    void (*matrix_block)(const MatrixJob&);
    void (*count_bits)(const BitJob&);
    /// [column_bytes * 8] counts as numbers.
    void (*read_counts)(const std::uint8_t* counts, int column_bytes, std::int32_t* out);
    /// Puts entries first, first + kListScale, ... of the bits that are set at `to` and gives the
    /// place behind them. May write a unit beyond.
    std::uint32_t* (*list_set)(std::uint64_t bits, std::uint32_t first, std::uint32_t* to);
    /// Codes of one token by LLM-QAT's rule; returns the scale, or NaN or infinity where a value
    /// is.
    float (*quantize_row)(const float* values, std::int64_t columns, std::int8_t* codes);
    /// Bytes a group needs in `tables` for binary weights, or 0 for none.
    int table_bytes;
    void (*make_tables)(const std::int8_t* token, std::int64_t groups, std::uint8_t* tables);
};

const KernelTable& scalar_kernels();
const KernelTable& avx2_kernels();
const KernelTable& avx512_kernels();
const KernelTable& neon_kernels();
const KernelTable& neon_dot_kernels();

/// For paths that have nothing faster.
std::uint32_t* plain_list_set(std::uint64_t bits, std::uint32_t first, std::uint32_t* to);

/// The path's table. Throws Error E-PACK-014 where available_paths() lacks it.
const KernelTable& kernels_of(KernelPath path);

}  // namespace millrace::ops::kernels
