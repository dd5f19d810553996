#include "nodes/ops/kernels/column_lists.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "nodes/ops/kernels/product_parts.hpp"

namespace millrace::ops::kernels {
namespace {

constexpr int kTileColumns = 1024, kWordColumns = 64;

/// What each level of a low-bit token means: factors of its planes, powers of two or less a power
/// of two, and of the row's sum.
struct Meaning {
    int planes;
    std::int32_t factors[2], row_sum;
};
Meaning meaning_of(LowBit levels) {
    switch (levels) {
        case LowBit::Ternary:
            return {2, {1, -1}, 0};
        case LowBit::ZeroOneTwo:
            return {2, {1, 2}, 0};
        case LowBit::ZeroOne:
            return {1, {1, 0}, 0};
        case LowBit::Binary:
            break;
    }
    return {1, {2, 0}, -1};
}

/// 64 columns from 64 * index, those beyond the end 0.
std::uint64_t word_at(const std::uint8_t* bits, std::int64_t columns, std::int64_t index) {
    std::uint64_t word = 0;
    const std::int64_t left = columns - index * kWordColumns;
    std::memcpy(&word, bits + index * 8, left >= kWordColumns ? 8 : (left + 7) / 8);
    return left >= kWordColumns ? word : word & ((std::uint64_t{1} << left) - 1);
}
std::uint64_t rest_of(std::uint64_t word, std::int64_t left) {
    return ~word & (left >= kWordColumns ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1);
}

}  // namespace

std::int64_t ListShape::token_bytes() const {
    const std::int64_t runs_bytes = tiles() * runs * static_cast<std::int64_t>(sizeof(BitRun));
    // Each list is filled up to whole units; behind the last are what list_set() writes beyond it
    // and what is looked at ahead.
    const std::int64_t entries = runs * (columns + tiles() * kListUnit) + kListUnit + kListAhead;
    return round_up(runs_bytes + (entries + tiles() + 1) * 4, 64);
}

ListShape list_shape(std::int64_t columns, LowBit levels) {
    return {columns, kTileColumns, meaning_of(levels).planes};
}

ColumnLists::ColumnLists(const ListShape& shape, std::uint8_t* memory)
    : shape_(shape), runs_(reinterpret_cast<BitRun*>(memory)) {
    constants_ = reinterpret_cast<std::uint32_t*>(runs_ + shape.tiles() * shape.runs);
    row_sums_ = reinterpret_cast<std::int32_t*>(constants_ + shape.tiles());
    lists_ = reinterpret_cast<std::uint32_t*>(row_sums_ + 1);
}

std::uint32_t* ColumnLists::append(const KernelTable& table, const std::uint64_t* bits, int words,
                                   std::int64_t first, const Plane& plane, BitRun& run,
                                   std::uint32_t* to, std::uint32_t& constant) const {
    std::uint32_t* const begin = to;
    for (int i = 0; i < words; ++i) {
        to = table.list_set(
            bits[i], static_cast<std::uint32_t>((first + i * kWordColumns) * kListScale), to);
    }
    const auto listed = static_cast<std::uint32_t>(to - begin);
    std::uint32_t* const end = begin + round_up(listed, kListUnit);
    std::fill(to, end, static_cast<std::uint32_t>(shape_.columns * kListScale));
    run = {.list = begin,
           .listed = static_cast<int>(end - begin),
           .level = plane.level,
           .inverted = plane.inverted};
    // A binary code is twice the bit less 1, a ternary one the count of two bits less 1; inverted,
    // every entry also counts what it lacks.
    const std::uint32_t each = std::uint32_t{1} << plane.level;
    constant += plane.inverted ? each * (listed - 2 * static_cast<std::uint32_t>(run.listed))
                               : 0U - each * listed;
    return end;
}

void ColumnLists::put(const KernelTable& table, const LowBitTokens& tokens, std::int64_t token) {
    const Meaning meaning = meaning_of(tokens.levels);
    const std::int64_t columns = shape_.columns, words = (columns + 63) / kWordColumns;
    const std::uint8_t* bits[2];
    bool rest[2];
    Plane planes[2];
    *row_sums_ = meaning.row_sum;
    for (int p = 0; p < meaning.planes; ++p) {
        bits[p] = (p == 0 ? tokens.first : tokens.second).data() + token * tokens.row_bytes;
        std::int64_t set = 0;
        for (std::int64_t i = 0; i < words; ++i) set += std::popcount(word_at(bits[p], columns, i));
        rest[p] = 2 * set > columns;
        const std::int32_t factor = meaning.factors[p];
        if (rest[p]) *row_sums_ += factor;
        planes[p] = {factor == 2 ? 1 : 0, (factor < 0) != rest[p]};
    }
    std::uint32_t* to = lists_;
    for (std::int64_t tile = 0; tile < shape_.tiles(); ++tile) {
        constexpr int kWords = kTileColumns / kWordColumns;
        std::uint32_t constant = 0;
        for (int p = 0; p < meaning.planes; ++p) {
            std::uint64_t of_tile[kWords];
            const std::int64_t begin = tile * kWords, end = std::min(begin + kWords, words);
            for (std::int64_t i = begin; i < end; ++i) {
                const std::uint64_t word = word_at(bits[p], columns, i);
                of_tile[i - begin] = rest[p] ? rest_of(word, columns - i * kWordColumns) : word;
            }
            to = append(table, of_tile, static_cast<int>(end - begin), tile * kTileColumns,
                        planes[p], runs_[tile * shape_.runs + p], to, constant);
        }
        constants_[tile] = constant;
    }
}

std::uint32_t ColumnLists::constant() const {
    std::uint32_t sum = 0;
    for (std::int64_t tile = 0; tile < shape_.tiles(); ++tile) sum += constants_[tile];
    return sum;
}

}  // namespace millrace::ops::kernels
