// Numbers of any array type as float or double, in runs that fit into the cache: what sketches,
// comparisons and visuals read arrays with.
#pragma once

#include <cstddef>
#include <span>

#include "engine/record.hpp"

namespace millrace::engine {

/// Whether each number of this type is exactly a float: F32, F16, BF16, Bool and integers of up to
/// 16 bits.
bool fits_float(DType type);

/// Converts the numbers that stand in `bytes` (whole numbers, at any alignment); `out` holds at
/// least as many. Booleans give 0 or 1; 64-bit integers beyond 2^53 are rounded. to_floats() takes
/// types of fits_float() alone.
void to_floats(std::span<const std::byte> bytes, DType type, float* out);
void to_doubles(std::span<const std::byte> bytes, DType type, double* out);

}  // namespace millrace::engine
