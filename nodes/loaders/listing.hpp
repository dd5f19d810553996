// What the sources share: lists of files, and pictures from them. Plain functions, any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/node/context.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/point_cloud.hpp"

namespace millrace::nodes {

/// `path` itself when it is a file, else the files of that folder (not of folders within) whose
/// name `fits`, sorted by name. Throws Error: E-FILE-001 when there is no such path, E-FILE-040
/// when nothing fits; `kinds` says there what was looked for.
std::vector<std::filesystem::path> list_files(const std::filesystem::path& path,
                                              const std::function<bool(std::string_view)>& fits,
                                              std::string_view kinds);

/// The files that a source gives one an item: those of a folder that fit, from one on, so many.
class FileSeries {
public:
    /// Throws as list_files() and items_of().
    void list(const engine::Path& path, const std::function<bool(std::string_view)>& fits,
              std::string_view kinds, int first, int wanted);
    std::uint64_t count() const { return count_; }
    bool has(std::uint64_t item) const { return item < count_; }
    const std::filesystem::path& operator[](std::uint64_t item) const {
        return files_[item + first_];
    }
    /// What an item is read from, for the content cache.
    std::vector<engine::Path> files(std::uint64_t item) const;

private:
    std::vector<std::filesystem::path> files_;
    std::uint64_t first_ = 0, count_ = 0;
};

/// The picture in `file`, RGB. Throws Error (E-FILE-00x when it can't be read, E-FILE-03x when it
/// is no whole picture).
types::Image load_image(const std::filesystem::path& file);

/// Items of a source that has `there` and is asked to begin at `first` and give `wanted` (0: all).
/// Throws Error E-PARAM-004 when `first` lies behind the last one.
std::uint64_t items_of(std::uint64_t there, int first, int wanted);

/// Warns, once a run, of points whose position is NaN or infinite, as damaged scans have them.
void warn_of_lost_positions(const types::PointCloud& cloud, engine::RunContext& context);

}  // namespace millrace::nodes
