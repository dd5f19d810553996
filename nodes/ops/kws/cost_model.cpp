#include "nodes/ops/kws/cost_model.hpp"

#include <fmt/format.h>

#include <initializer_list>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

void check_sizes(std::initializer_list<std::int64_t> sizes, std::int64_t least) {
    for (const std::int64_t size : sizes) {
        if (size >= least && size <= 65536) continue;
        throw engine::Error({.code = "E-KWS-006",
                             .what = "A layer has an impossible size",
                             .expected = fmt::format("{} to 65536", least),
                             .found = fmt::format("{}", size),
                             .mend = "Correct the sizes of the layer."});
    }
}

}  // namespace

LayerCost svdf_cost(const SvdfShape& shape) {
    check_sizes({shape.inputs, shape.units, shape.rank, shape.memory}, 1);
    check_sizes({shape.projection}, 0);
    const std::int64_t filters = shape.units * shape.rank;
    const std::int64_t macs =
        shape.inputs * filters + filters * shape.memory + shape.units * shape.projection;
    return {macs, filters * shape.memory, macs + shape.units + shape.projection};
}

LayerCost lico_cost(const LicoShape& shape) {
    check_sizes({shape.channels, shape.kernel, shape.expand}, 1);
    const std::int64_t channels = shape.channels, wide = shape.expand * channels;
    const std::int64_t ring = shape.kernel * channels;
    const std::int64_t temporal = shape.temporal == Temporal::Dense ? ring * channels : ring;
    const std::int64_t macs = temporal + 2 * wide * channels;
    return {macs, ring, macs + 2 * channels + wide};
}

}  // namespace millrace::ops
