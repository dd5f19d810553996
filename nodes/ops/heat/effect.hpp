// What errors in single layers do to a model's output distribution, all layers at once. With a
// layer's error e and the Jacobian J from that layer to the logits, the divergence KL(float ||
// disturbed) is e' J' F J e / 2 to second order, where F = diag(p) - p p' is the Fisher information
// of the logits. For random v with covariance F the expectation of (v' J e)^2 is that form
// (Hutchinson's estimator), and v' J of all layers comes from one backward pass. For the sources of
// this folder.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "nodes/ops/models/architecture.hpp"

namespace millrace::ops {

struct Effects {
    std::map<std::string, double, std::less<>> nats;  ///< summed over positions, by layer
    double positions = 0;                             ///< distributions in the batch
};

/// A model and a batch in which nothing is disturbed.
struct Undisturbed {
    const Architecture& architecture;
    const NamedTensors& parameters;
    const NamedTensors& buffers;
    const ModelInput& input;
};

/// `outputs` are those of layers, each with its own error alone. `draws` backward passes, with
/// random numbers keyed by `batch`. Texts of the batch are independent, so each of them is a draw
/// of its own. Layers without error have exactly 0.
Effects effects_of(const Undisturbed& model, const std::map<std::string, at::Tensor>& outputs,
                   int draws, std::uint64_t batch);

}  // namespace millrace::ops
