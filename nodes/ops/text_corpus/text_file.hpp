// Text files as the readers of corpora take them: whole, checked for what is no text, in lines.
// Files are untrusted; their size is bounded. Plain functions, any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::ops {

/// Most bytes of one file, as it is and unpacked.
inline constexpr std::uint64_t kMostFileText = std::uint64_t{1} << 30;
/// Longer lines of records (JSON, package indices) are counted as too long, and not taken apart.
inline constexpr std::size_t kMostLineBytes = std::size_t{1} << 20;

/// The file's bytes. Throws Error E-FILE-001, E-FILE-004, E-FILE-005 as visual::read_file_bytes().
std::string read_bytes(const std::filesystem::path& file, std::uint64_t most = kMostFileText);

/// The file's text, unpacked where the file is compressed (gzip, bzip2, xz, lz4, zstd), without a
/// byte order mark; single lines may still be no UTF-8. Throws also Error E-TEXT-021 (compressed
/// data that are damaged) and E-TEXT-022 (UTF-16, or zero bytes, which no text has).
std::string read_text_file(const std::filesystem::path& file, std::uint64_t most = kMostFileText);

/// Lines without their ends (\n or \r\n); the end of the last line begins no other.
std::vector<std::string_view> lines_of(std::string_view text);

/// Without blanks, tabs and line ends at both ends.
std::string_view trimmed_text(std::string_view text);

}  // namespace millrace::ops
