// Files that are compressed as a whole, by libarchive: gzip, bzip2, xz, lz4 and zstd. For the
// sources of this folder. Bytes are untrusted; memory is bounded. Plain functions, any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace millrace::ops {

/// Whether bytes begin as a file of one of these programs does.
bool is_packed(std::string_view bytes);

/// What was compressed; `file` names it in errors. Throws Error E-TEXT-021 where the bytes are
/// damaged, cut short or compressed twice, and E-FILE-005 where they become more than `most`.
std::string unpacked(std::string_view bytes, std::uint64_t most, const std::filesystem::path& file);

}  // namespace millrace::ops
