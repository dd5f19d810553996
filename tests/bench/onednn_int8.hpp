// The int8 product of oneDNN, to compare with; left out where the library is not installed.
#pragma once

#include <cstdint>
#include <functional>

namespace millrace::bench {

/// Multiplies int8 tokens [tokens, columns] with int8 weights [rows, columns], which are brought
/// into the library's own order beforehand, to float32. Empty where the benchmarks were built
/// without it.
std::function<void()> onednn_int8(std::int64_t tokens, std::int64_t rows, std::int64_t columns);

}  // namespace millrace::bench
