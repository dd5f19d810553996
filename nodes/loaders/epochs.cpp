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

}  // namespace millrace::nodes
