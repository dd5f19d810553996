#include <string>
#include <utility>

#include "engine/node.hpp"
#include "nodes/ops/language/llama_rivals.hpp"
#include "nodes/quantizers/weight_grid.hpp"

namespace millrace::nodes {
namespace {

struct RoundToNearest {
    int bits = 4, group = 128, activations = 16, cache = 16;
    GridKind kind = GridKind::Asymmetric;
    std::string layers = "*";

    static engine::NodeSpec spec() {
        return {
            .id = "quantizers.round_to_nearest",
            .title = "Round to nearest",
            .group = "Quantizers",
            .doc =
                "Rounds a decoder's weights for good on the grids of quantizers.gptq: groups of "
                "columns, asymmetric if wanted. It is what GPTQ is compared with. The method that "
                "LLM-QAT is compared with, a symmetric scale a row, is quantizers.llm_qat "
                "untrained, which rounds in each pass and can be trained.",
            .inputs = {{"model", "a decoder of the LLaMA architecture, in float"}},
            .outputs = {{"model", "with rounded weights"}},
            .params = grid_params<RoundToNearest>(),
            .tags = {"language model", "decoder"},
            .source = "Frantar et al. 2023, GPTQ, arXiv 2210.17323, section 4, the baseline",
        };
    }

    types::Model operator()(const types::Model& model) const {
        check_float(model);
        const ops::Llama chosen(with_bits(model.spec, bits, activations, cache, layers));
        types::Model made{.spec = with_bits(model.spec, 16, activations, cache, layers),
                          .parameters = {},
                          .buffers = {},
                          .average = {}};
        made.parameters = ops::nearest_llama(chosen, model.evaluated(),
                                             {.bits = bits,
                                              .is_symmetric = kind == GridKind::Symmetric,
                                              .group_size = group > 0 ? group : -1});
        return made;
    }
};

}  // namespace

void register_round_to_nearest(engine::Registry& registry) { registry.add<RoundToNearest>(); }

}  // namespace millrace::nodes
