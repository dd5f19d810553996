#include <algorithm>

#include "nodes/ops/packed/step_kernels.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kNearFloats = 8192, kPartsAThread = 16;

}  // namespace

const StepKernels& step_kernels() {
    static const StepKernels& kBest = step_kernels(best_path());
    return kBest;
}

void float_products(std::span<const float> matrix, std::int64_t columns, std::span<const float> x,
                    std::span<const float> bias, std::span<float> out, ProductWorkspace& workspace,
                    int threads) {
    const StepKernels& kernels = step_kernels();
    const std::int64_t rows = std::ssize(matrix) / columns, tokens = std::ssize(x) / columns;
    // Of several tokens, rows that stay in the nearest cache while all meet them; of one, parts so
    // long that the processor sees a stream.
    const std::int64_t each = tokens == 1
                                  ? std::max<std::int64_t>(1, rows / (threads * kPartsAThread))
                                  : std::max<std::int64_t>(1, kNearFloats / columns);
    const std::int64_t parts = (rows + each - 1) / each;
    workspace.for_each_part(threads, parts, [&](int, std::int64_t part) {
        const std::int64_t first = part * each, count = std::min(each, rows - first);
        for (std::int64_t token = 0; token < tokens; ++token) {
            kernels.products(matrix.data() + first * columns, count, columns, columns,
                             x.data() + token * columns, 1,
                             bias.empty() ? nullptr : bias.data() + first,
                             out.data() + token * rows + first);
        }
    });
}

}  // namespace millrace::ops
