#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "engine/node.hpp"
#include "nodes/ops/packed/packed_report.hpp"
#include "nodes/types/packed_model.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct Pack {
    ops::PackedHead head = ops::PackedHead::Float;
    ops::TernaryLayout ternary = ops::TernaryLayout::TwoBits;
    std::string file = "packed.safetensors";

    static engine::NodeSpec spec() {
        using S = Pack;
        return {
            .id = "language.pack",
            .title = "Pack",
            .group = "Language",
            .doc =
                "Turns a low-bit language model into codes of 1, 2, 4 or 8 bits with one scale a "
                "row, in memory and as one file. A decoder that was quantized by LLM-QAT, or an "
                "encoder-decoder with ternary or binary weights. Norms, biases, positions, an "
                "embedding that is not quantized and, unless it is int8, the head stay float. The "
                "report tells bytes, bits a weight and the multiplications that are left.",
            .inputs = {{"model", "quantized, and best trained so"}},
            .outputs = {{"packed", "for language.generate_packed or language.answer_packed"},
                        {"report", "a row for each part and layout, and one of the whole"}},
            .params = {{.name = "head",
                        .field = &S::head,
                        .choices = {"float", "int8"},
                        .doc = "The matrix that makes logits; int8 rounds each row, and its input, "
                               "which training did not"},
                       {.name = "ternary",
                        .field = &S::ternary,
                        .choices = {"two_bits", "base3"},
                        .doc = "Ternary weights in the file: 2 bits each, or five in a byte"},
                       {.name = "file",
                        .field = &S::file,
                        .doc = "Where it is written inside the artifacts folder",
                        .writes = engine::Writes::File}},
            .tags = {"ternary", "binary", "int4", "int8", "llm-qat"},
            // It writes a file.
            .pure = false,
            .resource = engine::Resource::Compute,
            .source = "Liu et al. 2023, arXiv 2306.01841 and 2305.17888",
            .example = R"("nodes": {
    "model": {"type": "backbones.llama", "version": 1},
    "low": {"type": "quantizers.llm_qat", "version": 1},
    "pack": {"type": "language.pack", "version": 1}},
"wires": [
    {"from": "model.model", "to": "low.model"},
    {"from": "low.model", "to": "pack.model"}])",
        };
    }

    std::tuple<types::PackedModel, types::Table> operator()(const types::Model& model,
                                                            engine::RunContext& context) const {
        types::PackedModel packed = ops::pack_model(model, {.head = head, .ternary = ternary});
        types::write_packed_model(packed, context.artifact(file));
        const std::vector<ops::PackedPart> parts = ops::packed_parts(packed);
        ops::PackedPart linears{.part = "linears"};
        for (const ops::PackedPart& part : parts) {
            if (part.part != "linears") continue;
            linears.weights += part.weights;
            linears.bytes += part.bytes;
        }
        context.metric("bytes", static_cast<double>(packed.bytes()));
        context.metric("float_bytes", 4.0 * static_cast<double>(model.parameter_count()));
        context.metric("linears_bits_a_weight", linears.bits_a_weight());
        return {std::move(packed), table_of(parts)};
    }

private:
    static types::Table table_of(std::vector<ops::PackedPart> parts) {
        ops::PackedPart whole{.part = "whole"};
        for (const ops::PackedPart& part : parts) {
            whole.weights += part.weights;
            whole.bytes += part.bytes;
            whole.float_products += part.float_products;
            whole.integer_products += part.integer_products;
        }
        parts.push_back(whole);
        std::vector<std::string> names, layouts;
        std::vector<std::int64_t> weights, bytes, floats, integers;
        std::vector<double> bits;
        for (const ops::PackedPart& part : parts) {
            names.push_back(part.part);
            layouts.push_back(part.layout);
            weights.push_back(part.weights);
            bytes.push_back(part.bytes);
            bits.push_back(part.weights > 0 ? part.bits_a_weight() : 0);
            floats.push_back(part.float_products);
            integers.push_back(part.integer_products);
        }
        return {{{"part", names},
                 {"layout", layouts},
                 {"weights", weights},
                 {"bytes", bytes},
                 {"bits_a_weight", bits},
                 {"float_multiplications", floats},
                 {"integer_multiplications", integers}}};
    }
};

}  // namespace

void register_pack(engine::Registry& registry) { registry.add<Pack>(); }

}  // namespace millrace::nodes
