#include "engine/random.hpp"

#include <bit>
#include <cmath>
#include <numbers>
#include <span>

#include "engine/hash.hpp"

namespace millrace::engine {

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
    constexpr int kRounds = 10;
    for (int round = 0; round < kRounds; ++round) {
        const std::uint64_t first = std::uint64_t{0xD2511F53} * counter[0];
        const std::uint64_t second = std::uint64_t{0xCD9E8D57} * counter[2];
        counter = {static_cast<std::uint32_t>(second >> 32) ^ counter[1] ^ key[0],
                   static_cast<std::uint32_t>(second),
                   static_cast<std::uint32_t>(first >> 32) ^ counter[3] ^ key[1],
                   static_cast<std::uint32_t>(first)};
        key[0] += 0x9E3779B9;  // Weyl sequence of the golden ratio
        key[1] += 0xBB67AE85;  // and of the square root of 3, less 1
    }
    return counter;
}

Random::Random(std::uint64_t seed, std::string_view node_id, std::uint64_t item)
    : counter_{0, 0, static_cast<std::uint32_t>(item), static_cast<std::uint32_t>(item >> 32)} {
    const std::uint64_t key = hash_bytes(std::as_bytes(std::span(node_id)), seed).low;
    key_ = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
}

void Random::refill() {
    block_ = philox4x32(counter_, key_);
    used_ = 0;
    if (++counter_[0] == 0) ++counter_[1];
}

Random::result_type Random::operator()() {
    if (used_ == 4) refill();
    return block_[static_cast<std::size_t>(used_++)];
}

std::uint64_t Random::bits64() {
    const std::uint64_t low = (*this)();
    return low | std::uint64_t{(*this)()} << 32;
}

double Random::uniform() { return static_cast<double>(bits64() >> 11) * 0x1.0p-53; }

double Random::uniform(double low, double high) {
    const double value = low + (high - low) * uniform();
    return value < high || !(low < high)
               ? value
               : std::nextafter(high, low);  // rounding may reach the open end
}

double Random::normal() {
    if (has_spare_) {
        has_spare_ = false;
        return spare_;
    }
    // Box and Muller; 1 - uniform() lies in (0, 1], so that the logarithm is finite.
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    const double angle = 2 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
}

std::uint64_t Random::below(std::uint64_t bound) {
    if (bound <= 1) return 0;
    // Reject what lies above the largest power of two's worth of bits needed: unbiased, at most two
    // draws expected.
    const int shift = std::countl_zero(bound - 1);
    for (;;) {
        const std::uint64_t value = bits64() >> shift;
        if (value < bound) return value;
    }
}

}  // namespace millrace::engine
