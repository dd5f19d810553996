// What the listings of corpora share: a folder's entries, counted and sorted. One listing owns one
// budget; plain functions, any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::ops {

/// How many entries a listing may still look at.
struct EntryBudget {
    std::uint64_t most = 0, seen = 0;
};

struct FolderEntries {
    std::vector<std::filesystem::path> folders, files;  ///< sorted by name; links are followed
};

/// What lies in the folder itself. Throws Error: E-FILE-001 (no such folder), E-FILE-004 (it can't
/// be read), E-CORPUS-002 (more entries than the budget has left).
FolderEntries entries_of(const std::filesystem::path& folder, EntryBudget& budget);

/// Throws Error E-CORPUS-001: the folder holds no recordings of the layout that `expected` tells.
[[noreturn]] void fail_empty(const std::filesystem::path& root, std::string expected);

}  // namespace millrace::ops
