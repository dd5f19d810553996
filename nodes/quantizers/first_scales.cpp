#include <optional>
#include <string>

#include <ATen/ATen.h>

#include "engine/node.hpp"
#include "nodes/ops/language/bart_forward.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {
namespace {

struct FirstScales {
    static engine::NodeSpec spec() {
        return {
            .id = "quantizers.first_scales",
            .title = "First scales",
            .group = "Quantizers",
            .doc =
                "Sets the learned scales of a quantized encoder-decoder from one batch, before "
                "training or a trial without it. The batch should be like the others, for it is "
                "remembered; of a longer stream only the first counts. Scales that are set already "
                "stay.",
            .inputs = {{"source", "[batch, source time] int64"},
                       {"target", "[batch, target time] int64, as the decoder reads it"},
                       {.name = "model",
                        .doc = "from quantizers.ternary_binary",
                        .sync = engine::Sync::Latch}},
            .outputs = {{"model", "with all scales set; given once"}},
            .tags = {"translation", "summarization", "encoder", "decoder"},
            // Whether it answers goes by the item's number, which is not part of a key.
            .pure = false,
            .resource = engine::Resource::Compute,
            .source = "Liu et al. 2023, arXiv 2306.01841, as its release initialises them",
            .example = R"("nodes": {
    "first": {"type": "loaders.pair_corpus", "version": 1, "params": {"split": "train", "items": 1}},
    "model": {"type": "backbones.bart", "version": 1},
    "student": {"type": "quantizers.ternary_binary", "version": 1},
    "scales": {"type": "quantizers.first_scales", "version": 1}},
"wires": [
    {"from": "model.model", "to": "student.model"}, {"from": "student.model", "to": "scales.model"},
    {"from": "first.source", "to": "scales.source"}, {"from": "first.target", "to": "scales.target"}])",
        };
    }

    std::optional<types::Model> operator()(const types::Tensor& source, const types::Tensor& target,
                                           const types::Model& model,
                                           engine::RunContext& context) const {
        if (context.item() > 0) return std::nullopt;
        const ops::Bart bart(model.spec);
        bart.check_tensors(model.parameters, model.buffers);
        const at::Tensor& tokens = source.value;
        return ops::initialise_scales(
            bart, model,
            {.source = tokens,
             .mask = tokens.defined() ? tokens.ne(bart.tokens().pad) : at::Tensor(),
             .target = target.value,
             .labels = {}});
    }
};

}  // namespace

void register_first_scales(engine::Registry& registry) { registry.add<FirstScales>(); }

}  // namespace millrace::nodes
