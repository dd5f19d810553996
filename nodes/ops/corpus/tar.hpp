// What a plain tar archive holds and where, so that its members can be read in place. Headers are
// untrusted. Plain function, any thread. Source: POSIX.1-2017, pax, "ustar Interchange Format".
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace millrace::ops {

/// A regular file within the archive: `bytes` bytes from `offset` on.
struct TarMember {
    std::string name;
    std::uint64_t offset = 0, bytes = 0;
};

/// The regular files in the order of the archive. Throws Error: E-FILE-001 (no such file),
/// E-CORPUS-002 (more than `most` members), E-CORPUS-003 (no plain tar, damaged, or cut short).
std::vector<TarMember> list_tar(const std::filesystem::path& file, std::uint64_t most);

}  // namespace millrace::ops
