#include "nodes/loaders/listing.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "engine/visual/io/files.hpp"
#include "nodes/ops/image/image_codec.hpp"

namespace millrace::nodes {

std::vector<std::filesystem::path> list_files(const std::filesystem::path& path,
                                              const std::function<bool(std::string_view)>& fits,
                                              std::string_view kinds) {
    std::error_code failed;
    if (std::filesystem::is_regular_file(path, failed)) return {path};
    std::filesystem::directory_iterator folder(path, failed);
    if (failed) {
        throw engine::Error({.code = "E-FILE-001",
                             .what = "No such file or folder",
                             .expected = fmt::format("a file or a folder with {}", kinds),
                             .found = failed.message(),
                             .where = path.string()});
    }
    std::vector<std::filesystem::path> files;
    for (; folder != std::filesystem::directory_iterator(); folder.increment(failed)) {
        std::error_code unknown;
        if (folder->is_regular_file(unknown) && fits(folder->path().filename().string()))
            files.push_back(folder->path());
        if (failed) break;
    }
    if (files.empty()) {
        throw engine::Error({.code = "E-FILE-040",
                             .what = "The folder holds nothing to load",
                             .expected = std::string(kinds),
                             .found = "no such file",
                             .where = path.string(),
                             .mend = "Name the folder that holds the files themselves."});
    }
    std::ranges::sort(files);
    return files;
}

types::Image load_image(const std::filesystem::path& file) {
    constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;
    return ops::decode_image(visual::read_file_bytes(file, kMostBytes), file.string());
}

std::uint64_t items_of(std::uint64_t there, int first, int wanted) {
    const auto start = static_cast<std::uint64_t>(std::max(first, 0));
    if (start >= there) {
        throw engine::Error(
            {.code = "E-PARAM-004",
             .what = "The first frame lies behind the last one",
             .expected = fmt::format("0 to {}", there - std::min<std::uint64_t>(there, 1)),
             .found = fmt::format("{}", first),
             .where = "first",
             .mend = "Set first to a smaller number."});
    }
    const std::uint64_t rest = there - start;
    return wanted > 0 ? std::min(rest, static_cast<std::uint64_t>(wanted)) : rest;
}

void warn_of_lost_positions(const types::PointCloud& cloud, engine::RunContext& context) {
    const auto lost = std::ranges::count_if(cloud.points, [](const types::Point& point) {
        return !std::isfinite(point.x) || !std::isfinite(point.y) || !std::isfinite(point.z);
    });
    if (lost == 0) return;
    context.warn("Some points have no finite position (NaN); nodes that need one pass over them");
    context.log(fmt::format("item {}: {} of {} points without a finite position", context.item(),
                            lost, cloud.points.size()));
}

void FileSeries::list(const engine::Path& path, const std::function<bool(std::string_view)>& fits,
                      std::string_view kinds, int first, int wanted) {
    files_ = list_files(path.text, fits, kinds);
    count_ = items_of(files_.size(), first, wanted);
    first_ = static_cast<std::uint64_t>(first);
}

std::vector<engine::Path> FileSeries::files(std::uint64_t item) const {
    if (!has(item)) return {};
    return {{(*this)[item].string()}};
}

}  // namespace millrace::nodes
