// From arrays as they lie in files and payloads to a tensor's block under a budget. Plain
// functions, any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "engine/record.hpp"
#include "engine/visual/tensor.hpp"

namespace millrace::visual {

/// The part of a tensor that holds `index` and has at most `most` numbers (at least one): the last
/// two axes whole and as many of the axes before as fit, else as many rows and columns.
struct TensorPart {
    std::vector<std::int64_t> start, shape;
};
TensorPart part_of(const std::vector<std::int64_t>& full_shape,
                   const std::vector<std::int64_t>& index, std::int64_t most);

/// Bytes of one number of this type in a block, which may be more than in the array.
std::size_t bytes_in_block(engine::DType type);

/// Fills the span with the array's bytes from this place on.
using ReadBytes = std::function<void(std::uint64_t place, std::span<std::byte> target)>;

/// The part round `index` (empty: the beginning) of an array whose bytes are read piece by piece;
/// `array.bytes` is not looked at. All of it when it fits into `budget` bytes.
TensorBlock block_of(const engine::ArrayView& array, const ReadBytes& read,
                     const std::vector<std::int64_t>& index, std::size_t budget);
/// The same of an array in memory.
TensorBlock block_of(const engine::ArrayView& array, const std::vector<std::int64_t>& index,
                     std::size_t budget);

/// Of all numbers of an array in memory.
TensorStatistics statistics_of(const engine::ArrayView& array);

}  // namespace millrace::visual
