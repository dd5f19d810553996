#include "nodes/ops/kernels/built_paths.hpp"

namespace millrace::ops::kernels {

std::span<const BuiltPath> built_paths() { return {}; }

}  // namespace millrace::ops::kernels
