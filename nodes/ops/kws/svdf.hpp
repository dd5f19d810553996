// SVDF layers, rank-constrained filters over time: Nakkiran et al. 2015; Alvarez and Park,
// arXiv 1812.02802. The integer form is that of TFLite-Micro's reference kernel. Frames are
// [T, batch, inputs], filters unit-major (filter = unit * rank + r), the state
// [batch, filters, memory] with the newest column last. A layer belongs to one stream and thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nodes/ops/kws/cost_model.hpp"
#include "nodes/ops/kws/requantize.hpp"

namespace millrace::ops {

enum class Activation { None, Relu };

/// With F = units * rank: feature [F][inputs], time [F][memory], bias [units]. The shape's
/// projection is a layer of its own and must be 0.
struct SvdfWeights {
    SvdfShape shape;
    std::vector<float> feature, time, bias;
    Activation activation = Activation::Relu;
};

class Svdf {
public:
    /// Throws Error E-KWS-017 for shapes, sizes outside 1 to 65536 and states of more than 2^24
    /// values, E-KWS-011 for counts and E-KWS-013 for values not finite.
    explicit Svdf(SvdfWeights weights, std::int64_t batch = 1);

    /// `frames` [n, batch, inputs], perhaps n = 0; gives [n, batch, units]. Throws Error E-KWS-012
    /// for other lengths and E-KWS-013, both before the state changes.
    std::vector<float> push(std::span<const float> frames);

    /// Forgets all frames.
    void reset();
    std::span<const float> state() const { return state_; }

private:
    SvdfWeights weights_;
    std::int64_t batch_;
    std::vector<float> state_;
};

/// Width of the state: feature sums are clamped to it.
enum class SvdfState { Int16, Int8 };

/// Feature weights are int8 and time weights fit the state's type; each has one scale and zero
/// point 0. The bias has the scale state * time.
struct Int8SvdfWeights {
    SvdfShape shape;
    SvdfState state_type = SvdfState::Int16;
    std::vector<std::int8_t> feature;
    std::vector<std::int16_t> time;
    std::vector<std::int32_t> bias;
    float feature_scale = 1, time_scale = 1;
    Int8Scale input, state, output;
};

/// No activation is applied: an output whose zero point is -128 acts as ReLU.
class Int8Svdf {
public:
    /// Throws Error E-KWS-017 as Svdf does, also for scales not positive, zero points outside int8,
    /// time weights outside the state's type and an int16 state whose zero point is not 0;
    /// E-KWS-011; and E-KWS-001 for scales whose ratio is too large.
    explicit Int8Svdf(Int8SvdfWeights weights, std::int64_t batch = 1);

    /// As Svdf::push. Sums beyond int32 saturate.
    std::vector<std::int8_t> push(std::span<const std::int8_t> frames);

    /// Every value of the state becomes its zero point.
    void reset();

    /// Held in int16 even for an int8 state, as a zero point other than 0, which is added after the
    /// clamp, can lead out of int8.
    std::span<const std::int16_t> state() const { return state_; }

private:
    Int8SvdfWeights weights_;
    std::int64_t batch_;
    FixedMultiplier to_state_, to_output_;
    std::vector<std::int16_t> state_;
};

}  // namespace millrace::ops
