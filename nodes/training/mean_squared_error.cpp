#include <tuple>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "engine/node.hpp"
#include "nodes/ops/training/losses.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

struct MeanSquaredError {
    static engine::NodeSpec spec() {
        return {
            .id = "training.mean_squared_error",
            .title = "Mean squared error",
            .group = "Training",
            .doc = "The mean over all elements of the squared difference of two tensors.",
            .inputs = {{"value", "of any shape; gradients go to it"},
                       {"target", "of the same shape and type; no gradients go to it"}},
            .outputs = {{"loss", "one number, through which gradients go"},
                        {"count", "elements that it is the mean of"}},
            .pure = false,
            .example = R"("nodes": {
    "source": {"type": "loaders.scene", "version": 1},
    "tensor": {"type": "networks.image_to_tensor", "version": 1},
    "rounded": {"type": "quantizers.tensor", "version": 1},
    "error": {"type": "training.mean_squared_error", "version": 1}},
"wires": [
    {"from": "source.image", "to": "tensor.image"}, {"from": "tensor.tensor", "to": "rounded.tensor"},
    {"from": "rounded.rounded", "to": "error.value"}, {"from": "tensor.tensor", "to": "error.target"}])",
        };
    }

    std::tuple<types::Tensor, double> operator()(const types::Tensor& value,
                                                 const types::Tensor& target) const {
        const at::AutoGradMode with_gradients(value.value.requires_grad());
        const at::Tensor loss =
            ops::mean_squared_error(value.value, target.value, ops::Reduction::Mean);
        return {types::Tensor{loss}, static_cast<double>(value.value.numel())};
    }
};

}  // namespace

void register_mean_squared_error(engine::Registry& registry) { registry.add<MeanSquaredError>(); }

}  // namespace millrace::nodes
