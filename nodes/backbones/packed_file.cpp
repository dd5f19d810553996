#include <cstdint>
#include <optional>
#include <vector>

#include "engine/node.hpp"
#include "nodes/types/packed_model.hpp"

namespace millrace::nodes {
namespace {

struct PackedFile {
    engine::Path path;

    static engine::NodeSpec spec() {
        return {
            .id = "backbones.packed_file",
            .title = "Packed model from a file",
            .group = "Models",
            .doc =
                "Reads a low-bit language model that language.pack wrote. It is a safetensors "
                "file with codes and scales by name; what fits together is checked here, and "
                "against its architecture where it is used.",
            .outputs = {{"packed", "for language.generate_packed or language.answer_packed"}},
            .params = {{.name = "path",
                        .field = &PackedFile::path,
                        .doc = "A .safetensors file of a packed model",
                        .required_path = true}},
            .tags = {"llama", "bart", "ternary", "binary", "int4"},
            .pure = true,
            .resource = engine::Resource::Disk,
        };
    }

    std::uint64_t count() const { return 1; }
    std::vector<engine::Path> files(std::uint64_t) const { return {path}; }

    std::optional<types::PackedModel> operator()(engine::Item item) const {
        if (item.number > 0) return std::nullopt;
        return types::read_packed_model(path.text);
    }
};

}  // namespace

void register_packed_file(engine::Registry& registry) { registry.add<PackedFile>(); }

}  // namespace millrace::nodes
