// NEON as every 64-bit ARM processor has it.
#include "nodes/ops/kernels/neon_kernels.hpp"

namespace millrace::ops::kernels {
namespace {

struct Dot {
    static int32x4_t add(int32x4_t sum, int8x16_t digits, int8x16_t token) {
        // Products of int8 fit 16 bits; the pairs are added in 32.
        const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(digits), vget_low_s8(token)));
        const int32x4_t high = vpaddlq_s16(vmull_high_s8(digits, token));
        return vaddq_s32(sum, vpaddq_s32(low, high));
    }
};

}  // namespace

const KernelTable& neon_kernels() {
    static constexpr KernelTable kTable = neon_table<Dot>();
    return kTable;
}

}  // namespace millrace::ops::kernels
