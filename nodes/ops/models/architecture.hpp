// The one door to models of any architecture: training, evaluation and files go through it, so that
// a new architecture needs an entry here and no node of its own. Immutable; safe on any thread.
#pragma once

#include <memory>
#include <string>

#include "engine/value.hpp"
#include "nodes/ops/networks/network.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::ops {

/// What a model reads.
struct ModelInput {
    /// Features [batch, frames, features], or ids [batch, time] int64 of a language model or of an
    /// encoder's source.
    at::Tensor input;
    /// Ids [batch, time] int64 that a decoder behind an encoder has seen; undefined for others.
    at::Tensor target = {};
};

struct ModelOutput {
    /// [batch, classes] read out of the frames, or [batch, time, vocabulary].
    at::Tensor logits;
    /// [batch, frames, classes] before the readout; a language model's are its logits.
    at::Tensor steps;
};

class Architecture {
public:
    virtual ~Architecture() = default;

    /// Throws Error E-NET-004 or E-LM-004 where names or shapes are not those of the spec.
    virtual void check_tensors(const NamedTensors& parameters,
                               const NamedTensors& buffers) const = 0;
    /// Gradients go by autograd. Throws Error E-NET-005, or those of the language models, for input
    /// of another shape or type.
    virtual ModelOutput forward(const NamedTensors& parameters, const NamedTensors& buffers,
                                const ModelInput& input, const Pass& pass) const = 0;
    /// The first part that gives NaN or infinity for this input; empty where all are finite.
    virtual std::string first_not_finite(const NamedTensors& parameters,
                                         const NamedTensors& buffers, const ModelInput& input,
                                         const Pass& pass) const = 0;
};

/// By the spec's "architecture": "llama", "bart", or none for networks over frames (network.hpp).
/// Throws Error E-NET-001 for another, and what the architecture's own reader throws.
std::unique_ptr<const Architecture> architecture_of(const engine::Value& spec);

}  // namespace millrace::ops
