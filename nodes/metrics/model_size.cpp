#include "nodes/ops/models/model_size.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "engine/node.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct ModelSize {
    int source_tokens = 128, target_tokens = 32;

    static engine::NodeSpec spec() {
        using S = ModelSize;
        return {
            .id = "metrics.model_size",
            .title = "Size of a model",
            .group = "Metrics",
            .doc =
                "Counts a model's parameters, bytes and multiply-accumulates, part by part. Packed "
                "bytes are what the quantization in the model's spec would take on disk: codes of "
                "1, 2, 4 or 8 bits and a float32 scale for each row; what it leaves in float "
                "counts "
                "as it is. A low-bit BART needs its float embedding for the head, which counts as "
                "lm_head; figures in papers often leave it out. Multiply-accumulates are of one "
                "token of a decoder, of a whole source and target of an encoder-decoder, and of "
                "one frame of other networks, whatever the bits.",
            .inputs = {{"model", "of any architecture"}},
            .outputs = {{"report",
                         "part, parameters, bytes as they are, packed bytes, bits per weight once "
                         "packed, multiply-accumulates; the sum in the last row"}},
            .params = {{.name = "source_tokens",
                        .field = &S::source_tokens,
                        .range = {1, 1 << 24},
                        .doc = "Tokens that a decoder's token sees, or that an encoder reads"},
                       {.name = "target_tokens",
                        .field = &S::target_tokens,
                        .range = {1, 1 << 24},
                        .doc = "Tokens that an encoder-decoder writes"}},
            .tags = {"parameters", "bytes", "bits", "operations", "macs", "flops"},
            // A metric of the run is not kept with a result.
            .pure = false,
        };
    }

    types::Table operator()(const types::Model& model, engine::RunContext& context) const {
        std::vector<ops::PartSize> parts = ops::part_sizes(
            model, {.source_tokens = source_tokens, .target_tokens = target_tokens});
        const ops::PartSize whole = ops::whole_size(parts);
        parts.push_back(whole);
        std::vector<std::string> names;
        std::vector<std::int64_t> parameters, bytes, packed, macs;
        std::vector<double> bits;
        for (const ops::PartSize& part : parts) {
            names.push_back(part.part);
            parameters.push_back(part.parameters);
            bytes.push_back(part.bytes);
            packed.push_back(packed_bytes(part));
            bits.push_back(bits_per_weight(part));
            macs.push_back(part.macs);
        }
        context.metric("parameters", static_cast<double>(whole.parameters));
        context.metric("bytes", static_cast<double>(whole.bytes));
        context.metric("packed_bytes", static_cast<double>(packed_bytes(whole)));
        context.metric("bits_per_weight", bits_per_weight(whole));
        context.metric("macs", static_cast<double>(whole.macs));
        return {{{"part", std::move(names)},
                 {"parameters", std::move(parameters)},
                 {"bytes", std::move(bytes)},
                 {"packed_bytes", std::move(packed)},
                 {"bits_per_weight", std::move(bits)},
                 {"macs", std::move(macs)}}};
    }

private:
    static std::int64_t packed_bytes(const ops::PartSize& part) {
        return (part.packed_bits + 7) / 8;
    }

    /// NaN for a part without parameters.
    static double bits_per_weight(const ops::PartSize& part) {
        if (part.parameters == 0) return std::numeric_limits<double>::quiet_NaN();
        return static_cast<double>(part.packed_bits) / static_cast<double>(part.parameters);
    }
};

}  // namespace

void register_model_size(engine::Registry& registry) { registry.add<ModelSize>(); }

}  // namespace millrace::nodes
