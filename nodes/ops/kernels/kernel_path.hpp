// Which instructions the packed kernels use. Plain functions, safe on any thread.
#pragma once

#include <vector>

namespace millrace::ops {

enum class KernelPath { Scalar, Avx2, Avx512Vnni, Neon, NeonDot };

/// The paths that were built and that this processor can run, slowest first; never empty.
std::vector<KernelPath> available_paths();

/// The last of them.
KernelPath best_path();

/// "scalar", "avx2", "avx512-vnni", "neon" or "neon-dot".
const char* name_of(KernelPath path);

}  // namespace millrace::ops
