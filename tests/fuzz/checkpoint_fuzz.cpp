// Checkpoints as files: the first byte picks a folder with an index and two shards, a GGUF file, or
// a model of Millrace. What is read has the shapes that the file says, and a model those of its
// architecture.
#include <memory>
#include <vector>

#include "nodes/ops/checkpoints/checkpoint.hpp"
#include "nodes/ops/checkpoints/gguf_llama.hpp"
#include "nodes/ops/models/architecture.hpp"
#include "nodes/types/model_io.hpp"
#include "tests/fuzz/files.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

namespace engine = millrace::engine;
namespace fuzz = millrace::fuzz;
namespace ops = millrace::ops;
namespace types = millrace::types;
using fuzz::require;

/// The next part of a file of parts: two bytes with its length, then the part.
std::string_view take(std::string_view& bytes) {
    if (bytes.size() < 2) return {};
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    const std::string_view part = bytes.substr(2, byte(0) + 256U * byte(1));
    bytes.remove_prefix(2 + part.size());
    return part;
}

void require_checkpoint(const std::filesystem::path& path) {
    const ops::Checkpoint checkpoint(path);
    for (const auto& [name, tensor] : checkpoint.tensors()) {
        for (const ops::Precision precision : {ops::Precision::Stored, ops::Precision::Float32}) {
            fuzz::succeeds([&] {
                require(checkpoint.read(name, precision).sizes() == at::IntArrayRef(tensor.shape),
                        "a tensor has the shape that its file says");
            });
        }
    }
}

void require_model(const types::Model& model) {
    engine::Packet::make<types::Model>(model).visual({.bytes = 1 << 16});
    fuzz::succeeds(
        [&] { ops::architecture_of(model.spec)->check_tensors(model.parameters, model.buffers); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::Folder sharded, folder;
    if (size == 0) return 0;
    std::string_view bytes = fuzz::text_of(data + 1, size - 1);
    switch (data[0] % 3) {
        case 0: {
            const auto index = sharded.put("model.safetensors.index.json", take(bytes));
            sharded.put("a.safetensors", take(bytes));
            sharded.put("b.safetensors", bytes);
            fuzz::succeeds([&] { require_checkpoint(index); });
            break;
        }
        case 1: {
            const auto file = folder.put("m.gguf", bytes);
            ops::GgufLlama read;
            if (fuzz::succeeds([&] { read = ops::load_gguf_llama(ops::GgufFile(file)); })) {
                const auto model = ops::architecture_of(read.spec);
                model->check_tensors(read.parameters, {});
            }
            break;
        }
        default: {
            const auto file = folder.put("m.safetensors", bytes);
            types::Model model;
            if (fuzz::succeeds([&] { model = types::read_model(file); })) require_model(model);
        }
    }
    return 0;
}
