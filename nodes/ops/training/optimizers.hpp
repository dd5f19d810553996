// Optimizers over named parameters. The caller owns parameters, their gradients and the optimizer;
// one thread at a time uses an optimizer, and two optimizers share nothing. Parameters are float32
// or float64 leaves on the CPU, of any shape with at least one element, changed in place; gradients
// are theirs (`grad()`), left as they are. Rates come with each step: see schedules.hpp. Bad input
// throws engine::Error before anything changes: E-TRAIN-001 another type, E-TRAIN-002 no parameters
// or an empty one, E-TRAIN-004 a gradient or state of another shape than its parameter's,
// E-TRAIN-006 an option or rate out of range, E-TRAIN-007 gradients with NaN or infinity,
// E-TRAIN-008 a state that is not this optimizer's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace at {
class Tensor;
}

namespace millrace::ops {

using NamedTensors = std::map<std::string, at::Tensor, std::less<>>;

class Optimizer {
public:
    virtual ~Optimizer() = default;

    /// One update from the gradients that the parameters hold. State belongs to a name, so the same
    /// names come with every step.
    virtual void step(const NamedTensors& parameters, double rate) = 0;

    /// A copy of everything that later steps depend on but parameters and options, as
    /// "parameter/field": restoring it goes on bit for bit.
    virtual NamedTensors state() const = 0;
    virtual void restore(const NamedTensors& state) = 0;
};

struct SgdOptions {
    double momentum = 0;      ///< 0 to below 1
    double weight_decay = 0;  ///< added to the gradient, times the parameter
};

/// Stochastic gradient descent as torch::optim::SGD has it, without dampening. A parameter without
/// gradient rests.
std::unique_ptr<Optimizer> make_sgd(const SgdOptions& options);

struct AdamWOptions {
    double beta1 = 0.9, beta2 = 0.999;  ///< 0 to below 1
    double epsilon = 1e-8;              ///< above 0
    double weight_decay = 0.01;         ///< shrinks the parameter by rate * weight_decay
};

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2). A parameter without
/// gradient rests.
std::unique_ptr<Optimizer> make_adamw(const AdamWOptions& options);

struct ScaledAdamOptions {
    double beta1 = 0.9, beta2 = 0.98;
    double scalar_rate_scale = 0.1;  ///< of scalars' rate, and of the size's rate
    double epsilon = 1e-8;
    double least_rms = 1e-5, most_rms = 3;
    double scalar_most = 10;     ///< scalars are held within +- this
    int size_update_period = 4;  ///< steps, at least 2
    /// Gradients are scaled down to this many medians of the recent norms; none without it.
    std::optional<double> clipping_scale = 2;
    int clipping_update_period = 100;  ///< steps, at least 1
};

/// An Adam whose steps are in proportion to each parameter's root mean square, which it learns too
/// (Yao et al. 2024, Zipformer, section 3.5, and icefall's code). A parameter with one element is a
/// scalar and has no size. A missing gradient counts as 0. Once a clipping threshold is known (at
/// step 10 or after a period), a gradient with NaN or infinity counts as 0 for all parameters, and
/// they move on by their momentum; before, it throws.
class ScaledAdam : public Optimizer {
public:
    /// What the gradients of the last step were multiplied with; 1 before any.
    virtual double gradient_scale() const = 0;
};

std::unique_ptr<ScaledAdam> make_scaled_adam(const ScaledAdamOptions& options);

/// Forgets the gradients.
void clear_gradients(const NamedTensors& parameters);

/// Scales all gradients down so that their common Euclidean norm is at most `most` (above 0); gives
/// the norm before. As torch's clip_grad_norm_, the divisor is the norm + 1e-6 (Pascanu et al.
/// 2013, algorithm 1).
double clip_gradient_norm(const NamedTensors& parameters, double most);

/// Limits every element of the gradients to +- `most` (above 0); infinities too, but not NaN.
void clip_gradient_values(const NamedTensors& parameters, double most);

}  // namespace millrace::ops
