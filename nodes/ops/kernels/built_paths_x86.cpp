#include <array>

#include "nodes/ops/kernels/built_paths.hpp"

namespace millrace::ops::kernels {

std::span<const BuiltPath> built_paths() {
    static const std::array<BuiltPath, 2> kPaths = [] {
        const bool avx2 = __builtin_cpu_supports("avx2");
        const bool avx512 =
            avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
        return std::array<BuiltPath, 2>{
            {{KernelPath::Avx2, &avx2_kernels(), &avx2_kv_kernels(), avx2},
             {KernelPath::Avx512Vnni, &avx512_kernels(), &avx2_kv_kernels(), avx512}}};
    }();
    return kPaths;
}

}  // namespace millrace::ops::kernels
