// Layers of a keyword spotter in int8, TFLite's scheme: asymmetric activations, symmetric weights
// with a scale for each row, int32 biases (Jacob et al., arXiv 1712.05877; LiCo-Net,
// arXiv 2211.04635, runs on such linear layers only). Floats become integers with halves away from
// zero. A block belongs to one stream and one thread; the rest is safe on any.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nodes/ops/kws/lico_block.hpp"
#include "nodes/ops/kws/requantize.hpp"
#include "nodes/ops/kws/ring.hpp"

namespace millrace::ops {

struct FakeQuantized {
    std::vector<float> values;
    std::vector<float> gradient;  ///< of each value by its input: 0 where int8 clamped, else 1
};

/// Quantizes and dequantizes, for training that knows of int8. Throws Error E-KWS-003 for NaN and
/// E-KWS-016 for a scale that cannot be used.
FakeQuantized fake_quant(std::span<const float> values, Int8Scale scale);

/// Weights [rows][any] in [-127, 127]; a scale for each row: max|row| / 127, or 1 where that is 0.
struct Int8Weights {
    std::vector<std::int8_t> values;
    std::vector<float> scales;
};

/// Throws Error E-KWS-011 unless `rows` equal parts, at least 1, and E-KWS-013.
Int8Weights quantize_weights(std::span<const float> weights, std::int64_t rows);

/// Bias at the scale input times weight, saturated to int32. Throws Error E-KWS-011, 013, and 016.
std::vector<std::int32_t> quantize_bias(std::span<const float> bias, Int8Scale input,
                                        std::span<const float> weight_scales);

/// weight [out][in / groups]; bias [out]; weight_scales [out], or one for all. Each group reads its
/// own part of the input. Results are clamped to [low, high].
struct Int8LinearSpec {
    std::int64_t in = 1, out = 1, groups = 1;
    std::vector<std::int8_t> weight;
    std::vector<std::int32_t> bias;
    std::vector<float> weight_scales;
    Int8Scale input, output;
    int low = -128, high = 127;
};

class Int8Linear {
public:
    /// Throws Error E-KWS-010 for sizes, E-KWS-011 for counts, E-KWS-016 for scales, zero points
    /// and clamps, and E-KWS-001 for scales whose ratio is too large.
    explicit Int8Linear(Int8LinearSpec spec);

    /// bias + weight * (input - zero point) for `rows` [n, in]: [n, out], saturated to int32.
    /// Throws Error E-KWS-012 for other lengths.
    std::vector<std::int32_t> sums(std::span<const std::int8_t> rows) const;

    /// [n, out]: the sums at the output's scale.
    std::vector<std::int8_t> apply(std::span<const std::int8_t> rows,
                                   Rounding rounding = Rounding::Double) const;

    /// For each row, input scale * weight scale / output scale.
    const std::vector<FixedMultiplier>& multipliers() const { return multipliers_; }

private:
    Int8LinearSpec spec_;
    std::vector<std::int64_t> folded_bias_;  // less the input's zero point times the row's weights
    std::vector<FixedMultiplier> multipliers_;
};

/// `relu6` is the scale of both tensors after a ReLU6, `project` that of the projection alone.
struct LicoScales {
    Int8Scale input, relu6, project, out;
};

/// [n, C], [n, E], [n, C] and [n, C], as LicoFrames; `project` is before the residual sum.
struct Int8LicoFrames {
    std::vector<std::int8_t> after_temporal, after_expand, project, out;
};

/// The LiCo block of linear layers over a ring of frames that begins filled with the input's zero
/// point.
class Int8LicoBlock {
public:
    /// Throws what LicoBlock and Int8Linear throw.
    Int8LicoBlock(const LicoWeights& weights, const LicoScales& scales);

    /// `chunk` [n, C], perhaps n = 0. Throws Error E-KWS-012 before the state changes.
    Int8LicoFrames push(std::span<const std::int8_t> chunk);

    /// Forgets all frames.
    void reset() { ring_.reset(); }

private:
    std::vector<std::int8_t> window() const;

    LicoShape shape_;
    LicoScales scales_;
    Int8Linear temporal_, expand_, project_;
    FrameRing<std::int8_t> ring_;
};

}  // namespace millrace::ops
