#include "nodes/loaders/batch_course.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "nodes/loaders/corpus_params.hpp"

namespace millrace::nodes {

void BatchCourse::begin(const char* rows) {
    shard = shard_of_process();
    if (size % shard.size != 0) {
        throw engine::Error({.code = "E-TRAIN-024",
                             .what = "The batch can't be shared evenly",
                             .expected = fmt::format("a multiple of the {} processes", shard.size),
                             .found = std::to_string(size),
                             .where = "size",
                             .mend = "Change the size, or the number of processes."});
    }
    if (count() > 0) return;
    throw engine::Error({.code = "E-TEXT-030",
                         .what = fmt::format("The part asked for holds no {}", rows),
                         .expected = "enough for a batch",
                         .found = report(rows),
                         .mend = "Change the shares, or give more text."});
}

std::string BatchCourse::report(const char* rows) const {
    return fmt::format("{} {}: {} for training, {} for validation, {} for test",
                       sizes[0] + sizes[1] + sizes[2], rows, sizes[0], sizes[1], sizes[2]);
}

std::uint64_t BatchCourse::count() const {
    switch (part) {
        case BatchPart::Train:
            return epochs * train_batches();
        case BatchPart::Validation:
            return batches(1);
        case BatchPart::Test:
            return batches(2);
        case BatchPart::Course:
            break;
    }
    return epochs * (train_batches() + batches(1)) + batches(2);
}

BatchCourse::Place BatchCourse::place(std::uint64_t item) const {
    if (part == BatchPart::Validation) return {1, 0, item};
    if (part == BatchPart::Test) return {2, 0, item};
    const std::uint64_t held = part == BatchPart::Course ? batches(1) : 0;
    const std::uint64_t one = train_batches() + held;
    const std::uint64_t epoch = one > 0 ? item / one : epochs;
    if (epoch >= epochs) return {2, 0, item - epochs * one};
    const std::uint64_t within = item % one;
    return within < train_batches() ? Place{0, epoch, within}
                                    : Place{1, epoch, within - train_batches()};
}

std::vector<std::uint64_t> BatchCourse::rows(const Place& place) const {
    const bool is_mixed = place.part == 0 && order == Order::Shuffled;
    const bool is_kept = is_mixed && !regroup;
    const std::uint64_t batch =
        is_kept ? permuted(place.batch, batches(0), seed, place.epoch) : place.batch;
    const std::uint64_t mix = is_kept ? 0 : place.epoch;
    const std::uint64_t from = batch * size,
                        to = std::min<std::uint64_t>(from + size, sizes[place.part]);
    std::uint64_t first = 0;
    for (std::size_t before = 0; before < place.part; ++before) first += sizes[before];
    std::vector<std::uint64_t> found;
    for (std::uint64_t i = from + shard.rank; i < to; i += shard.size)
        found.push_back(first + (is_mixed ? permuted(i, sizes[0], seed, mix) : i));
    return found;
}

/// Those that every process has a row of.
std::uint64_t BatchCourse::batches(std::size_t of) const {
    const std::uint64_t whole = sizes[of] / size, rest = sizes[of] % size;
    return whole + (rest >= shard.size ? 1 : 0);
}

std::uint64_t BatchCourse::train_batches() const {
    return items > 0 ? std::min<std::uint64_t>(items, batches(0)) : batches(0);
}

}  // namespace millrace::nodes
