// The vector paths of the processor family the program is built for; one source of each family
// implements it. For the sources of this folder.
#pragma once

#include <span>

#include "nodes/ops/kernels/kernel_table.hpp"
#include "nodes/ops/kernels/kv_read.hpp"

namespace millrace::ops::kernels {

struct BuiltPath {
    KernelPath path;
    const KernelTable* table;
    const KvKernels* kv;
    bool runs;  ///< on this processor
};

/// Slowest first. The processor is asked once.
std::span<const BuiltPath> built_paths();

}  // namespace millrace::ops::kernels
