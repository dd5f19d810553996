// What sources that repeat their elements share: which element comes when. No memory and no state,
// so any number of elements, any order of calls and any thread; values, owned by the source.
#pragma once

#include <array>
#include <cstddef>
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

/// One of the processes that share the items of a run.
struct Shard {
    std::uint64_t rank = 0, size = 1;

    /// Of `items`, those of each process; where they are no multiple, the last are padding.
    std::uint64_t count(std::uint64_t items) const { return (items + size - 1) / size; }
    /// The process takes every size-th.
    std::uint64_t global(std::uint64_t index) const { return index * size + rank; }
};

/// An element, or padding that stands for it: processes that train together give equally many
/// items.
struct Placed {
    std::uint64_t element = 0;
    bool padding = false;
};

struct Epochs {
    std::uint64_t items = 0;  ///< of one epoch
    int epochs = 1;
    Order order = Order::Listed;
    std::uint64_t seed = 0;

    /// Which element of [0, items) an item of all epochs repeats; 0 where there are no elements.
    std::uint64_t place(std::uint64_t item) const;
    /// Items of all epochs together.
    std::uint64_t count() const;
    /// Of one process: place() and count() of its items.
    Placed placed(std::uint64_t item, const Shard& shard) const;
    std::uint64_t count(const Shard& shard) const;
};

/// Training, validation and test parts of a corpus, each with recordings of speech and of silence.
/// Elements are numbered: the speech of all parts, part after part, then their silence likewise.
struct Parts {
    struct Sizes {
        std::uint64_t speech = 0, quiet = 0;
        std::uint64_t all() const { return speech + quiet; }
    };
    std::array<Sizes, 3> sizes = {};

    std::uint64_t speech() const { return sizes[0].speech + sizes[1].speech + sizes[2].speech; }
    std::uint64_t quiet() const { return sizes[0].quiet + sizes[1].quiet + sizes[2].quiet; }
    /// Number `index` of a part: its speech, then its silence.
    std::uint64_t element(std::size_t part, std::uint64_t index) const;
    /// Of an element of silence.
    std::size_t part_of_quiet(std::uint64_t element) const;
};

/// Each epoch the training part and then the validation part; the test part after the last one.
/// `training` says how many training elements an epoch has, from `first` on, or drawn from the
/// whole part where they are shuffled.
struct Course {
    Parts parts;
    Epochs training;
    std::uint64_t first = 0;
    Shard shard = {};

    std::uint64_t count() const;
    /// The element that an item repeats.
    Placed placed(std::uint64_t item) const;
};

}  // namespace millrace::nodes
