// Vectors by register width, and the choice among AVX-512, AVX2 and any processor's code while
// running. For the kernels of sketches alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#define MILLRACE_INLINE [[gnu::always_inline]] inline

namespace millrace::engine {

/// `Bytes` is the width of a vector register; all loops below are templates over it.
template <class T, std::size_t Bytes>
struct VectorOf {
    using Type [[gnu::vector_size(Bytes)]] = T;
};

/// Converts as many values as the wider vector has lanes. A list of elements, since GCC 12 makes
/// one instruction of it, but halves of __builtin_convertvector to a wider type.
template <class Wide, class T, std::size_t... Lane>
MILLRACE_INLINE void widen(const T* values, Wide& wide, std::index_sequence<Lane...>) {
    wide = Wide{values[Lane]...};
}

enum class Level { Base, Avx2, Avx512 };

#if defined(__x86_64__)
#define MILLRACE_AVX2 [[gnu::target("avx2")]]
#if defined(__clang__)
#define MILLRACE_AVX512 [[gnu::target("avx512f,avx512dq,avx512vl,avx512bw")]]
#else
#define MILLRACE_AVX512 \
    [[gnu::target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512")]]
#endif
inline Level level() {
    static const Level best = [] {
        if (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
            __builtin_cpu_supports("avx512bw")) {
            return Level::Avx512;
        }
        return __builtin_cpu_supports("avx2") ? Level::Avx2 : Level::Base;
    }();
    return best;
}
#else
#define MILLRACE_AVX2
#define MILLRACE_AVX512
inline Level level() { return Level::Base; }
#endif

// Not by target_clones, whose resolvers crash under the thread sanitizer.
template <class Kernel>
MILLRACE_AVX512 auto run_512(const Kernel& kernel) {
    return kernel.template operator()<64>();
}
template <class Kernel>
MILLRACE_AVX2 auto run_256(const Kernel& kernel) {
    return kernel.template operator()<32>();
}

/// Calls the lambda `kernel` with the width of the best registers there are, in bytes, as template
/// argument; it and all it calls must be always_inline, to become code for them.
template <class Kernel>
auto run_best(const Kernel& kernel) {
    switch (level()) {
        case Level::Avx512:
            return run_512(kernel);
        case Level::Avx2:
            return run_256(kernel);
        default:
            return kernel.template operator()<16>();
    }
}

/// Writes a lambda for run_best() that captures by reference.
#define MILLRACE_KERNEL [&]<std::size_t Bytes>() __attribute__((always_inline))

}  // namespace millrace::engine
