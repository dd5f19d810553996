// BatchNorm into the layers before it, which comes before quantization: scales of weight rows
// differ otherwise. Plain functions, any thread.
#pragma once

#include "engine/value.hpp"
#include "nodes/ops/networks/network.hpp"

namespace millrace::ops {

struct Folded {
    engine::Value spec;
    NamedTensors parameters, buffers;
};

/// The same function of the features, in evaluation, without batch_norm and dropout: w * s and
/// (b - mean) * s + beta with s = gamma / sqrt(variance + 1e-5); of an SVDF layer the time weights.
/// Layers keep their names. Throws Error E-NET-006 where a BatchNorm does not follow a conv or svdf
/// that it alone reads.
Folded fold_batch_norms(const Network& network, const NamedTensors& parameters,
                        const NamedTensors& buffers);

/// The spec with "quantization" added, and the buffers of its ranges: 0 until they are measured.
/// Throws Error E-NET-002 for a network that still has batch_norm or dropout.
Folded with_ranges(const Folded& folded, std::int64_t freeze_after);

}  // namespace millrace::ops
