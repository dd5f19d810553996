// LZF, the byte compression of PCD's binary_compressed (format of Marc Lehmann's LibLZF). Private
// to the PCD reader and writer and their tests. Stateless; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace millrace::visual::io {

/// The most that `compressed` bytes can grow to: 3 bytes stand for at most 264.
constexpr std::uint64_t lzf_largest(std::uint64_t compressed) { return compressed * 88; }

/// Always succeeds; incompressible data grow by a 32nd.
std::string lzf_compress(std::span<const std::byte> bytes);

struct LzfResult {
    std::vector<std::byte> bytes;
    bool valid = false;    ///< exactly `size` bytes came out and all input was used
    std::size_t stop = 0;  ///< input byte at which it ended or broke
};

/// Takes `size` bytes of memory: check it against lzf_largest() first.
LzfResult lzf_decompress(std::span<const std::byte> bytes, std::size_t size);

}  // namespace millrace::visual::io
