#include "nodes/ops/training/optimizers.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <string>

#include "nodes/ops/training/optimizer_state.hpp"

namespace millrace::ops {
namespace training {
namespace {

/// Updates each parameter by itself, those without gradient not at all.
class EachByItself : public WithState<Optimizer> {
public:
    void step(const NamedTensors& parameters, double rate) override {
        check_not_negative(rate, "learning rate");
        const NamedTensors gradients = gradients_of(parameters);
        check_finite(gradients);
        check_fields(gradients);
        const at::NoGradGuard no_grad;
        for (const auto& [name, gradient] : gradients)
            update(name, parameters.find(name)->second, gradient, rate);
    }

protected:
    using WithState::WithState;
    virtual void update(const std::string& name, at::Tensor parameter, const at::Tensor& gradient,
                        double rate) = 0;
};

class Sgd : public EachByItself {
public:
    explicit Sgd(const SgdOptions& options) : EachByItself({}, {"momentum"}), options_(options) {
        check_beta(options.momentum, "momentum");
        check_not_negative(options.weight_decay, "weight decay");
    }

private:
    void update(const std::string& name, at::Tensor parameter, const at::Tensor& gradient,
                double rate) override {
        at::Tensor change = gradient;
        if (options_.weight_decay != 0) change = change.add(parameter, options_.weight_decay);
        if (options_.momentum != 0) {
            at::Tensor& momentum = tensor(name, "momentum", parameter);
            change = momentum.mul_(options_.momentum).add_(change);
        }
        parameter.add_(change, -rate);
    }

    SgdOptions options_;
};

class AdamW : public EachByItself {
public:
    explicit AdamW(const AdamWOptions& options)
        : EachByItself({"steps"}, {"moment1", "moment2"}), options_(options) {
        check_beta(options.beta1, "beta1");
        check_beta(options.beta2, "beta2");
        check_positive(options.epsilon, "epsilon");
        check_not_negative(options.weight_decay, "weight decay");
    }

private:
    void update(const std::string& name, at::Tensor parameter, const at::Tensor& gradient,
                double rate) override {
        const auto& [beta1, beta2, epsilon, weight_decay] = options_;
        const double steps = number(name, "steps", 0) + 1;
        set_number(name, "steps", steps);
        at::Tensor &moment1 = tensor(name, "moment1", parameter),
                   &moment2 = tensor(name, "moment2", parameter);
        moment1.mul_(beta1).add_(gradient, 1 - beta1);
        moment2.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
        const double correction1 = 1 - std::pow(beta1, steps),
                     correction2 = 1 - std::pow(beta2, steps);
        const at::Tensor root = (moment2.sqrt() / std::sqrt(correction2)).add_(epsilon);
        parameter.mul_(1 - rate * weight_decay).addcdiv_(moment1, root, -rate / correction1);
    }

    AdamWOptions options_;
};

}  // namespace
}  // namespace training

std::unique_ptr<Optimizer> make_sgd(const SgdOptions& options) {
    return std::make_unique<training::Sgd>(options);
}

std::unique_ptr<Optimizer> make_adamw(const AdamWOptions& options) {
    return std::make_unique<training::AdamW>(options);
}

void clear_gradients(const NamedTensors& parameters) {
    for (const auto& [name, parameter] : parameters) parameter.mutable_grad().reset();
}

double clip_gradient_norm(const NamedTensors& parameters, double most) {
    training::check_positive(most, "largest norm");
    NamedTensors gradients = training::gradients_of(parameters);
    training::check_finite(gradients);
    double sum = 0;
    for (const auto& [name, gradient] : gradients)
        sum += gradient.to(at::kDouble).square().sum().item<double>();
    const double norm = std::sqrt(sum), scale = most / (norm + 1e-6);
    if (scale < 1) {
        for (auto& [name, gradient] : gradients) gradient.mul_(scale);
    }
    return norm;
}

void clip_gradient_values(const NamedTensors& parameters, double most) {
    training::check_positive(most, "largest value");
    NamedTensors gradients = training::gradients_of(parameters);
    for (const auto& [name, gradient] : gradients) {
        if (gradient.isnan().any().item<bool>()) training::fail_not_finite(name);
    }
    for (auto& [name, gradient] : gradients) gradient.clamp_(-most, most);
}

}  // namespace millrace::ops
