#include "nodes/ops/kernels/kernel_path.hpp"
#include "nodes/ops/packed/float_kernels.hpp"

namespace millrace::ops {

const FloatKernels& float_kernels() {
    static const KernelPath kBest = best_path();
    if (kBest == KernelPath::Avx512Vnni) return avx512_float_kernels();
    return kBest == KernelPath::Avx2 ? avx2_float_kernels() : plain_float_kernels();
}

}  // namespace millrace::ops
