#include "nodes/ops/packed/float_kernels.hpp"

namespace millrace::ops {

const FloatKernels& float_kernels() { return plain_float_kernels(); }

}  // namespace millrace::ops
