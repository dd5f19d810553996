// What sources that repeat their elements share: which element comes when. No memory and no state,
// so any number of elements, any order of calls and any thread; values, owned by the source.
#pragma once

#include <cstdint>

namespace millrace::nodes {

/// The order of the elements within an epoch: as they are listed, or another one in each epoch.
enum class Order { Listed, Shuffled };

/// Where `index` of [0, items) comes to lie in a pseudo-random permutation that seed and epoch
/// choose. A Feistel network over the next power of four, walked along its cycle until it is within
/// the items again (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002,
/// section 3); its rounds are Philox. Constant time: fewer than four walks on average.
std::uint64_t permuted(std::uint64_t index, std::uint64_t items, std::uint64_t seed,
                       std::uint64_t epoch);

struct Epochs {
    std::uint64_t items = 0;  ///< of one epoch
    int epochs = 1;
    Order order = Order::Listed;
    std::uint64_t seed = 0;

    /// Which element of [0, items) an item of all epochs repeats; 0 where there are no elements.
    std::uint64_t place(std::uint64_t item) const;
    /// Items of all epochs together.
    std::uint64_t count() const;
};

}  // namespace millrace::nodes
