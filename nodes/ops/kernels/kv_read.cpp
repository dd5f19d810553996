#include "nodes/ops/kernels/kv_read.hpp"

#include "nodes/ops/kernels/kv_steps.hpp"

namespace millrace::ops::kernels {

const KvKernels& scalar_kv_kernels() {
    static constexpr KvKernels kKernels = {
        .keys = keys_of<ScalarSteps>, .values = values_of<ScalarSteps>, .turn = ScalarSteps::turn};
    return kKernels;
}

}  // namespace millrace::ops::kernels
