// Which instructions the packed kernels use. Plain functions, safe on any thread.
#pragma once

#include <string_view>
#include <vector>

namespace millrace::ops {

enum class KernelPath { Scalar, Avx2, Avx512Vnni, Neon, NeonDot };

/// The paths that were built and that this processor can run, slowest first; never empty.
std::vector<KernelPath> available_paths();

/// The last of them, or the one that the environment's MILLRACE_KERNELS names. Throws Error
/// E-PACK-018 where it names none.
KernelPath best_path();

/// The available path of that name. Throws Error E-PACK-018.
KernelPath path_named(std::string_view name);

/// "scalar", "avx2", "avx512-vnni", "neon" or "neon-dot".
const char* name_of(KernelPath path);

}  // namespace millrace::ops
