// Made tensors for the tests of the tensor viewer.
#pragma once

#include <numeric>
#include <utility>
#include <vector>

#include "viewers/tensor/planes.hpp"
#include "viewers/viewer.hpp"

namespace millrace::tests {

inline visual::TensorBlock tensor(std::vector<std::int64_t> shape,
                                  visual::TensorBlock::Values values, std::string dtype = "F32") {
    return {.name = {},
            .dtype = std::move(dtype),
            .full_shape = shape,
            .start = std::vector<std::int64_t>(shape.size(), 0),
            .shape = shape,
            .values = std::move(values),
            .whole = {}};
}

/// 0, 1, 2 … row-major.
inline visual::TensorBlock counting(std::vector<std::int64_t> shape) {
    std::vector<float> values(static_cast<std::size_t>(*visual::count_of(shape)));
    std::iota(values.begin(), values.end(), 0.0F);
    return tensor(std::move(shape), std::move(values));
}

inline viewers::TensorPlanes planes_of(visual::TensorBlock block) {
    const auto shared = std::make_shared<const visual::TensorBlock>(std::move(block));
    return {shared, viewers::default_layout(shared->full_shape)};
}

inline viewers::Viewer::Shared shared(visual::TensorBlock block) {
    return std::make_shared<const visual::Visual>(std::move(block));
}

}  // namespace millrace::tests
