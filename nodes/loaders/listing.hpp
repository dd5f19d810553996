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

/// The picture in `file`, RGB. Throws Error (E-FILE-00x when it can't be read, E-FILE-03x when it
/// is no whole picture).
types::Image load_image(const std::filesystem::path& file);

/// Items of a source that has `there` and is asked to begin at `first` and give `wanted` (0: all).
/// Throws Error E-PARAM-004 when `first` lies behind the last one.
std::uint64_t items_of(std::uint64_t there, int first, int wanted);

/// Warns, once a run, of points whose position is NaN or infinite, as damaged scans have them.
void warn_of_lost_positions(const types::PointCloud& cloud, engine::RunContext& context);

}  // namespace millrace::nodes
