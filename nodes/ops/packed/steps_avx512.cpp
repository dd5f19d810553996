#include "nodes/ops/packed/code_steps.hpp"
#include "nodes/ops/packed/float_steps.hpp"

namespace millrace::ops {

const StepKernels& avx512_step_kernels() {
    static constexpr StepKernels kKernels{products_of,   weighted_rows_of, code_scores_of,
                                          code_mixes_of, log_softmax_of,   range_of,
                                          step_codes_of};
    return kKernels;
}

}  // namespace millrace::ops
