#include <cstdint>
#include <filesystem>
#include <optional>
#include <tuple>
#include <vector>

#include "engine/node.hpp"
#include "nodes/loaders/listing.hpp"
#include "nodes/ops/image/image_codec.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct ImageFolder {
    engine::Path path;
    int first = 0;
    int frames = 0;

    static engine::NodeSpec spec() {
        return {
            .id = "loaders.image_folder",
            .title = "Image folder",
            .group = "Sources",
            .doc =
                "Gives the pictures of a folder (PNG, JPEG, BMP, PPM, PGM) in the order of their "
                "names.",
            .outputs = {{"image", "[height, width, 3 or 1] RGB or grey, 8 or 16 bits"},
                        {"name", "Name of the file without its ending"}},
            .params = {{.name = "path",
                        .field = &ImageFolder::path,
                        .doc = "A picture, or a folder of pictures",
                        .required_path = true},
                       {.name = "first",
                        .field = &ImageFolder::first,
                        .range = {0, 1e9},
                        .doc = "Number of the first picture, from 0"},
                       {.name = "frames",
                        .field = &ImageFolder::frames,
                        .range = {0, 1e9},
                        .doc = "How many pictures; 0 means all"}},
            .pure = true,
            .resource = engine::Resource::Disk,
        };
    }

    void start() {
        files_.list(path, ops::is_image_name, "PNG, JPEG, BMP, PPM or PGM pictures", first, frames);
    }

    std::optional<std::tuple<types::Image, types::Text>> operator()(engine::Item item) const {
        if (!files_.has(item.number)) return std::nullopt;
        const std::filesystem::path& file = files_[item.number];
        return std::tuple{load_image(file), types::Text{file.stem().string()}};
    }

    std::uint64_t count() const { return files_.count(); }
    std::vector<engine::Path> files(std::uint64_t item) const { return files_.files(item); }

private:
    FileSeries files_;
};

}  // namespace

void register_image_folder(engine::Registry& registry) { registry.add<ImageFolder>(); }

}  // namespace millrace::nodes
