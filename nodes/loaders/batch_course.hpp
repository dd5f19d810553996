// What sources that give whole batches share: which rows come when. In a course each epoch gives
// the training part and then the validation part, and the test part comes at the end. Of several
// processes each takes every so-manieth row of each batch. A value, owned by the source; safe on
// any thread once it is set up.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/node.hpp"
#include "nodes/loaders/epochs.hpp"

namespace millrace::nodes {

enum class BatchPart { Course, Train, Validation, Test };

struct BatchCourse {
    std::array<std::uint64_t, 3> sizes = {};  ///< rows of training, validation and test, in a row
    BatchPart part = BatchPart::Course;
    std::uint64_t size = 1;  ///< rows of a batch, of all processes
    std::uint64_t epochs = 1;
    std::uint64_t items = 0;  ///< training batches of an epoch; 0: all
    Order order = Order::Listed;
    /// Shuffled: each epoch makes up batches of its own, or gives those of the first in another
    /// order.
    bool regroup = true;
    std::uint64_t seed = 0;
    Shard shard = {};

    struct Place {
        std::size_t part = 0;
        std::uint64_t epoch = 0, batch = 0;
    };

    /// Takes the processes from the environment. Throws Error E-TRAIN-024 where they cannot share a
    /// batch, E-TEXT-030 where there is no batch; `rows` says in messages what a row is.
    void begin(const char* rows);
    /// "358 pairs: 286 for training, 36 for validation, 36 for test"
    std::string report(const char* rows) const;

    std::uint64_t count() const;
    Place place(std::uint64_t item) const;
    /// The rows of this process.
    std::vector<std::uint64_t> rows(const Place& place) const;
    /// Whether a batch ends a stretch of one part.
    bool is_last(const Place& place) const { return place.batch + 1 == batches_of(place.part); }

    /// The parameters size, epochs, items, shuffle, regroup and split, of a node with these fields.
    template <class Node>
    static std::vector<engine::ParamSpec> params(const char* rows);

private:
    std::uint64_t batches(std::size_t of) const;
    std::uint64_t train_batches() const;
    std::uint64_t batches_of(std::size_t of) const {
        return of == 0 ? train_batches() : batches(of);
    }
};

template <class Node>
std::vector<engine::ParamSpec> BatchCourse::params(const char* rows) {
    const std::string word = rows;
    return {{.name = "size",
             .field = &Node::size,
             .range = {1, 1 << 20},
             .doc = word + " in a batch, of all processes that train together"},
            {.name = "epochs",
             .field = &Node::epochs,
             .range = {1, 1e6},
             .doc = "How often the training part is given"},
            {.name = "items",
             .field = &Node::items,
             .range = {0, 1e9},
             .doc = "Training batches of an epoch; 0: all"},
            {.name = "shuffle",
             .field = &Node::shuffle,
             .doc = "The training part in another order in each epoch, which the run's seed "
                    "chooses"},
            {.name = "regroup",
             .field = &Node::regroup,
             .doc = "When shuffled, make up other batches in each epoch; off: the same batches in "
                    "another order, so that a fixed model answers each of them once and then from "
                    "the cache"},
            {.name = "split",
             .field = &Node::split,
             .choices = {"course", "train", "validation", "test"},
             .doc = "All of it as training needs it, or one part"}};
}

}  // namespace millrace::nodes
