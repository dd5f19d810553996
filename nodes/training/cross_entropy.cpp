#include <cstdint>
#include <tuple>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "engine/node.hpp"
#include "nodes/ops/training/losses.hpp"
#include "nodes/training/example.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

struct CrossEntropy {
    double smoothing = 0;

    static engine::NodeSpec spec() {
        return {
            .id = "training.cross_entropy",
            .title = "Cross-entropy",
            .group = "Training",
            .doc = "The mean negative log-probability of the labels, in nats.",
            .inputs = {{"logits", "[batch, classes]"},
                       {"labels", "[batch] int64; -100 is left out"}},
            .outputs = {{"loss", "one number, through which gradients go"},
                        {"count", "examples that it is the mean of"}},
            .params = {{.name = "smoothing",
                        .field = &CrossEntropy::smoothing,
                        .range = {0, 1},
                        .doc = "Share of the target that goes to all classes alike"}},
            .pure = false,
            .source = "Szegedy et al. 2016, section 7, for the smoothing",
            .example = loop_example(),
        };
    }

    std::tuple<types::Tensor, double> operator()(const types::Tensor& logits,
                                                 const types::Tensor& labels) const {
        const at::AutoGradMode with_gradients(logits.value.requires_grad());
        const ops::CrossEntropyOptions options{.label_smoothing = smoothing};
        const double count = labels.value.ne(options.ignored_label).sum().item<double>();
        // A process's share of the last batch may be empty; it must still come to the sums.
        if (logits.value.size(0) == 0) return {types::Tensor{logits.value.sum()}, 0.0};
        return {types::Tensor{
                    ops::cross_entropy(logits.value, labels.value, options, ops::Reduction::Mean)},
                count};
    }
};

}  // namespace

void register_cross_entropy(engine::Registry& registry) { registry.add<CrossEntropy>(); }

}  // namespace millrace::nodes
