#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/node.hpp"
#include "engine/visual/io/files.hpp"
#include "nodes/ops/checkpoints/gguf_llama.hpp"
#include "nodes/ops/checkpoints/gguf_tokenizer.hpp"
#include "nodes/ops/language/llama.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct WriteGguf {
    enum class Type { F32, F16, Bf16, Q8, Q4 };

    Type type = Type::F16;
    engine::Path tokenizer;
    std::string file = "model.gguf";

    static engine::NodeSpec spec() {
        using S = WriteGguf;
        return {
            .id = "language.write_gguf",
            .title = "Write GGUF",
            .group = "Language",
            .doc =
                "Writes a decoder of the LLaMA architecture as a GGUF file, for llama.cpp and its "
                "kin. Of a model of quantizers.llm_qat it writes the rounded weights; GGUF has no "
                "place for rounded activations and caches, and its blocks of 32 weights round "
                "again, as they have scales of their own. Rows of queries and keys are reordered "
                "as llama.cpp turns them, unless the model's rotary is interleaved already. "
                "Matrices with rows of no multiple of 32 weights are F16 in a file of blocks; "
                "norms are always F32. backbones.language_file reads the file.",
            .inputs = {{"model", "a decoder of the LLaMA architecture"}},
            .outputs = {{"report", "tensors, weights and bytes of each type in the file"}},
            .params = {{.name = "type",
                        .field = &S::type,
                        .choices = {"f32", "f16", "bf16", "q8_0", "q4_0"},
                        .doc = "Of linears, embedding and head: floats, or blocks of 32 weights "
                               "with a scale, of 8 or 4 bits each"},
                       {.name = "tokenizer",
                        .field = &S::tokenizer,
                        .doc = "A SentencePiece .model of pairs, to be part of the file; empty: "
                               "none, and llama.cpp then needs it added",
                        .existing_path = true},
                       {.name = "file",
                        .field = &S::file,
                        .doc = "Where it is written inside the artifacts folder",
                        .writes = engine::Writes::File}},
            .tags = {"gguf", "llama.cpp", "ggml", "export", "checkpoint"},
            // It writes a file.
            .pure = false,
            .resource = engine::Resource::Compute,
            .example = R"("nodes": {
    "model": {"type": "backbones.llama", "version": 1},
    "write": {"type": "language.write_gguf", "version": 1}},
"wires": [{"from": "model.model", "to": "write.model"}])",
        };
    }

    types::Table operator()(const types::Model& model, engine::RunContext& context) const {
        const ops::Llama llama(model.spec);
        llama.check_tensors(model.evaluated());
        ops::GgufMetadata others;
        if (!tokenizer.text.empty()) {
            const std::vector<std::byte> read =
                visual::read_file_bytes(tokenizer.text, ops::kMostTokenizerBytes);
            others = ops::gguf_tokenizer({reinterpret_cast<const char*>(read.data()), read.size()},
                                         tokenizer.text, llama.sizes().vocabulary);
        }
        if (rounds_activations(llama))
            context.warn(
                "GGUF has no place for rounded activations or caches: programs that read "
                "the file compute these in their own way.");
        engine::Value spec = model.spec;
        spec.as_object().erase("quantization");
        const std::string bytes = ops::gguf_of_llama(
            spec, ops::rounded_weights(llama, model.evaluated()), ggml_type(), others);
        visual::write_file_atomically(context.artifact(file), bytes);
        context.metric("bytes", static_cast<double>(bytes.size()));
        return report_of(ops::read_gguf(std::as_bytes(std::span(bytes)), file));
    }

private:
    ops::GgmlType ggml_type() const {
        static constexpr ops::GgmlType kTypes[] = {ops::GgmlType::F32, ops::GgmlType::F16,
                                                   ops::GgmlType::BF16, ops::GgmlType::Q8_0,
                                                   ops::GgmlType::Q4_0};
        return kTypes[static_cast<int>(type)];
    }

    static bool rounds_activations(const ops::Llama& llama) {
        constexpr int kOff = 32;
        for (const ops::LlamaLayerOptions& layer : llama.layers()) {
            for (const ops::LlamaQuantizer& quantizer : layer.quantizers) {
                if (quantizer.bits.activation_bits < kOff || quantizer.bits.cache_bits < kOff)
                    return true;
            }
        }
        return false;
    }

    static types::Table report_of(const ops::Gguf& header) {
        struct Sums {
            std::int64_t tensors = 0, weights = 0, bytes = 0;
        };
        std::map<ops::GgmlType, Sums> sums;
        for (const ops::GgufTensor& tensor : header.tensors) {
            Sums& sum = sums[tensor.type];
            const ops::GgmlBlock block = ops::block_of(tensor.type);
            const auto bytes = static_cast<std::int64_t>(tensor.bytes);
            ++sum.tensors;
            sum.weights += bytes / block.bytes * block.values;
            sum.bytes += bytes;
        }
        std::vector<std::string> types;
        std::vector<std::int64_t> tensors, weights, bytes;
        for (const auto& [type, sum] : sums) {
            types.emplace_back(ops::to_text(type));
            tensors.push_back(sum.tensors);
            weights.push_back(sum.weights);
            bytes.push_back(sum.bytes);
        }
        return {{{"type", types}, {"tensors", tensors}, {"weights", weights}, {"bytes", bytes}}};
    }
};

}  // namespace

void register_write_gguf(engine::Registry& registry) { registry.add<WriteGguf>(); }

}  // namespace millrace::nodes
