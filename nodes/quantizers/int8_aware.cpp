#include "engine/node.hpp"
#include "nodes/ops/networks/fold.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {
namespace {

struct Int8Aware {
    int freeze_after = 0;

    static engine::NodeSpec spec() {
        return {
            .id = "quantizers.int8_aware",
            .title = "Train for int8",
            .group = "Quantizers",
            .doc =
                "Makes every further pass round weights and tensors as the int8 device will, with "
                "BatchNorm folded into the weights. Gradients pass where a value is inside its "
                "range. Train the result a tenth as long, at a tenth of the rate.",
            .inputs = {{"model", "trained in float"}},
            .outputs = {{"model", "whose ranges move in training"}},
            .params = {{.name = "freeze_after",
                        .field = &Int8Aware::freeze_after,
                        .range = {0, 2e9},
                        .doc = "Steps, counted from this node on, after which ranges rest; 0: they "
                               "always move"}},
            .tags = {"speech", "keywords"},
            .source = "Jacob et al. 2018, arXiv 1712.05877, section 3",
        };
    }

    types::Model operator()(const types::Model& model) const {
        const ops::Network network(model.spec);
        network.check_tensors(model.parameters, model.buffers);
        ops::Folded folded = ops::with_ranges(
            ops::fold_batch_norms(network, model.evaluated(), model.buffers), freeze_after);
        return {.spec = std::move(folded.spec),
                .parameters = std::move(folded.parameters),
                .buffers = std::move(folded.buffers),
                .average = {}};
    }
};

}  // namespace

void register_int8_aware(engine::Registry& registry) { registry.add<Int8Aware>(); }

}  // namespace millrace::nodes
