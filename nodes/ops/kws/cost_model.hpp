// Cost of one frame through a layer of a keyword spotter, counted and not measured. Plain
// functions, safe on any thread.
#pragma once

#include <cstdint>

namespace millrace::ops {

/// Multiply-accumulates per frame, elements kept between frames, parameters with biases.
struct LayerCost {
    std::int64_t macs_per_frame = 0, state_elements = 0, parameters = 0;
};

/// `units` of `rank` filters over `memory` frames; `projection` 0 means none.
struct SvdfShape {
    std::int64_t inputs = 1, units = 1, rank = 1, memory = 1, projection = 0;
};

enum class Temporal { Dense, Depthwise };

/// A block whose ring holds `kernel` frames and whose middle is `expand` times as wide.
struct LicoShape {
    std::int64_t channels = 1, kernel = 1, expand = 1;
    Temporal temporal = Temporal::Dense;
};

/// Both throw Error E-KWS-006 for sizes outside 1 to 65536 (projection: 0 to 65536).
LayerCost svdf_cost(const SvdfShape& shape);
LayerCost lico_cost(const LicoShape& shape);

}  // namespace millrace::ops
