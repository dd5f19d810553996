#include "nodes/ops/kernels/kernel_path.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "engine/problem.hpp"
#include "nodes/ops/kernels/built_paths.hpp"
#include "nodes/ops/kernels/kernel_table.hpp"

namespace millrace::ops {

std::vector<KernelPath> available_paths() {
    std::vector<KernelPath> paths = {KernelPath::Scalar};
    for (const kernels::BuiltPath& built : kernels::built_paths()) {
        if (built.runs) paths.push_back(built.path);
    }
    return paths;
}

KernelPath best_path() {
    static const char* const kChosen = std::getenv("MILLRACE_KERNELS");
    if (kChosen && *kChosen) return path_named(kChosen);
    KernelPath best = KernelPath::Scalar;
    for (const kernels::BuiltPath& built : kernels::built_paths()) {
        if (built.runs) best = built.path;
    }
    return best;
}

KernelPath path_named(std::string_view name) {
    std::string names;
    for (const KernelPath path : available_paths()) {
        if (name == name_of(path)) return path;
        names += fmt::format("{}{}", names.empty() ? "" : ", ", name_of(path));
    }
    throw engine::Error({.code = "E-PACK-018",
                         .what = "This processor or program has no such kernels",
                         .expected = names,
                         .found = std::string(name),
                         .mend = "Set MILLRACE_KERNELS to one of these, or not at all."});
}

const char* name_of(KernelPath path) {
    switch (path) {
        case KernelPath::Avx2:
            return "avx2";
        case KernelPath::Avx512Vnni:
            return "avx512-vnni";
        case KernelPath::Neon:
            return "neon";
        case KernelPath::NeonDot:
            return "neon-dot";
        case KernelPath::Scalar:
            break;
    }
    return "scalar";
}

namespace kernels {

const KernelTable& kernels_of(KernelPath path) {
    if (path == KernelPath::Scalar) return scalar_kernels();
    for (const BuiltPath& built : built_paths()) {
        if (built.runs && built.path == path) return *built.table;
    }
    throw engine::Error({.code = "E-PACK-014",
                         .what = "This processor or program lacks the asked instructions",
                         .expected = fmt::format("{} or less", name_of(best_path())),
                         .found = name_of(path),
                         .mend = "Leave the choice to best_path()."});
}

}  // namespace kernels
}  // namespace millrace::ops
