#include "nodes/loaders/corpus_params.hpp"

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "nodes/ops/training/ranks.hpp"

namespace millrace::nodes {

engine::ParamSpec split_param(engine::Field part) {
    return {.name = "split",
            .field = std::move(part),
            .choices = {"all", "train", "validation", "test", "course"},
            .doc =
                "Which part of the corpus. course: in each epoch the training part and then the "
                "validation part, and after the last epoch the test part"};
}

std::vector<engine::ParamSpec> epoch_params(engine::Field epochs, engine::Field shuffle,
                                            engine::Field first, engine::Field items) {
    return {{.name = "epochs",
             .field = std::move(epochs),
             .range = {1, 1e6},
             .doc = "How often all items are given"},
            {.name = "shuffle",
             .field = std::move(shuffle),
             .doc = "Each epoch in another order, which the run's seed chooses; of a course the "
                    "training part alone"},
            {.name = "first",
             .field = std::move(first),
             .range = {0, 1e9},
             .doc = "Number of the first item of an epoch, before shuffling"},
            {.name = "items",
             .field = std::move(items),
             .range = {0, 1e9},
             .doc = "How many items an epoch has, in a course its training part; 0 means all"}};
}

std::optional<ops::Split> split_of(CorpusPart part) {
    if (part == CorpusPart::Train) return ops::Split::Train;
    if (part == CorpusPart::Validation) return ops::Split::Validation;
    return part == CorpusPart::Test ? std::optional(ops::Split::Test) : std::nullopt;
}

Shard shard_of_process() {
    const auto ranks =
        ops::ranks_from_environment([](const char* name) { return std::getenv(name); });
    if (!ranks) return {};
    return {static_cast<std::uint64_t>(ranks->rank), static_cast<std::uint64_t>(ranks->world_size)};
}

}  // namespace millrace::nodes
