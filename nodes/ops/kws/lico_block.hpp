// The float LiCo block, BatchNorm already folded: temporal convolution, ReLU6, pointwise expansion,
// ReLU6, pointwise projection, plus the block's input (Yang et al., LiCo-Net, arXiv 2211.04635;
// temporal layer first). A block belongs to one stream and one thread.
#pragma once

#include <span>
#include <vector>

#include "nodes/ops/kws/cost_model.hpp"
#include "nodes/ops/kws/stream_conv.hpp"

namespace millrace::ops {

/// With C channels, k frames and E = expand * C: temporal [C][C][k] dense or [C][1][k] depthwise,
/// oldest tap first; expand [E][C]; project [C][E]; biases [C], [E], [C].
struct LicoWeights {
    LicoShape shape;
    std::vector<float> temporal, temporal_bias, expand, expand_bias, project, project_bias;
};

/// Throws Error E-KWS-010, 011 and 013 for shapes, counts and values as StreamConv does.
void check_lico_weights(const LicoWeights& weights);

/// The temporal layer's convolution.
ConvShape temporal_conv(const LicoShape& shape);

/// [n, C], [n, E] and [n, C]; the first two are after ReLU6.
struct LicoFrames {
    std::vector<float> after_temporal, after_expand, out;
};

class LicoBlock {
public:
    /// Throws what check_lico_weights throws.
    explicit LicoBlock(LicoWeights weights);

    /// `chunk` [n, C], perhaps n = 0. Between the layers values stay float64, so the outputs are
    /// rounded once. Throws Error E-KWS-012 and E-KWS-013, both before the state changes.
    LicoFrames push(std::span<const float> chunk);

    /// Forgets all frames.
    void reset() { temporal_.reset(); }

private:
    LicoWeights weights_;
    StreamConv temporal_;
};

}  // namespace millrace::ops
