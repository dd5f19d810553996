#include "engine/node.hpp"
#include "engine/visual/io/cloud_io.hpp"
#include "nodes/loaders/listing.hpp"
#include "nodes/types/point_cloud.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct CloudFiles {
    engine::Path path;
    int first = 0;
    int frames = 0;

    static engine::NodeSpec spec() {
        return {
            .id = "loaders.cloud_files",
            .title = "Cloud files",
            .group = "Sources",
            .doc = "Gives the clouds of a folder (KITTI and nuScenes .bin, PCD, PLY, XYZ, LAS) in the order of their names. "
                   "Coordinates far from zero, as LAS files have them, keep their digits: the cloud's origin takes the large part.",
            .outputs = {{"cloud", "[N] points in the file's own frame, metres, with all fields of the file"}, {"name", "Name of the file without its ending"}},
            .params = {{.name = "path", .field = &CloudFiles::path, .doc = "A cloud file, or a folder of them", .required_path = true},
                       {.name = "first", .field = &CloudFiles::first, .range = {0, 1e9}, .doc = "Number of the first file, from 0"},
                       {.name = "frames", .field = &CloudFiles::frames, .range = {0, 1e9}, .doc = "How many files; 0 means all"}},
            .tags = {"lidar", "pcd", "ply", "las", "xyz"},
            .pure = true,
            .resource = engine::Resource::Disk,
        };
    }

    void start() {
        files_.list(path, [](std::string_view name) { return visual::format_of(name).has_value(); },
                            ".bin, .pcd, .ply, .xyz, .txt, .csv or .las clouds", first, frames);
    }

    std::optional<std::tuple<types::PointCloud, types::Text>> operator()(engine::Item item,
                                                                           engine::RunContext& context) const {
        if (!files_.has(item.number)) return std::nullopt;
        const std::filesystem::path& file = files_[item.number];
        types::PointCloud cloud(visual::load_cloud(file));
        cloud.frame = "lidar";
        warn_of_lost_positions(cloud, context);
        return std::tuple{std::move(cloud), types::Text{file.stem().string()}};
    }

    std::uint64_t count() const { return files_.count(); }
    std::vector<engine::Path> files(std::uint64_t item) const { return files_.files(item); }

private:
    FileSeries files_;
};

}  // namespace

void register_cloud_files(engine::Registry& registry) { registry.add<CloudFiles>(); }

}  // namespace millrace::nodes
