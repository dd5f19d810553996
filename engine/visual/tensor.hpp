// A tensor of any rank, whole or as a block of the whole, and what is known of all its numbers.
// Plain values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace millrace::visual {

/// Counts and measures of numbers; the measures are those of the finite ones, 0 when there are
/// none.
struct TensorStatistics {
    std::uint64_t count = 0;  ///< all numbers, finite or not
    std::uint64_t nan = 0, positive_infinite = 0, negative_infinite = 0, zeros = 0;
    std::int64_t min_at = -1, max_at = -1;  ///< row-major in the full tensor, the first of equals
    double min = 0, max = 0, mean = 0;
    double deviation = 0;  ///< standard deviation of the whole population, not of a sample
    double rms = 0;        ///< root of the mean square
    std::uint64_t bad() const { return nan + positive_infinite + negative_infinite; }
    std::uint64_t finite() const { return count - bad(); }
    bool operator==(const TensorStatistics&) const = default;
};

/// A tensor, or a block of it: along axis i the indices start[i] to start[i] + shape[i] of
/// full_shape[i].
struct TensorBlock {
    /// Every type has a place that holds its numbers exactly: U8 and BOOL; I8, I16, U16 and I32;
    /// U32 and I64; U64; F16, BF16 and F32; F64.
    using Values = std::variant<std::vector<std::uint8_t>, std::vector<std::int32_t>,
                                std::vector<std::int64_t>, std::vector<std::uint64_t>,
                                std::vector<float>, std::vector<double>>;
    std::string name;   ///< of the tensor in its file or model; may be empty
    std::string dtype;  ///< as safetensors spells it
    std::vector<std::int64_t> full_shape, start, shape;
    Values values = std::vector<float>();  ///< of the block, row-major
    /// Of the whole tensor, where the maker of the block could see it; a block that is the whole
    /// needs none.
    std::optional<TensorStatistics> whole;

    std::size_t size() const;
    /// A number as the nearest double; the place must exist.
    double at(std::size_t place) const;
    bool is_whole() const { return shape == full_shape; }
};

/// The most axes a block may have.
inline constexpr std::size_t kMostAxes = 64;

/// How many numbers a shape holds, 1 for none; nothing when an extent is negative, or when the
/// product doesn't fit (empty axes left out, so that places can always be counted).
std::optional<std::int64_t> count_of(const std::vector<std::int64_t>& shape);

/// What contradicts itself in the block's ranks, extents and count of values; empty when nothing
/// does.
std::string contradiction_of(const TensorBlock& block);

/// Row-major place of an index in a shape; the index must lie in it.
std::int64_t place_of(const std::vector<std::int64_t>& index,
                      const std::vector<std::int64_t>& shape);
/// And back.
std::vector<std::int64_t> index_of(std::int64_t place, const std::vector<std::int64_t>& shape);

/// Where an index of the full tensor lies among the block's values; nothing when outside.
std::optional<std::int64_t> place_in_block(const TensorBlock& block,
                                           const std::vector<std::int64_t>& index);
/// Row-major in the full tensor, of a place among the block's values.
std::int64_t full_place(const TensorBlock& block, std::int64_t place);

/// Of all numbers of the block.
TensorStatistics statistics_of(const TensorBlock& block);

}  // namespace millrace::visual
