// Counter-based random numbers (Philox4x32-10, Salmon et al., SC 2011): the same key gives the same numbers
// whatever the order of execution or the number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace millrace::engine {

/// The generator itself: four random words from a counter and a key, by ten rounds.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// A stream of random numbers keyed by run seed, stable node id and item number. Satisfies
/// UniformRandomBitGenerator, but prefer the members: the standard's distributions differ between libraries.
class Random {
public:
    using result_type = std::uint32_t;

    Random(std::uint64_t seed, std::string_view node_id, std::uint64_t item);

    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
    result_type operator()();

    double uniform();                                 ///< [0, 1), 53 bits
    double uniform(double low, double high);          ///< [low, high)
    double normal();                                  ///< mean 0, standard deviation 1
    std::uint64_t below(std::uint64_t bound);         ///< [0, bound), unbiased; bound > 0
    bool chance(double probability) { return uniform() < probability; }
    std::uint64_t bits64();

private:
    void refill();

    std::array<std::uint32_t, 4> counter_;
    std::array<std::uint32_t, 2> key_;
    std::array<std::uint32_t, 4> block_ = {};
    int used_ = 4;
    double spare_ = 0;
    bool has_spare_ = false;
};

}  // namespace millrace::engine
