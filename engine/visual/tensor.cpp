#include "engine/visual/tensor.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/visual/tensor_sums.hpp"

namespace millrace::visual {

std::size_t TensorBlock::size() const {
    return std::visit([](const auto& numbers) { return numbers.size(); }, values);
}

double TensorBlock::at(std::size_t place) const {
    return std::visit([place](const auto& numbers) { return static_cast<double>(numbers[place]); },
                      values);
}

std::optional<std::int64_t> count_of(const std::vector<std::int64_t>& shape) {
    std::int64_t count = 1;
    bool empty = false;
    for (const std::int64_t extent : shape) {
        if (extent < 0) return {};
        if (extent == 0) {
            empty = true;
            continue;
        }
        if (count > std::numeric_limits<std::int64_t>::max() / extent) return {};
        count *= extent;
    }
    return empty ? 0 : count;
}

std::string contradiction_of(const TensorBlock& block) {
    const std::size_t rank = block.full_shape.size();
    if (rank > kMostAxes) return fmt::format("{} axes, more than {}", rank, kMostAxes);
    if (block.start.size() != rank || block.shape.size() != rank)
        return fmt::format("a shape of {} axes, a block of {} from {}", rank, block.shape.size(),
                           block.start.size());
    if (!count_of(block.full_shape))
        return fmt::format("a shape of [{}]", fmt::join(block.full_shape, ", "));
    for (std::size_t axis = 0; axis < rank; ++axis) {
        const std::int64_t start = block.start[axis], extent = block.shape[axis],
                           full = block.full_shape[axis];
        if (start < 0 || extent < 0 || start > full || extent > full - start)
            return fmt::format("{} numbers from {} along axis {} of {}", extent, start, axis, full);
    }
    const std::int64_t count = count_of(block.shape).value_or(-1);
    if (count < 0 || static_cast<std::uint64_t>(count) != block.size())
        return fmt::format("{} values in a block of [{}]", block.size(),
                           fmt::join(block.shape, ", "));
    return {};
}

std::int64_t place_of(const std::vector<std::int64_t>& index,
                      const std::vector<std::int64_t>& shape) {
    std::int64_t place = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
        place = place * shape[axis] + index[axis];
    return place;
}

std::vector<std::int64_t> index_of(std::int64_t place, const std::vector<std::int64_t>& shape) {
    std::vector<std::int64_t> index(shape.size());
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        const std::int64_t extent = std::max<std::int64_t>(1, shape[axis]);
        index[axis] = place % extent;
        place /= extent;
    }
    return index;
}

std::optional<std::int64_t> place_in_block(const TensorBlock& block,
                                           const std::vector<std::int64_t>& index) {
    if (index.size() != block.shape.size()) return {};
    std::int64_t place = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
        const std::int64_t inside = index[axis] - block.start[axis];
        if (inside < 0 || inside >= block.shape[axis]) return {};
        place = place * block.shape[axis] + inside;
    }
    return place;
}

std::int64_t full_place(const TensorBlock& block, std::int64_t place) {
    if (block.is_whole()) return place;
    std::vector<std::int64_t> index = index_of(place, block.shape);
    for (std::size_t axis = 0; axis < index.size(); ++axis) index[axis] += block.start[axis];
    return place_of(index, block.full_shape);
}

TensorStatistics statistics_of(const TensorBlock& block) {
    TensorStatistics result = std::visit(
        []<class T>(const std::vector<T>& numbers) {
            TensorSums<T> sums;
            for (std::size_t i = 0; i < numbers.size(); ++i)
                sums.add(numbers[i], static_cast<std::int64_t>(i));
            return sums.result();
        },
        block.values);
    for (std::int64_t* place : {&result.min_at, &result.max_at})
        if (*place >= 0) *place = full_place(block, *place);
    return result;
}

}  // namespace millrace::visual
