#include "nodes/ops/heat/effect.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

#include "engine/random.hpp"
#include "nodes/ops/networks/layer_probe.hpp"

namespace millrace::ops {
namespace {

/// Keeps layers' outputs with their history.
class Outputs final : public LayerProbe {
public:
    at::Tensor reads(const std::string&, std::string_view, const at::Tensor& x) override {
        return x;
    }
    void gives(const std::string& layer, const at::Tensor& y) override {
        if (!y.requires_grad()) return;
        names.push_back(layer);
        tensors.push_back(y);
    }
    void rounds(const std::string&, Rounded, const std::function<EndCodes()>&) override {}

    std::vector<std::string> names;
    std::vector<at::Tensor> tensors;
};

/// Handles of their own on the same values, which take gradients.
NamedTensors followed(const NamedTensors& parameters) {
    NamedTensors leaves;
    for (const auto& [name, tensor] : parameters)
        leaves[name] = tensor.detach().requires_grad_(true);
    return leaves;
}

at::Tensor random_signs(at::IntArrayRef shape, std::uint64_t number) {
    at::Tensor signs = at::empty(shape, at::kFloat);
    engine::Random random(0, "quantization heat", number);
    float* values = signs.data_ptr<float>();
    std::uint32_t bits = 0;
    for (std::int64_t i = 0; i < signs.numel(); ++i) {
        if (i % 32 == 0) bits = random();
        values[i] = (bits >> (i % 32) & 1) != 0 ? 1.0F : -1.0F;
    }
    return signs;
}

/// With covariance diag(p) - p p' in each distribution [..., classes]: p^(1/2) is a unit vector,
/// which is projected out of random signs.
at::Tensor fisher_draw(const at::Tensor& probabilities, std::uint64_t number) {
    const at::Tensor root = probabilities.sqrt();
    const at::Tensor signs =
        random_signs(probabilities.sizes(), number).to(probabilities.scalar_type());
    return root * (signs - root * (root * signs).sum(-1, true));
}

}  // namespace

Effects effects_of(const Undisturbed& model, const std::map<std::string, at::Tensor>& outputs,
                   int draws, std::uint64_t batch) {
    const at::AutoGradMode gradients(true);
    Outputs found;
    Pass pass;
    pass.probe = &found;
    ModelInput input = model.input;
    if (input.input.is_floating_point()) input.input = input.input.detach().requires_grad_(true);
    const at::Tensor logits =
        model.architecture.forward(followed(model.parameters), model.buffers, input, pass).logits;
    const at::Tensor probabilities = logits.detach().softmax(-1);

    std::vector<at::Tensor> errors;
    {
        const at::NoGradGuard plain;
        for (std::size_t i = 0; i < found.names.size(); ++i)
            errors.push_back(outputs.at(found.names[i]) - found.tensors[i]);
    }
    Effects effects;
    effects.positions = static_cast<double>(logits.numel()) / static_cast<double>(logits.size(-1));
    for (const auto& [name, output] : outputs) effects.nats[name] = 0;
    for (int draw = 0; draw < draws; ++draw) {
        const at::Tensor v = fisher_draw(probabilities, batch * static_cast<std::uint64_t>(draws) +
                                                            static_cast<std::uint64_t>(draw));
        const std::vector<at::Tensor> slopes =
            torch::autograd::grad({logits}, found.tensors, {v}, /*retain_graph=*/draw + 1 < draws,
                                  /*create_graph=*/false, /*allow_unused=*/true);
        const at::NoGradGuard plain;
        for (std::size_t i = 0; i < slopes.size(); ++i) {
            if (!slopes[i].defined()) continue;
            const at::Tensor moved = (slopes[i] * errors[i]).flatten(1).sum(1, false, at::kDouble);
            effects.nats[found.names[i]] += moved.square().sum().item<double>() / 2 / draws;
        }
    }
    return effects;
}

}  // namespace millrace::ops
