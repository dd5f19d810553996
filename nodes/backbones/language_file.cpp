#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "engine/node.hpp"
#include "nodes/ops/checkpoints/checkpoint.hpp"
#include "nodes/ops/checkpoints/config.hpp"
#include "nodes/ops/checkpoints/gguf_llama.hpp"
#include "nodes/ops/language/llama2c_file.hpp"
#include "nodes/ops/models/architecture.hpp"
#include "nodes/ops/naming_file.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/model_io.hpp"

namespace millrace::nodes {
namespace {

namespace fs = std::filesystem;

struct LanguageFile {
    engine::Path path;

    static engine::NodeSpec spec() {
        return {
            .id = "backbones.language_file",
            .title = "Language model from files",
            .group = "Models",
            .doc =
                "Reads a language model: a folder as Hugging Face has it, a GGUF file, one of "
                "llama2.c, or a .safetensors file that training.keep_best wrote. A folder holds "
                "config.json and model.safetensors, or "
                "its "
                "shards with an index; F16 and BF16 become float32, as quantized types of GGUF do. "
                "Pickled files (.bin of PyTorch) are not read, since they may run code: convert "
                "them "
                "with their own library. A file of llama2.c has none of these endings.",
            .outputs = {{"model", "in float32"}},
            .params = {{.name = "path",
                        .field = &LanguageFile::path,
                        .doc = "A folder, a .gguf or .safetensors file, or a file of llama2.c",
                        .required_path = true}},
            .tags = {"llama", "bart", "checkpoint", "hugging face", "safetensors", "gguf"},
            .pure = true,
            .resource = engine::Resource::Disk,
        };
    }

    std::uint64_t count() const { return 1; }
    std::vector<engine::Path> files(std::uint64_t) const {
        std::error_code ignored;
        if (!fs::is_directory(path.text, ignored)) return {path};
        std::vector<engine::Path> found;
        for (const auto& entry : fs::directory_iterator(path.text, ignored)) {
            const std::string ending = entry.path().extension().string();
            if (ending == ".json" || ending == ".safetensors")
                found.push_back({entry.path().string()});
        }
        return found;
    }

    std::optional<types::Model> operator()(engine::Item item) const {
        if (item.number > 0) return std::nullopt;
        return ops::naming_file(path.text, [this] {
            types::Model model = read();
            ops::architecture_of(model.spec)->check_tensors(model.parameters, model.buffers);
            return model;
        });
    }

private:
    /// Some checkpoints hold the one embedding again under the names of those that share it, or
    /// what can be worked out.
    static void drop_copies(const engine::Value& spec, types::NamedTensors& tensors) {
        // Older versions of Transformers wrote the rotation's frequencies, which follow from the
        // config, beside the weights.
        std::erase_if(tensors, [](const auto& tensor) {
            return tensor.first.ends_with(".self_attn.rotary_emb.inv_freq");
        });
        const engine::Value* tied = spec.find("tied_head");
        if (tied && tied->as_bool()) tensors.erase("lm_head.weight");
        if (!tensors.contains("model.shared.weight")) return;
        for (const char* copy : {"lm_head.weight", "model.encoder.embed_tokens.weight",
                                 "model.decoder.embed_tokens.weight"})
            tensors.erase(copy);
    }

    /// A BART without its head, as BartModel saves it, has the same tensors under shorter names.
    static void add_head(const engine::Value& spec, types::NamedTensors& tensors) {
        if (tensors.contains("shared.weight")) {
            types::NamedTensors whole;
            for (auto& [name, tensor] : tensors) whole["model." + name] = std::move(tensor);
            tensors = std::move(whole);
        }
        const auto shared = tensors.find("model.shared.weight");
        if (spec.find("architecture")->as_string() != "bart" || shared == tensors.end() ||
            shared->second.dim() != 2)
            return;
        tensors.try_emplace("final_logits_bias",
                            at::zeros({1, shared->second.size(0)}, at::kFloat));
    }

    types::Model read() const {
        const fs::path place = path.text;
        if (place.extension() == ".gguf") {
            ops::GgufLlama read = ops::load_gguf_llama(ops::GgufFile(place));
            return {.spec = std::move(read.spec),
                    .parameters = std::move(read.parameters),
                    .buffers = {},
                    .average = {}};
        }
        std::error_code ignored;
        if (place.extension() == ".safetensors") return types::read_model(place);
        if (!fs::is_directory(place, ignored)) return ops::load_llama2c(place);
        ops::ConvertedConfig config = ops::read_config(place);
        types::NamedTensors tensors = ops::load_checkpoint(place, ops::Precision::Float32).tensors;
        add_head(config.spec, tensors);
        drop_copies(config.spec, tensors);
        types::NamedTensors buffers;
        if (const auto bias = tensors.find("final_logits_bias"); bias != tensors.end())
            buffers.insert(tensors.extract(bias));
        return {.spec = std::move(config.spec),
                .parameters = std::move(tensors),
                .buffers = std::move(buffers),
                .average = {}};
    }
};

}  // namespace

void register_language_file(engine::Registry& registry) { registry.add<LanguageFile>(); }

}  // namespace millrace::nodes
