// NEON with the dot-product extension, compiled for ARMv8.2.
#include "nodes/ops/kernels/neon_kernels.hpp"

namespace millrace::ops::kernels {
namespace {

struct Dot {
    static int32x4_t add(int32x4_t sum, int8x16_t digits, int8x16_t token) {
        return vdotq_s32(sum, digits, token);
    }
};

}  // namespace

const KernelTable& neon_dot_kernels() {
    static constexpr KernelTable kTable = neon_table<Dot>();
    return kTable;
}

}  // namespace millrace::ops::kernels
