// How the rows of a matrix stand in blocks of bits; for the sources of this folder that belong to
// no path.
#pragma once

#include "nodes/ops/kernels/kernel_table.hpp"

namespace millrace::ops::kernels {

/// Rows of a block.
constexpr int bit_rows(WeightKind kind) { return kind == WeightKind::Binary ? kLanes : kLanes / 2; }
/// Of the block that begins with row `first` of `rows`.
constexpr int column_bytes(WeightKind kind, std::int64_t rows, std::int64_t first) {
    return kind == WeightKind::Binary && rows - first <= kLanes / 2 ? kLanes / 16 : kLanes / 8;
}

}  // namespace millrace::ops::kernels
