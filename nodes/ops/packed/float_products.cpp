#include <algorithm>

#include "nodes/ops/packed/float_kernels.hpp"

namespace millrace::ops {

void float_products(std::span<const float> matrix, std::int64_t columns, std::span<const float> x,
                    std::span<const float> bias, std::span<float> out, ProductWorkspace& workspace,
                    int threads) {
    const FloatKernels& kernels = float_kernels();
    const std::int64_t rows = std::ssize(matrix) / columns, tokens = std::ssize(x) / columns;
    // Rows that stay in the nearest cache while all tokens meet them.
    const std::int64_t each = std::max<std::int64_t>(1, 8192 / columns);
    const std::int64_t parts = (rows + each - 1) / each;
    workspace.for_each_part(threads, parts, [&](int, std::int64_t part) {
        const std::int64_t first = part * each, count = std::min(each, rows - first);
        for (std::int64_t token = 0; token < tokens; ++token) {
            kernels.products(
                matrix.data() + first * columns, count, columns, x.data() + token * columns, 1,
                bias.empty() ? nullptr : bias.data() + first, out.data() + token * rows + first);
        }
    });
}

}  // namespace millrace::ops
