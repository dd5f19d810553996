// Networks over frames of a sequence, described by a list of layers in JSON: what the spotters and
// other streaming models are built from. Every layer is causal, so a network gives the same frames
// whether it sees a sequence whole or in parts. A Network holds no tensor; it is immutable and safe
// on any thread.
//
//     {"name": "…", "input": {"features": 40}, "classes": ["yes", …],
//      "readout": {"kind": "mean", "frames": 60},
//      "layers": [{"name": "stem", "type": "conv", "out": 32}, {"name": "act", "type": "relu6"},
//      …]}
//
// A frame is [positions, channels]; the input is [1, features]. A layer reads the one before it, or
// "from". Types and their arguments, with defaults:
//     normalize                       (x - mean) / deviation for each feature
//     spread                          [1, C] becomes [C, 1]: features as positions
//     conv       out, kernel 1, bias true, depthwise false; over positions: frequency_kernel 1,
//                frequency_stride 1, zero padding so that ceil(positions / stride) come out.
//                Weights [out, kernel, frequency_kernel, channels], depthwise [kernel,
//                frequency_kernel, channels]; the oldest tap is first
//     svdf       units, rank 1, memory (Nakkiran et al. 2015; no activation)
//     batch_norm, relu, relu6, mean (over positions), dropout share
//     add        with: the sum with that layer's output
//
// With "quantization" {"freeze_after": steps} the network has ranges of its device tensors as
// buffers "name.low" and "name.high", and rounds weights and these tensors in every pass.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value.hpp"
#include "nodes/ops/training/optimizers.hpp"

namespace millrace::ops {

struct FrameShape {
    std::int64_t positions = 1, channels = 1;
    std::int64_t size() const { return positions * channels; }
    friend bool operator==(const FrameShape&, const FrameShape&) = default;
};

enum class LayerKind { Normalize, Spread, Conv, Svdf, BatchNorm, Relu, Relu6, Mean, Dropout, Add };

/// The word that a spec has for it.
std::string_view to_text(LayerKind kind);

constexpr int kInput = -1;  ///< as a layer's number: the network's input

struct Layer {
    std::string name;
    LayerKind kind = LayerKind::Conv;
    int from = kInput, with = kInput;  ///< numbers of layers
    FrameShape in, out;
    std::int64_t kernel = 1, frequency_kernel = 1, frequency_stride = 1, pad_low = 0, pad_high = 0;
    bool depthwise = false, bias = false;
    std::int64_t units = 0, rank = 1, memory = 1;
    double share = 0;  ///< dropout

    /// Multiply-accumulates for a frame.
    std::int64_t macs() const;
};

/// How the frames' outputs become one for the sequence.
struct Readout {
    enum class Kind { Mean, Max } kind = Kind::Mean;
    std::int64_t frames = 0;  ///< the last so many; 0: all
};

/// Training that knows of int8: tensors and weights are rounded as the device will, see int8.hpp.
struct Quantization {
    bool on = false;
    std::int64_t freeze_after = 0;  ///< steps after which ranges rest; 0: they always move
};

class Network {
public:
    /// Throws Error E-NET-001 for a spec that is malformed, E-NET-002 for layers that don't fit
    /// together and E-NET-003 for sizes out of range.
    explicit Network(const engine::Value& spec);

    const engine::Value& spec() const { return spec_; }
    const std::vector<Layer>& layers() const { return layers_; }
    FrameShape input() const { return input_; }
    FrameShape output() const;
    const Readout& readout() const { return readout_; }
    const std::vector<std::string>& classes() const { return classes_; }
    const Quantization& quantization() const { return quantization_; }
    /// Whether layer `number` is computed in one with the activation behind it, its only reader.
    bool is_fused(int number) const;
    /// Tensors that are int8 on the device, by the names that Pass::watch has for them, and states
    /// of SVDF layers, which are int16.
    std::vector<std::string> device_tensors() const;
    /// Those among them whose range is that of their clamp.
    std::vector<std::string> fixed_ranges() const;
    /// Frames before the newest that an output depends on.
    std::int64_t history() const;
    std::int64_t macs_per_frame() const;

    /// Names and shapes of what the network needs.
    using Shapes = std::map<std::string, std::vector<std::int64_t>, std::less<>>;
    Shapes parameter_shapes() const;
    Shapes buffer_shapes() const;

    /// First parameters: weights from a normal distribution (He et al. 2015, by the inputs of a
    /// unit), biases 0, keyed by seed and name; and first buffers, float32.
    NamedTensors initial_parameters(std::uint64_t seed) const;
    NamedTensors initial_buffers() const;

    /// Throws Error E-NET-004 where names or shapes are not those of this network: a checkpoint of
    /// another architecture.
    void check_tensors(const NamedTensors& parameters, const NamedTensors& buffers) const;

private:
    engine::Value spec_;
    std::vector<Layer> layers_;
    FrameShape input_;
    Readout readout_;
    Quantization quantization_;
    std::vector<std::string> classes_;
};

/// Sums over all processes that train together; null in a process by itself.
class Reducer {
public:
    virtual ~Reducer() = default;
    virtual void sum(at::Tensor& tensor) const = 0;
    virtual void most(at::Tensor& tensor) const = 0;  ///< the largest of each element
};

/// Whether a network with ranges rounds: off for measuring them.
enum class DeviceRounding { On, Off };

/// Added to the variance of features.
inline constexpr double kFeatureEpsilon = 1e-4;  // of log energies, a hundredth of a neper squared

class LayerProbe;

/// What a pass through a network needs beside its tensors.
struct Pass {
    bool training = false;             ///< batch statistics and dropout
    std::uint64_t seed = 0, item = 0;  ///< with the layer's name the key of dropout
    NamedTensors* updates = nullptr;   ///< in training, the buffers' new values go here
    /// The frames that layers keep between the parts of a stream; none at its beginning.
    NamedTensors* state = nullptr;
    /// Every layer's output by the layer's name, and what an SVDF layer keeps as "name/state".
    std::function<void(const std::string&, const at::Tensor&)> watch = {};
    DeviceRounding rounding = DeviceRounding::On;
    std::uint64_t step = 0;  ///< optimizer steps so far, for ranges that come to rest
    const Reducer* reducer = nullptr;
    LayerProbe* probe = nullptr;  ///< looks into the layers, see layer_probe.hpp
};

/// `features` [batch, frames, features] float32 or float64 gives [batch, frames, outputs].
/// Gradients go by autograd. Throws Error E-NET-005 for another shape.
at::Tensor forward(const Network& network, const NamedTensors& parameters,
                   const NamedTensors& buffers, const at::Tensor& features, const Pass& pass);

/// [batch, frames, outputs] to [batch, outputs]. Throws Error E-NET-005 where there are no frames.
at::Tensor read_out(const Readout& readout, const at::Tensor& frames);

/// The first layer that gives NaN or infinity for these features; empty where all are finite.
std::string first_not_finite(const Network& network, const NamedTensors& parameters,
                             const NamedTensors& buffers, const at::Tensor& features,
                             const Pass& pass);

}  // namespace millrace::ops
