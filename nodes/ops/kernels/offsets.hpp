// What is taken off a stored digit to get the weight's code; for the sources of this folder.
#pragma once

#include "nodes/ops/kernels/packed_matrix.hpp"

namespace millrace::ops::kernels {

constexpr int offset_of(WeightKind kind) {
    return kind == WeightKind::Int8 ? 128 : kind == WeightKind::Nibble ? 8 : 1;
}

}  // namespace millrace::ops::kernels
