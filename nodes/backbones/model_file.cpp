#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/node.hpp"
#include "nodes/ops/models/architecture.hpp"
#include "nodes/ops/naming_file.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/model_io.hpp"

namespace millrace::nodes {
namespace {

struct ModelFile {
    engine::Path path;

    static engine::NodeSpec spec() {
        return {
            .id = "backbones.model_file",
            .title = "Model from a file",
            .group = "Models",
            .doc =
                "Reads a model that training.keep_best wrote: a safetensors file whose metadata "
                "holds the architecture. Names and shapes are checked against it.",
            .outputs = {{"model", "the model"}},
            .params = {{.name = "path",
                        .field = &ModelFile::path,
                        .doc = "The safetensors file",
                        .required_path = true}},
            .pure = true,
            .resource = engine::Resource::Disk,
        };
    }

    std::uint64_t count() const { return 1; }
    std::vector<engine::Path> files(std::uint64_t) const { return {path}; }

    std::optional<types::Model> operator()(engine::Item item) const {
        if (item.number > 0) return std::nullopt;
        return ops::naming_file(path.text, [this] {
            types::Model model = types::read_model(path.text);
            const auto architecture = ops::architecture_of(model.spec);
            architecture->check_tensors(model.parameters, model.buffers);
            if (!model.average.empty()) architecture->check_tensors(model.average, model.buffers);
            return model;
        });
    }
};

}  // namespace

void register_model_file(engine::Registry& registry) { registry.add<ModelFile>(); }

}  // namespace millrace::nodes
