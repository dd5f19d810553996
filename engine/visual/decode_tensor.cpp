// Tensors as JSON and arrays to visuals: untrusted input.
#include <fmt/ranges.h>

#include "engine/value_parse.hpp"
#include "engine/visual/codec_kinds.hpp"
#include "engine/visual/decode_reader.hpp"

namespace millrace::visual::codec {
namespace {

template <std::size_t I = 0>
TensorBlock::Values values_of(const Reader& reader, std::size_t type, std::uint64_t count) {
    if constexpr (I < kTensorTypes.size()) {
        if (type != I) return values_of<I + 1>(reader, type, count);
        using Numbers = std::variant_alternative_t<I, TensorBlock::Values>;
        return reader.numbers<typename Numbers::value_type>("values", count);
    }
    return {};  // never: the type is one of them
}

std::vector<std::int64_t> shape_of(const Reader& reader, std::string_view name) {
    std::vector<std::int64_t> shape = reader.integers(name);
    if (shape.size() > kMostAxes)
        malformed(name, fmt::format("up to {} axes", kMostAxes), fmt::format("{}", shape.size()));
    if (!count_of(shape))
        malformed(name, "extents whose product can be counted",
                  fmt::format("[{}]", fmt::join(shape, ", ")));
    return shape;
}

void take_statistics(const Reader& reader, TensorBlock& block) {
    const std::vector<std::int64_t> counts = reader.integers("counts");
    const std::vector<double> measures = reader.numbers<double>("measures", counts.empty() ? 0 : 5);
    if (counts.empty()) return;
    if (counts.size() != 7) malformed("counts", "7 integers", fmt::format("{}", counts.size()));
    const std::int64_t all = *count_of(block.full_shape);
    std::int64_t room = all;  // no sum of the counts of different numbers is above it
    for (std::size_t i = 0; i < 5; ++i) {
        if (counts[i] < 0 || counts[i] > (i == 0 ? all : room) || (i == 0 && counts[i] != all))
            malformed("counts", fmt::format("counts of {} numbers", all),
                      fmt::format("[{}]", fmt::join(counts, ", ")));
        if (i > 0) room -= counts[i];
    }
    for (std::size_t i = 5; i < 7; ++i) {
        if (counts[i] < -1 || counts[i] >= all)
            malformed("counts", fmt::format("places below {}", all), std::to_string(counts[i]));
    }
    const auto unsigned_at = [&](std::size_t i) { return static_cast<std::uint64_t>(counts[i]); };
    block.whole = TensorStatistics{.count = unsigned_at(0),
                                   .nan = unsigned_at(1),
                                   .positive_infinite = unsigned_at(2),
                                   .negative_infinite = unsigned_at(3),
                                   .zeros = unsigned_at(4),
                                   .min_at = counts[5],
                                   .max_at = counts[6],
                                   .min = measures[0],
                                   .max = measures[1],
                                   .mean = measures[2],
                                   .deviation = measures[3],
                                   .rms = measures[4]};
}

void require_whole(const TensorBlock& block) {
    if (std::string wrong = contradiction_of(block); !wrong.empty())
        malformed("shape", "a block inside the full shape", std::move(wrong));
}

}  // namespace

TensorBlock tensor_block(const Reader& reader) {
    TensorBlock block;
    block.name = reader.text("name");
    block.dtype = reader.text("dtype");
    block.full_shape = shape_of(reader, "full_shape");
    block.start = reader.integers("start");
    block.shape = shape_of(reader, "shape");
    const std::string type = reader.text("type");
    const auto known = std::find(kTensorTypes.begin(), kTensorTypes.end(), type);
    if (known == kTensorTypes.end())
        malformed("type", fmt::format("{}", fmt::join(kTensorTypes, ", ")),
                  engine::shortened(type));
    block.values = values_of(reader, static_cast<std::size_t>(known - kTensorTypes.begin()),
                             static_cast<std::uint64_t>(*count_of(block.shape)));
    require_whole(block);
    take_statistics(reader, block);
    return block;
}

TensorBlock tensor_slice(const Reader& reader) {
    TensorBlock block;
    block.dtype = reader.text("dtype");
    block.full_shape = shape_of(reader, "full_shape");
    const std::vector<std::int64_t> index = reader.integers("index");
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    const std::int64_t rows = reader.integer("rows", 0, most),
                       columns = reader.integer("columns", 0, most);
    block.values = reader.numbers<double>("values", static_cast<std::uint64_t>(rows * columns));
    reader.numbers<double>("range", 3);  // of the slice, which is counted anew
    const std::size_t rank = block.full_shape.size();
    block.start.assign(rank, 0);
    if (rows * columns == 0) {
        // Slices of empty tensors left out indices, or all extents.
        block.shape = *count_of(block.full_shape) == 0 ? block.full_shape
                                                       : std::vector<std::int64_t>(rank, 0);
    } else {
        block.shape.assign(rank, 1);
        if (index.size() != (rank > 2 ? rank - 2 : 0) || (rank < 2 && rows != 1) ||
            (rank == 0 && columns != 1))
            malformed("index", fmt::format("a slice of a tensor of {} axes", rank),
                      fmt::format("{} indices, {} x {}", index.size(), rows, columns));
        std::copy(index.begin(), index.end(), block.start.begin());
        if (rank > 0) block.shape[rank - 1] = columns;
        if (rank > 1) block.shape[rank - 2] = rows;
    }
    require_whole(block);
    return block;
}

}  // namespace millrace::visual::codec
