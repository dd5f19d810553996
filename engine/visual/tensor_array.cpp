#include "engine/visual/tensor_array.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <tuple>
#include <utility>

#include "engine/visual/tensor_sums.hpp"

namespace millrace::visual {
namespace {

using engine::DType;

float from_half(std::uint16_t bits) {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16;
    const std::uint32_t exponent = (bits >> 10) & 31U, fraction = bits & 1023U;
    if (exponent == 0) {
        const float value = static_cast<float>(fraction) * 0x1p-24F;
        return sign != 0 ? -value : value;
    }
    const std::uint32_t word = exponent == 31 ? sign | 0x7f800000U | fraction << 13
                                              : sign | (exponent + 112) << 23 | fraction << 13;
    float value = 0;
    std::memcpy(&value, &word, sizeof value);
    return value;
}

float from_bfloat(std::uint16_t bits) {
    const std::uint32_t word = static_cast<std::uint32_t>(bits) << 16;
    float value = 0;
    std::memcpy(&value, &word, sizeof value);
    return value;
}

/// Calls work.template operator()<From, To>(convert) with how this type lies in arrays and in
/// blocks.
template <class Work>
auto with_type(DType type, const Work& work) {
    const auto same = []<class To>(To, auto number) { return static_cast<To>(number); };
    const auto plain = [&]<class From, class To>(From, To to) {
        return work(From{}, to, [&same](From number) { return same(To{}, number); });
    };
    switch (type) {
        case DType::I8:
            return plain(std::int8_t{}, std::int32_t{});
        case DType::U16:
            return plain(std::uint16_t{}, std::int32_t{});
        case DType::I16:
            return plain(std::int16_t{}, std::int32_t{});
        case DType::I32:
            return plain(std::int32_t{}, std::int32_t{});
        case DType::U32:
            return plain(std::uint32_t{}, std::int64_t{});
        case DType::I64:
            return plain(std::int64_t{}, std::int64_t{});
        case DType::U64:
            return plain(std::uint64_t{}, std::uint64_t{});
        case DType::F16:
            return work(std::uint16_t{}, float{}, from_half);
        case DType::BF16:
            return work(std::uint16_t{}, float{}, from_bfloat);
        case DType::F32:
            return plain(float{}, float{});
        case DType::F64:
            return plain(double{}, double{});
        case DType::U8:
        case DType::Bool:
            break;
    }
    return plain(std::uint8_t{}, std::uint8_t{});
}

/// Numbers of one axis, `most` at best, in whole chunks of the axis that hold `wanted`.
std::pair<std::int64_t, std::int64_t> window(std::int64_t extent, std::int64_t most,
                                             std::int64_t wanted) {
    const std::int64_t held = std::clamp<std::int64_t>(most, 1, extent);
    return {std::min(wanted / held * held, extent - held), held};
}

}  // namespace

TensorPart part_of(const std::vector<std::int64_t>& full_shape,
                   const std::vector<std::int64_t>& index, std::int64_t most) {
    const std::size_t rank = full_shape.size();
    TensorPart part{std::vector<std::int64_t>(rank, 0), full_shape};
    const std::int64_t count = count_of(full_shape).value_or(0);
    most = std::max<std::int64_t>(1, most);
    if (count <= most) return part;
    const auto wanted = [&](std::size_t axis) {
        const std::int64_t place = axis < index.size() ? index[axis] : 0;
        return std::clamp<std::int64_t>(place, 0, full_shape[axis] - 1);
    };
    std::int64_t room = most;
    const auto take = [&](std::size_t axis, std::int64_t held) {
        std::tie(part.start[axis], part.shape[axis]) = window(full_shape[axis], held, wanted(axis));
        room = std::max<std::int64_t>(1, room / part.shape[axis]);
    };
    std::size_t axis = rank;
    if (rank >= 2) {
        const std::int64_t rows = full_shape[rank - 2];
        const auto side = static_cast<std::int64_t>(std::sqrt(static_cast<double>(most)));
        take(rank - 1, std::max(side, most / rows));
        take(rank - 2, room);
        axis = rank - 2;
    }
    while (axis-- > 0) take(axis, room);
    return part;
}

std::size_t bytes_in_block(DType type) {
    return with_type(type, [](auto, auto to, const auto&) { return sizeof(to); });
}

TensorBlock block_of(const engine::ArrayView& array, const ReadBytes& read,
                     const std::vector<std::int64_t>& index, std::size_t budget) {
    TensorBlock block;
    block.name = array.name;
    block.dtype = std::string(to_text(array.type));
    block.full_shape = array.shape;
    TensorPart part =
        part_of(array.shape, index, static_cast<std::int64_t>(budget / bytes_in_block(array.type)));
    block.start = std::move(part.start);
    block.shape = std::move(part.shape);
    const std::int64_t count = count_of(block.shape).value_or(0);
    // Trailing axes that are whole lie in one piece with the axis before them.
    std::size_t last = block.shape.size();
    std::int64_t run = 1;
    while (last > 0) {
        --last;
        run *= block.shape[last];
        if (block.shape[last] != block.full_shape[last]) break;
    }
    with_type(array.type, [&](auto from, auto to, const auto& convert) {
        using From = decltype(from);
        using To = decltype(to);
        std::vector<To> numbers;
        numbers.reserve(static_cast<std::size_t>(count));
        constexpr std::int64_t kPiece = 1 << 16;  // numbers converted at a time
        std::vector<From> piece;
        for (std::int64_t done = 0; done < count; done += run) {
            std::vector<std::int64_t> place = index_of(done, block.shape);
            for (std::size_t axis = 0; axis < place.size(); ++axis)
                place[axis] += block.start[axis];
            const std::int64_t first = place_of(place, block.full_shape);
            for (std::int64_t i = 0; i < run; i += kPiece) {
                piece.resize(static_cast<std::size_t>(std::min(kPiece, run - i)));
                read(static_cast<std::uint64_t>(first + i) * sizeof(From),
                     std::as_writable_bytes(std::span(piece)));
                for (const From number : piece) numbers.push_back(convert(number));
            }
        }
        block.values = std::move(numbers);
    });
    return block;
}

TensorBlock block_of(const engine::ArrayView& array, const std::vector<std::int64_t>& index,
                     std::size_t budget) {
    return block_of(
        array,
        [&array](std::uint64_t place, std::span<std::byte> target) {
            std::memcpy(target.data(), array.bytes.data() + place, target.size());
        },
        index, budget);
}

TensorStatistics statistics_of(const engine::ArrayView& array) {
    return with_type(array.type, [&](auto from, auto to, const auto& convert) {
        using From = decltype(from);
        TensorSums<decltype(to)> sums;
        const std::size_t count = array.bytes.size() / sizeof(From);
        for (std::size_t i = 0; i < count; ++i) {
            From number;
            std::memcpy(&number, array.bytes.data() + i * sizeof(From), sizeof(From));
            sums.add(convert(number), static_cast<std::int64_t>(i));
        }
        return sums.result();
    });
}

}  // namespace millrace::visual
