#include "engine/node.hpp"
#include "engine/visual/io/cloud_io.hpp"
#include "engine/visual/io/files.hpp"
#include "nodes/sinks/names.hpp"
#include "nodes/types/point_cloud.hpp"

namespace millrace::nodes {
namespace {

enum class Format { Ply, Pcd };

struct CloudSink {
    std::string folder = "clouds";
    Format format = Format::Ply;
    bool ascii = false;

    static engine::NodeSpec spec() {
        return {
            .id = "sinks.cloud",
            .title = "Save clouds",
            .group = "Sinks",
            .doc =
                "Writes each cloud with all its fields to a PLY or PCD file in the run's artifacts "
                "folder.",
            .inputs = {{"cloud", "[N] points, metres; N may be 0"},
                       {.name = "name",
                        .doc = "name of the file without its ending; otherwise the item's number",
                        .optional = true}},
            .params =
                {{.name = "folder",
                  .field = &CloudSink::folder,
                  .doc = "Folder inside the artifacts folder; made when needed",
                  .writes = engine::Writes::Folder},
                 {.name = "format",
                  .field = &CloudSink::format,
                  .choices = {"ply", "pcd"},
                  .doc = "File format"},
                 {.name = "ascii",
                  .field = &CloudSink::ascii,
                  .doc = "Write numbers as text rather than binary: readable, larger and slower"}},
            .resource = engine::Resource::Disk,
        };
    }

    void operator()(const types::PointCloud& cloud, const types::Text* name,
                    engine::RunContext& context) const {
        const bool ply = format == Format::Ply;
        const std::string file =
            folder + "/" + artifact_name(name, context.item()) + (ply ? ".ply" : ".pcd");
        const std::string bytes = visual::write_cloud(
            cloud, ply ? visual::CloudFormat::Ply : visual::CloudFormat::Pcd,
            ascii ? visual::CloudEncoding::Ascii : visual::CloudEncoding::Binary);
        visual::write_file_atomically(context.artifact(file), bytes, visual::Durability::Process);
    }
};

}  // namespace

void register_cloud_sink(engine::Registry& registry) { registry.add<CloudSink>(); }

}  // namespace millrace::nodes
