// Quantization heat: what each layer of a quantized model does to its output, held against the
// float model on the same batches. A layer's error has two sources, so three distances are measured
// from the float layer's output y = f(x), where q is the quantized layer and x' what it reads in
// its own model:
//
//     own        q(x)  - y    its quantizers alone, on the float model's input
//     inherited  f(x') - y    the errors before it alone, through the float layer
//     total      q(x') - y    both, as it happens
//
// The first is what one would see at this layer with it alone quantized. Four passes a batch give
// all of them for all layers: one of each model, and one of each in which every layer reads the
// other model's input. Layers are those that forward functions report to a LayerProbe.
//
// How much a layer's own error hurts depends on what follows, too: its effect is the divergence of
// the output that it would cause alone, estimated for all layers together (effect.hpp) by some
// backward passes. Only sums are kept between batches; within a batch each layer's two inputs are,
// and its outputs or their sketches. A Heat is for one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nodes/ops/heat/layer_sums.hpp"
#include "nodes/ops/models/architecture.hpp"
#include "nodes/ops/quant/end_codes.hpp"
#include "nodes/types/model.hpp"

namespace millrace::ops {

/// How outputs are compared: as they are, or by sketches, of which a layer needs a kilobyte in
/// place of the float model's output, and which estimate each batch's squared error to about an
/// eighth.
enum class HeatMeasure { Exact, Sketches };

struct HeatOptions {
    HeatMeasure measure = HeatMeasure::Exact;
    /// Backward passes a batch for effects; 0: none. Each text of a batch counts as one, and n of
    /// them estimate an effect to about sqrt(2 / n).
    int draws = 4;
};

struct LayerHeat {
    std::string name;
    LayerSums own, inherited, total;
    /// Sum over output distributions of the divergence in nats, and their number.
    double effect = 0, positions = 0;
    /// Of what the layer quantizes, in its own model; of weights those of the first batch.
    EndCodes activations = {}, weights = {};

    /// Nats for each output distribution: KL(float || this layer alone quantized) to second order;
    /// NaN where it was not estimated.
    double effect_nats() const;
    bool is_rounded() const { return activations.all > 0 || weights.all > 0; }
};

class Heat {
public:
    explicit Heat(const HeatOptions& options) : options_(options) {}

    /// Adds a batch. The models have one architecture, the same layers and evaluated() tensors; a
    /// network's BatchNorm is folded where the quantized model has none. Throws Error E-QUANT-040
    /// where their layers differ, 041 where one gives NaN or infinity, which names the layer,
    /// E-NET-006 where they can't be folded; others as forward(). A batch that throws leaves no
    /// trace.
    void add(const types::Model& exact, const types::Model& quantized, const ModelInput& input);

    /// In the order of the forward pass; none before the first batch.
    const std::vector<LayerHeat>& layers() const { return layers_; }
    std::uint64_t batches() const { return batches_; }
    /// Goes on from what another had.
    void restore(std::vector<LayerHeat> layers, std::uint64_t batches) {
        layers_ = std::move(layers);
        batches_ = batches;
    }

private:
    HeatOptions options_;
    std::vector<LayerHeat> layers_;
    std::uint64_t batches_ = 0;
};

/// Numbers of the layers that have an error of their own, the hottest first: by effect, or by own
/// SQNR where effects were not estimated.
std::vector<std::size_t> hottest(const std::vector<LayerHeat>& layers);

}  // namespace millrace::ops
