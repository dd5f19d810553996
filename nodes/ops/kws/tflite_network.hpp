// Runs an int8 keyword spotter of a .tflite file on the CPU as TensorFlow Lite's reference kernels
// do: int8 activations, symmetric int8 weights for each tensor or channel, int32 sums, gemmlowp's
// double rounding. All results are those of the reference but for SOFTMAX, worked out in float64
// (at most 1 apart in int8), and an int8 SVDF state whose zero point is not 0, where the reference
// wraps values that leave int8. A network belongs to one stream and one thread; a copy has a state
// of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "nodes/ops/kws/svdf.hpp"
#include "nodes/ops/kws/tflite_file.hpp"
#include "nodes/ops/kws/tflite_kernels.hpp"

namespace millrace::ops {

/// What a layer is and costs.
struct TfliteLayer {
    TfliteKind kind = TfliteKind::Reshape;
    std::vector<std::int64_t> shape;   ///< of its first output
    std::int64_t parameter_bytes = 0;  ///< weights and biases
    std::int64_t state_bytes = 0;      ///< kept between runs
    std::int64_t macs = 0;             ///< multiply-accumulates a run; for pooling, values read
};

class TfliteNetwork {
public:
    /// More would keep a stream waiting for seconds.
    static constexpr std::int64_t kMostMacs = std::int64_t{1} << 32;

    /// Throws Error: E-TFL-003 (more than kMostMacs, or sums of more than 65536 products),
    /// E-TFL-007 (an operator with tensors it can't have), E-TFL-008 (scales or zero points it
    /// can't have), E-TFL-009 (reads what no operator before it made, or overwrites a tensor),
    /// E-KWS-001 and E-KWS-017.
    explicit TfliteNetwork(TfliteModel model);

    /// One step: values for each input of the graph, of its type and length; gives those of each
    /// output. Throws Error E-TFL-010 for others and E-TFL-011 for NaN.
    std::vector<TfliteValues> run(std::span<const TfliteValues> inputs);

    /// Begins anew: every state becomes its zero point.
    void reset();

    /// How many of the newest runs the state depends on at most: after reset() and these runs
    /// again it is the same. 0 without a state.
    std::int64_t memory() const;

    /// In the order of execution.
    const std::vector<TfliteLayer>& summary() const { return summary_; }

    std::size_t input_count() const { return model_.inputs.size(); }
    std::size_t output_count() const { return model_.outputs.size(); }
    /// Shape, type and scale, without data.
    const TfliteTensor& input(std::size_t index) const;
    const TfliteTensor& output(std::size_t index) const;

private:
    friend class TfliteBuilder;
    using Step = std::function<void(TfliteNetwork&)>;

    template <class T>
    std::vector<T>& values(int tensor) {
        return std::get<std::vector<T>>(values_[static_cast<std::size_t>(tensor)]);
    }

    TfliteModel model_;
    std::vector<TfliteValues> values_;  ///< of each tensor
    std::vector<Int8Svdf> svdfs_;
    std::vector<Step> steps_;
    std::vector<TfliteLayer> summary_;
};

/// Floats at a tensor's scale and type, rounded half away from zero and clamped; float32 tensors
/// take them as they are. Throws Error E-TFL-008 for a tensor with several scales or none, and
/// E-TFL-011 for NaN.
TfliteValues to_tensor(std::span<const float> real, const TfliteTensor& tensor);

/// The floats that a tensor's values stand for. Throws Error E-TFL-008.
std::vector<float> to_real(const TfliteValues& values, const TfliteTensor& tensor);

}  // namespace millrace::ops
