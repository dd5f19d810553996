#include "nodes/ops/packed/step_kernels.hpp"

namespace millrace::ops {

const StepKernels& step_kernels(KernelPath) { return plain_step_kernels(); }

}  // namespace millrace::ops
