#include "engine/node.hpp"
#include "engine/visual/io/files.hpp"
#include "nodes/ops/image/image_codec.hpp"
#include "nodes/sinks/names.hpp"
#include "nodes/types/image.hpp"

namespace millrace::nodes {
namespace {

enum class Format { Png, Jpeg };

struct ImageSink {
    std::string folder = "images";
    Format format = Format::Png;
    int quality = 92;

    static engine::NodeSpec spec() {
        return {
            .id = "sinks.image",
            .title = "Save images",
            .group = "Sinks",
            .doc =
                "Writes each image to a file of its own in the run's artifacts folder. A file is "
                "either whole or not there.",
            .inputs = {{"image",
                        "[height, width, channels] 8- or 16-bit image; floating-point ones go "
                        "through image.color_map first"},
                       {.name = "name",
                        .doc = "name of the file without its ending; otherwise the item's number",
                        .optional = true}},
            .params = {{.name = "folder",
                        .field = &ImageSink::folder,
                        .doc = "Folder inside the artifacts folder; made when needed",
                        .writes = engine::Writes::Folder},
                       {.name = "format",
                        .field = &ImageSink::format,
                        .choices = {"png", "jpeg"},
                        .doc = "File format"},
                       {.name = "quality",
                        .field = &ImageSink::quality,
                        .range = {1, 100},
                        .doc = "Of JPEG: 1 is smallest, 100 best"}},
            .resource = engine::Resource::Disk,
        };
    }

    void operator()(const types::Image& image, const types::Text* name,
                    engine::RunContext& context) const {
        const bool png = format == Format::Png;
        const std::string file =
            folder + "/" + artifact_name(name, context.item()) + (png ? ".png" : ".jpg");
        visual::write_file_atomically(
            context.artifact(file), png ? ops::encode_png(image) : ops::encode_jpeg(image, quality),
            visual::Durability::Process);
    }
};

}  // namespace

void register_image_sink(engine::Registry& registry) { registry.add<ImageSink>(); }

}  // namespace millrace::nodes
