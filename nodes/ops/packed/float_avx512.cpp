#include "nodes/ops/packed/float_steps.hpp"

namespace millrace::ops {

const FloatKernels& avx512_float_kernels() {
    static constexpr FloatKernels kKernels{products_of, weighted_rows_of};
    return kKernels;
}

}  // namespace millrace::ops
