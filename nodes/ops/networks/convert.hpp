// From a float network with ranges to the int8 network of the device. Plain functions, any thread;
// a meter belongs to one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nodes/ops/kws/network_file.hpp"
#include "nodes/ops/networks/network.hpp"

namespace millrace::ops {

/// Post-training quantization: the ranges of a network's device tensors over examples.
class RangeMeter {
public:
    /// `percentile` of the values lie below the range's end, and as many above its beginning; 100
    /// is the least and the greatest. `network` has "quantization".
    RangeMeter(const Network& network, double percentile);

    /// [batch, frames, features]. Throws what forward() throws.
    void add(const NamedTensors& parameters, const NamedTensors& buffers,
             const at::Tensor& features);

    /// The buffers with the ranges so far: of the widest batch. Throws Error E-NET-007 before any
    /// example has come.
    NamedTensors buffers(const NamedTensors& buffers) const;

private:
    struct Range {
        double low = 0, high = 0;
    };
    const Network& network_;
    double percentile_;
    std::map<std::string, Range> ranges_;
};

/// The integers of weights, biases and multipliers, TFLite's scheme. Features are normalized before
/// they become int8; the two vectors for that stand in the metadata, as "mean" and "scale", beside
/// the spec's input, readout and classes. Throws Error E-NET-007 for a network without ranges or
/// with a layer that the device has not, and what network_bytes() throws.
Int8Network to_int8(const Network& network, const NamedTensors& parameters,
                    const NamedTensors& buffers, SvdfDiscipline discipline);

/// What rounding does to one tensor of the device, over examples.
struct RoundingError {
    std::string name;
    double sqnr_db = 0;  ///< signal over the rounding's error, own and inherited
    double clipped = 0;  ///< share of the values beyond the range
};

/// Of every device tensor in turn: the float network against the one that rounds.
std::vector<RoundingError> rounding_errors(const Network& network, const NamedTensors& parameters,
                                           const NamedTensors& buffers, const at::Tensor& features);

}  // namespace millrace::ops
