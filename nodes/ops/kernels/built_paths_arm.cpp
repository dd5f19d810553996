#include <asm/hwcap.h>
#include <sys/auxv.h>

#include <array>

#include "nodes/ops/kernels/built_paths.hpp"

namespace millrace::ops::kernels {

std::span<const BuiltPath> built_paths() {
    static const std::array<BuiltPath, 2> kPaths = {
        {{KernelPath::Neon, &neon_kernels(), &scalar_kv_kernels(), true},
         {KernelPath::NeonDot, &neon_dot_kernels(), &scalar_kv_kernels(),
          (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0}}};
    return kPaths;
}

}  // namespace millrace::ops::kernels
