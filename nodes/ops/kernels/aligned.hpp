// Memory at cache lines, for the sources of this folder.
#pragma once

#include <cstdint>
#include <memory>

namespace millrace::ops::kernels {

/// `bytes` zeros, aligned to 64 bytes or, where large, to pages of 2 MiB that the system is asked
/// to map as such: a matrix read once a token misses the table of small pages all the time.
std::shared_ptr<std::uint8_t> aligned_zeros(std::int64_t bytes);

}  // namespace millrace::ops::kernels
