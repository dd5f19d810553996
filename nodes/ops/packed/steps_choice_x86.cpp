#include "nodes/ops/packed/step_kernels.hpp"

namespace millrace::ops {

const StepKernels& step_kernels(KernelPath path) {
    if (path == KernelPath::Avx512Vnni) return avx512_step_kernels();
    return path == KernelPath::Avx2 ? avx2_step_kernels() : plain_step_kernels();
}

}  // namespace millrace::ops
