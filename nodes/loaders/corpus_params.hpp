// What sources of a corpus have in common beside the order of their elements (epochs.hpp): the
// parameters that choose a part of it and how often it is given, and the process' share of a run.
// Plain functions, any thread.
#pragma once

#include <optional>
#include <vector>

#include "engine/node.hpp"
#include "nodes/loaders/epochs.hpp"
#include "nodes/ops/corpus/corpus.hpp"

namespace millrace::nodes {

enum class CorpusPart { All, Train, Validation, Test, Course };

/// "split", of a CorpusPart.
engine::ParamSpec split_param(engine::Field part);

/// "epochs", "shuffle", "first" and "items".
std::vector<engine::ParamSpec> epoch_params(engine::Field epochs, engine::Field shuffle,
                                            engine::Field first, engine::Field items);

/// The one split that is asked for, if it is one.
std::optional<ops::Split> split_of(CorpusPart part);

/// As the process' launcher says; the whole without one. Throws as ops::ranks_from_environment().
Shard shard_of_process();

}  // namespace millrace::nodes
