// Whole files in and out. Reading checks the kind and size of a file before memory is taken;
// writing either leaves the old file or the new one, never half of one. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace millrace::visual {

/// How long a written file must live: `Disk` outlives a power cut (fsync), `Process` outlives this
/// process.
enum class Durability { Disk, Process };

inline constexpr std::uint64_t kMaxFileBytes = std::uint64_t{16} << 30;

/// The bytes of a regular file. Throws Error: E-FILE-001 when there is none, E-FILE-004 when it
/// can't be read, E-FILE-005 when it holds more than `limit` bytes, E-MEM-003 when they would not
/// fit into the memory that is free.
std::vector<std::byte> read_file_bytes(const std::filesystem::path& file,
                                       std::uint64_t limit = kMaxFileBytes);

/// Replaces the file's content by way of a temporary file in the same folder and a rename. Links
/// are followed, the permissions of an old file kept; devices and pipes are written to directly.
/// Throws Error (E-FILE-003), which names the free space when the disk is full; the old file is
/// then as it was.
void write_file_atomically(const std::filesystem::path& file, std::string_view bytes,
                           Durability durability = Durability::Disk);

/// Throws the Error (E-FILE-003) of a write of `bytes` bytes that failed with `error`, an errno;
/// says how much space is free when that is the cause. For those who write to a file piece by
/// piece.
[[noreturn]] void fail_writing(const std::filesystem::path& file, std::size_t bytes, int error);

/// Makes the folder and those it lies in, where they are missing. Throws Error (E-FILE-003).
void make_folders(const std::filesystem::path& folder);

/// Removes what killed processes left of files they were writing in `folder` and the folders in it.
/// Nobody else may be writing there.
void remove_temporaries(const std::filesystem::path& folder);

}  // namespace millrace::visual
