// A low-bit token as lists of columns, for products with columns of bits. The product is a sum over
// the token's one or two bit planes, and a plane's is the sum of the weights of the columns where
// it has a bit. Of a plane that is mostly set the list holds the rest, which is taken off the row's
// sum, so that at most half of a plane's columns are looked at. Lists are made for a tile of
// columns at a time. For the sources of this folder.
#pragma once

#include <cstdint>

#include "nodes/ops/kernels/kernel_table.hpp"
#include "nodes/ops/kernels/products.hpp"

namespace millrace::ops::kernels {

/// How the lists of a token stand in memory.
struct ListShape {
    std::int64_t columns;
    int tile_columns, runs;  ///< of a tile

    std::int64_t tiles() const { return (columns + tile_columns - 1) / tile_columns; }
    /// A multiple of 64.
    std::int64_t token_bytes() const;
};
ListShape list_shape(std::int64_t columns, LowBit levels);

/// One token's. A row's product is (2 / lanes) * counts + constant + row_sums * row_sum, modulo
/// 2^32, `lanes` being how many lanes a row has and `counts` their sum.
class ColumnLists {
public:
    ColumnLists(const ListShape& shape, std::uint8_t* memory);

    /// All lists of a token.
    void put(const KernelTable& table, const LowBitTokens& tokens, std::int64_t token);

    const BitRun* runs(std::int64_t tile) const { return runs_ + tile * shape_.runs; }
    std::uint32_t constant() const;
    std::int32_t row_sums() const { return *row_sums_; }

private:
    struct Plane {
        int level;
        bool inverted;
    };
    /// Appends a list of the columns from `first` whose bits are set in `words` words.
    std::uint32_t* append(const KernelTable& table, const std::uint64_t* bits, int words,
                          std::int64_t first, const Plane& plane, BitRun& run, std::uint32_t* to,
                          std::uint32_t& constant) const;

    ListShape shape_;
    BitRun* runs_;
    std::uint32_t* constants_;
    std::int32_t* row_sums_;
    std::uint32_t* lists_;  ///< of all tiles, one after another
};

}  // namespace millrace::ops::kernels
