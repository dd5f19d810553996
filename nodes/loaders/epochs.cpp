#include "nodes/loaders/epochs.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "engine/random.hpp"

namespace millrace::nodes {

std::uint64_t permuted(std::uint64_t index, std::uint64_t items, std::uint64_t seed,
                       std::uint64_t epoch) {
    if (index >= items || items < 2) return index;
    const auto half = static_cast<unsigned>((std::bit_width(items - 1) + 1) / 2);  // bits, 1 to 32
    const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
    constexpr std::uint32_t kRounds = 8;  // few bits need more rounds than the usual four
    const auto low = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
    const auto high = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); };
    std::uint64_t at = index;
    do {
        std::uint64_t left = at >> half, right = at & mask;
        for (std::uint32_t round = 0; round < kRounds; ++round) {
            const std::uint32_t word = engine::philox4x32(
                {low(right), round, low(epoch), high(epoch)}, {low(seed), high(seed)})[0];
            left = (left ^ word) & mask;
            std::swap(left, right);
        }
        at = left << half | right;
    } while (at >= items);
    return at;
}

std::uint64_t Epochs::place(std::uint64_t item) const {
    if (items == 0) return 0;
    const std::uint64_t index = item % items;
    return order == Order::Listed ? index : permuted(index, items, seed, item / items);
}

std::uint64_t Epochs::count() const {
    const auto times = static_cast<std::uint64_t>(std::max(epochs, 0));
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    return items > 0 && times > kMost / items ? kMost : items * times;
}

std::uint64_t Parts::element(std::size_t part, std::uint64_t index) const {
    const bool is_speech = index < sizes[part].speech;
    std::uint64_t before = is_speech ? 0 : speech();
    for (std::size_t i = 0; i < part; ++i) before += is_speech ? sizes[i].speech : sizes[i].quiet;
    return before + (is_speech ? index : index - sizes[part].speech);
}

std::size_t Parts::part_of_quiet(std::uint64_t element) const {
    std::uint64_t left = element - speech();
    std::size_t part = 0;
    while (part < 2 && left >= sizes[part].quiet) left -= sizes[part++].quiet;
    return part;
}

Placed Epochs::placed(std::uint64_t item, const Shard& shard) const {
    const std::uint64_t share = std::max<std::uint64_t>(1, shard.count(items));
    const std::uint64_t index = shard.global(item % share);
    const bool padding = index >= items;
    const std::uint64_t within = padding ? (items > 0 ? items - 1 : 0) : index;
    return {place(item / share * items + within), padding};
}

std::uint64_t Epochs::count(const Shard& shard) const {
    return Epochs{.items = shard.count(items), .epochs = epochs}.count();
}

std::uint64_t Course::count() const {
    return training.count(shard) +
           static_cast<std::uint64_t>(training.epochs) * shard.count(parts.sizes[1].all()) +
           shard.count(parts.sizes[2].all());
}

Placed Course::placed(std::uint64_t item) const {
    const std::uint64_t train = shard.count(training.items);
    const std::uint64_t epoch = train + shard.count(parts.sizes[1].all());
    const auto epochs = static_cast<std::uint64_t>(training.epochs);
    const bool test = item >= epoch * epochs;
    const std::uint64_t number = test ? 0 : item / epoch;
    const std::uint64_t within = test ? item - epoch * epochs : item % epoch;
    const std::size_t part = test ? 2 : within < train ? 0 : 1;
    const std::uint64_t there = part == 0 ? training.items : parts.sizes[part].all();
    std::uint64_t index = shard.global(part == 1 ? within - train : within);
    const bool padding = index >= there;
    if (padding) index = there > 0 ? there - 1 : 0;
    if (part > 0) return {parts.element(part, index), padding};
    if (training.order == Order::Listed) return {parts.element(0, first + index), padding};
    return {parts.element(0, permuted(index, parts.sizes[0].all(), training.seed, number)),
            padding};
}

}  // namespace millrace::nodes
