// What the nodes that run a model on batches have in common: parts that are looked at, and the
// error for outputs that are not finite. Plain functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "nodes/ops/models/architecture.hpp"
#include "nodes/types/activations.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {

/// The parameter that names the parts.
inline constexpr const char* kWatchDoc =
    "Names of the parts whose outputs are given too, parted by blanks; * stands for any text: "
    "layers, and attention maps of a model that shows them";

/// Lets the pass put what parts give into `seen`, of those whose names one of `patterns` matches.
/// Both outlive the pass.
void watch(ops::Pass& pass, const std::vector<std::string>& patterns, types::Activations& seen);

/// A pass that may have gone wrong: what it ran, and on what.
struct MadePass {
    const ops::Architecture& architecture;
    const types::NamedTensors& parameters;
    const types::Model& model;
    const ops::ModelInput& input;
    const ops::Pass& pass;
};

/// Throws Error E-TRAIN-022, which names the first part that is not finite, unless `logits` are.
void require_finite(const at::Tensor& logits, const MadePass& made);

}  // namespace millrace::nodes
