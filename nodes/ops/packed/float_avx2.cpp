#include "nodes/ops/packed/float_steps.hpp"

namespace millrace::ops {

const FloatKernels& avx2_float_kernels() {
    static constexpr FloatKernels kKernels{products_of, weighted_rows_of};
    return kKernels;
}

}  // namespace millrace::ops
