#include "nodes/types/model_io.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/visual/io/files.hpp"

namespace millrace::types {
namespace {

class ModelsAlone : public engine::PayloadLookup {
public:
    const engine::PayloadType* find_payload(std::string_view name) const override {
        const engine::PayloadType& type = engine::payload_type<Model>();
        return type.name == name ? &type : nullptr;
    }
};

}  // namespace

void write_model(const Model& model, const std::filesystem::path& file) {
    visual::write_file_atomically(file, engine::serialise(engine::Packet::make<Model>(model)));
}

Model read_model(const std::filesystem::path& file) {
    const std::vector<std::byte> bytes = visual::read_file_bytes(file);
    try {
        const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return engine::deserialise(view, ModelsAlone()).as<Model>();
    } catch (const engine::Error& error) {
        engine::Problem problem = error.problem();
        problem.where = file.string();
        if (problem.code != "E-FILE-012" && problem.code != "E-TYPE-002")
            throw engine::Error(std::move(problem));
        throw engine::Error(
            {.code = "E-MODEL-001",
             .what = "The file holds no model of Millrace",
             .expected = "the architecture in the metadata of a .safetensors file",
             .found = problem.code == "E-FILE-012" ? "no metadata of Millrace"
                                                   : problem.what + ": " + problem.found,
             .where = std::move(problem.where),
             .mend = "Give a file that training.keep_best wrote; of a checkpoint of Hugging Face "
                     "give its folder, which has config.json, to backbones.language_file."});
    } catch (const std::exception&) {
        throw engine::Error({.code = "E-MODEL-001",
                             .what = "The file holds no model of Millrace",
                             .expected = "a safetensors file with the architecture in its metadata",
                             .found = "other metadata",
                             .where = file.string(),
                             .mend = "Give a file that training.keep_best wrote."});
    }
}

}  // namespace millrace::types
