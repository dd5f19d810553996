// BART worked out by loops over doubles, apart from any tensor library's operations: what the
// passes of nodes/ops/language are compared with. Without quantization and dropout.
#pragma once

#include <cstdint>
#include <vector>

#include "nodes/ops/language/bart.hpp"

namespace millrace::testing {

struct Matrix {
    std::size_t rows = 0, columns = 0;
    std::vector<double> values;

    Matrix(std::size_t height, std::size_t width)
        : rows(height), columns(width), values(height * width) {}
    double& at(std::size_t row, std::size_t column) { return values[row * columns + column]; }
    double at(std::size_t row, std::size_t column) const { return values[row * columns + column]; }
};

/// [target time, vocabulary] of one source, of which the first `real` tokens count, and one target.
Matrix reference_logits(const ops::Bart& bart, const ops::NamedTensors& parameters,
                        const ops::NamedTensors& buffers, const std::vector<std::int64_t>& source,
                        std::size_t real, const std::vector<std::int64_t>& target);

}  // namespace millrace::testing
