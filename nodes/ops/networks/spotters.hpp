// Specs of keyword spotters, each of which scales: see network.hpp for what a spec is. All give the
// logits of every frame. Plain functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/value.hpp"
#include "nodes/ops/kws/cost_model.hpp"

namespace millrace::ops {

/// What any spotter is asked.
struct SpotterTask {
    std::int64_t features = 40;        ///< in a frame
    std::vector<std::string> classes;  ///< at least 2
    std::int64_t readout_frames = 0;   ///< the mean over so many last frames; 0: all
    std::string front_end = {};        ///< JSON of how features are made, kept with the model
};

/// Yang et al., LiCo-Net, arXiv 2211.04635; the order of layers, widths and head are those that the
/// project chose where the paper's body was not at hand: pointwise stem, then blocks of a temporal
/// convolution, an expansion and a linear projection with a residual sum, then a linear layer.
struct LicoNet {
    std::int64_t channels = 32, kernel = 5, expand = 3, blocks = 3;
    Temporal temporal = Temporal::Dense;
};
engine::Value lico_net_spec(const LicoNet& net, const SpotterTask& task);

/// Layers of SVDF filters, ReLU and a linear projection (Nakkiran et al. 2015; Alvarez and Park,
/// arXiv 1812.02802).
struct SvdfNet {
    std::int64_t units = 128, rank = 1, memory = 10, projection = 64, layers = 3;
};
engine::Value svdf_net_spec(const SvdfNet& net, const SpotterTask& task);

/// Depthwise separable convolutions over time and frequency (Zhang et al., arXiv 1711.07128), made
/// causal in time and without stride over it, so that it streams.
struct DsCnn {
    std::int64_t channels = 24, blocks = 3, kernel = 3, first_kernel = 4;
    std::int64_t frequency_kernel = 3, first_frequency_kernel = 8, first_frequency_stride = 4;
};
engine::Value ds_cnn_spec(const DsCnn& net, const SpotterTask& task);

}  // namespace millrace::ops
