// A keyword spotter that listens: samples in, class probabilities out, frame by frame as they come.
// The float network and the int8 network of the device behind one face. A spotter belongs to one
// stream and one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/value.hpp"
#include "nodes/ops/audio/features.hpp"
#include "nodes/ops/networks/network.hpp"

namespace millrace::ops {

/// A network over frames of features with the frames it remembers.
class FrameNetwork {
public:
    virtual ~FrameNetwork() = default;
    /// [frames, features] to the logits [frames, classes].
    virtual std::vector<float> push(std::span<const float> features) = 0;
    virtual void reset() = 0;
    /// Frames before the newest that an output depends on: pushing them again restores the state.
    virtual std::int64_t history() const = 0;
    virtual const std::vector<std::string>& classes() const = 0;
    virtual const Readout& readout() const = 0;
    virtual FrontEnd front_end() const = 0;
};

/// Throws Error E-SPOT-001 for a spec without front end, E-SPOT-008 for one whose features or
/// classes are not as many as the network has, E-NET-00x for tensors that don't fit.
std::unique_ptr<FrameNetwork> float_network(const engine::Value& spec,
                                            const NamedTensors& parameters,
                                            const NamedTensors& buffers);

/// Of the bytes of a network file, run by kws_runtime.hpp. Throws Error E-SPOT-002 for a file that
/// the runtime refuses or whose metadata lacks the front end.
std::unique_ptr<FrameNetwork> device_network(const std::string& bytes);

/// Frames of a spotter, [frames, classes] each.
struct Heard {
    std::vector<float> logits;
    std::vector<float> probabilities;  ///< softmax of the read-out of the logits so far
};

class Spotter {
public:
    explicit Spotter(std::unique_ptr<FrameNetwork> network);

    const FrameNetwork& network() const { return *network_; }
    double frames_per_second() const;

    /// Samples of one channel at the front end's rate, any number of them; gives the frames that
    /// they complete.
    Heard push(std::span<const float> samples);
    void reset();

    /// What a checkpoint keeps; restoring it goes on with the same bits in int8, and within
    /// rounding in float.
    struct State {
        std::vector<float> waiting;   ///< samples
        std::int64_t received = 0;    ///< samples
        std::vector<float> features;  ///< the newest frames, as many as the network remembers
        std::vector<float> logits;    ///< the newest frames, as many as the read-out reaches over
        std::int64_t frames = 0;
    };
    State state() const;
    /// Throws Error E-SPOT-003 for a state of another network, E-AUDIO-004 for samples that are not
    /// those of a front end.
    void restore(const State& state);

private:
    /// Frames that the probabilities are of.
    std::size_t reach() const;
    void read_out(std::span<const float> logits, std::vector<float>& probabilities);

    std::unique_ptr<FrameNetwork> network_;
    FeatureExtractor features_;
    std::deque<float> recent_;  ///< features of the frames that the network remembers
    std::deque<float> window_;  ///< logits that the read-out reaches over
    std::int64_t frames_ = 0;
};

}  // namespace millrace::ops
