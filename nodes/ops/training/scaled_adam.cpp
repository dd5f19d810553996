#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "nodes/ops/training/optimizer_state.hpp"
#include "nodes/ops/training/optimizers.hpp"

namespace millrace::ops {
namespace training {
namespace {

double root_mean_square(const at::Tensor& tensor) {
    return std::sqrt(tensor.square().mean(at::kDouble).item<double>());
}

class ScaledAdamSteps : public WithState<ScaledAdam> {
public:
    explicit ScaledAdamSteps(const ScaledAdamOptions& options)
        : WithState({"steps", "rms", "products_moment2", "threshold", "gradient_scale"},
                    {"moment2", "delta", "products", "norms"}),
          options_(options) {
        check_beta(options.beta1, "beta1");
        check_beta(options.beta2, "beta2");
        check_positive(options.scalar_rate_scale, "scale of scalars' rate");
        check_positive(options.epsilon, "epsilon");
        check_positive(options.least_rms, "least rms");
        check_positive(options.most_rms - options.least_rms, "most rms less the least");
        check_positive(options.scalar_most, "limit of scalars");
        check_positive(options.size_update_period - 1, "size update period less 1");
        check_positive(options.clipping_update_period, "clipping update period");
        check_positive(options.clipping_scale.value_or(1), "clipping scale");
    }

    double gradient_scale() const override { return number("", "gradient_scale", 1); }

    void step(const NamedTensors& parameters, double rate) override {
        check_not_negative(rate, "learning rate");
        const NamedTensors gradients = gradients_of(parameters);
        check_fields(parameters);
        const at::Tensor products = at::zeros({options_.size_update_period}, at::kDouble);
        for (const auto& [name, parameter] : parameters) check_field(name, "products", products);
        check_field("", "norms", at::zeros({options_.clipping_update_period}, at::kDouble));
        const at::NoGradGuard no_grad;
        const double scale = clip(parameters, gradients);
        set_number("", "gradient_scale", scale);
        for (const auto& [name, parameter] : parameters) {
            const auto gradient = gradients.find(name);
            const bool is_zero = scale == 0 || gradient == gradients.end();
            update(name, parameter, is_zero ? at::zeros_like(parameter) : gradient->second * scale,
                   rate);
        }
    }

private:
    /// What to multiply gradients with. Norms are kept in a ring by step, zeros at first.
    double clip(const NamedTensors& parameters, const NamedTensors& gradients) {
        const auto steps = static_cast<std::int64_t>(number("", "steps", 0));
        const std::int64_t period = options_.clipping_update_period;
        if (!options_.clipping_scale || steps == 0) {
            check_finite(gradients);
            set_number("", "steps", static_cast<double>(steps + 1));
            return 1;
        }
        const double norm = relative_norm(parameters, gradients);
        const bool is_early = steps < period && (steps == 10 || steps == 20 || steps == 40);
        const bool is_update = is_early || steps % period == 0;
        if (!std::isfinite(norm) && !is_update && !find("", "threshold")) check_finite(gradients);
        set_number("", "steps", static_cast<double>(steps + 1));
        // One bad norm must not reach the median.
        auto* norms =
            tensor("", "norms", at::zeros({period}, at::kDouble)).template data_ptr<double>();
        if (std::isfinite(norm)) norms[steps % period] = norm;
        if (is_update) {
            std::vector<double> sorted(norms, norms + period);
            std::sort(sorted.begin(), sorted.end());
            if (is_early) sorted.erase(sorted.begin(), sorted.end() - steps);
            // The first norms still change quickly.
            const double median = sorted[sorted.size() / 4 * 2], margin = is_early ? 2 : 1;
            set_number("", "threshold", *options_.clipping_scale * margin * median);
        }
        if (!find("", "threshold")) return 1;
        if (!std::isfinite(norm)) return 0;
        return std::min(1.0, number("", "threshold", 0) / (norm + 1e-20));
    }

    double relative_norm(const NamedTensors& parameters, const NamedTensors& gradients) const {
        double sum = 0;
        for (const auto& [name, gradient] : gradients) {
            const at::Tensor* rms = find(name, "rms");
            const double size = gradient.numel() == 1 ? options_.scalar_rate_scale
                                : rms                 ? rms->item<double>()
                                      : root_mean_square(parameters.find(name)->second);
            sum += (gradient.to(at::kDouble) * size).square().sum().item<double>();
        }
        return std::sqrt(sum);
    }

    void update(const std::string& name, at::Tensor parameter, const at::Tensor& gradient,
                double rate) {
        const auto& [beta1, beta2] = std::pair(options_.beta1, options_.beta2);
        const auto steps = static_cast<std::int64_t>(number(name, "steps", 0));
        set_number(name, "steps", static_cast<double>(steps + 1));
        const bool is_scalar = parameter.numel() == 1;
        at::Tensor& moment2 = tensor(name, "moment2", parameter);
        moment2.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
        const double correction = 1 - std::pow(beta2, steps + 1);
        const at::Tensor corrected = correction < 0.99 ? moment2 / correction : moment2;
        at::Tensor change = gradient / corrected.sqrt().add_(options_.epsilon);
        change.mul_(is_scalar ? -rate * options_.scalar_rate_scale : -rate);
        if (!is_scalar) resize(name, parameter, gradient, change, steps, rate);
        at::Tensor& delta = tensor(name, "delta", parameter);
        parameter.add_(delta.mul_(beta1).add_(change, 1 - beta1));
        if (is_scalar) parameter.clamp_(-options_.scalar_most, options_.scalar_most);
    }

    /// Puts the change in proportion to the parameter's size, and now and then changes that size.
    void resize(const std::string& name, const at::Tensor& parameter, const at::Tensor& gradient,
                at::Tensor& change, std::int64_t steps, double rate) {
        const int period = options_.size_update_period;
        at::Tensor& products = tensor(name, "products", at::zeros({period}, at::kDouble));
        products[steps % period] = (parameter * gradient).sum(at::kDouble);
        const bool is_update = steps % period == period - 1;
        if (is_update || steps == 0) set_number(name, "rms", root_mean_square(parameter));
        const double rms = number(name, "rms", 0);
        change.mul_(std::max(rms, options_.least_rms));
        if (!is_update) return;
        const double beta = std::pow(options_.beta2, period);
        const double moment2 = beta * number(name, "products_moment2", 0) +
                               (1 - beta) * products.square().mean().item<double>();
        set_number(name, "products_moment2", moment2);
        if (rms < options_.least_rms) return;
        const double correction = 1 - std::pow(beta, (steps + 1) / period);
        const double scale = -rate * options_.scalar_rate_scale * std::sqrt(correction) *
                             products.sum().item<double>() /
                             (std::sqrt(moment2) + options_.epsilon);
        const double most = (options_.most_rms - rms) / rms;
        change.add_(parameter, std::min(std::clamp(scale, -0.1, 0.1), most));
    }

    ScaledAdamOptions options_;
};

}  // namespace
}  // namespace training

std::unique_ptr<ScaledAdam> make_scaled_adam(const ScaledAdamOptions& options) {
    return std::make_unique<training::ScaledAdamSteps>(options);
}

}  // namespace millrace::ops
