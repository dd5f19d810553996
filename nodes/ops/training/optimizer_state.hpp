// Checks and saved state that the optimizers share. For the sources of this folder; an optimizer's
// owner uses it from one thread at a time.
#pragma once

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/training/optimizers.hpp"

namespace millrace::ops::training {

inline std::string description(const at::Tensor& tensor) {
    return fmt::format("{} [{}]", tensor.toString(), fmt::join(tensor.sizes().vec(), ", "));
}

[[noreturn]] inline void fail(const char* code, std::string what, std::string_view expected,
                              std::string found, const char* mend) {
    throw engine::Error({.code = code,
                         .what = std::move(what),
                         .expected = std::string(expected),
                         .found = std::move(found),
                         .mend = mend});
}

inline void check_option(bool good, std::string_view name, std::string_view expected,
                         double found) {
    if (good) return;
    fail("E-TRAIN-006", fmt::format("The {} of the optimizer is out of range", name), expected,
         fmt::format("{}", found), "Set it within that range.");
}

inline void check_beta(double beta, std::string_view name) {
    check_option(beta >= 0 && beta < 1, name, "0 to below 1", beta);
}

inline void check_positive(double value, std::string_view name) {
    check_option(value > 0 && std::isfinite(value), name, "above 0", value);
}

inline void check_not_negative(double value, std::string_view name) {
    check_option(value >= 0 && std::isfinite(value), name, "0 or more", value);
}

inline void check_parameters(const NamedTensors& parameters) {
    const char* mend = "Choose which parameters of the model to train.";
    const std::string_view expected = "float32 or float64 tensors on the CPU, none of them empty";
    if (parameters.empty())
        fail("E-TRAIN-002", "There are no parameters to train", expected, "none", mend);
    for (const auto& [name, parameter] : parameters) {
        const bool is_float =
            parameter.defined() && parameter.device().is_cpu() &&
            (parameter.scalar_type() == at::kFloat || parameter.scalar_type() == at::kDouble);
        if (is_float && parameter.numel() > 0) continue;
        fail(is_float ? "E-TRAIN-002" : "E-TRAIN-001",
             fmt::format("The parameter {} cannot be trained", name), expected,
             parameter.defined() ? description(parameter) : "no tensor", mend);
    }
}

[[noreturn]] inline void fail_not_finite(const std::string& name) {
    fail("E-TRAIN-007", fmt::format("The gradient of {} holds NaN or infinity", name),
         "finite numbers", "", "Lower the rate, clip gradients, or leave this batch out.");
}

inline void check_fit(const std::string& name, const at::Tensor& like, const at::Tensor& other) {
    if (other.sizes() == like.sizes() && other.scalar_type() == like.scalar_type()) return;
    fail("E-TRAIN-004", fmt::format("Gradient or state of {} does not fit", name),
         description(like), description(other), "Load the state that was saved with this model.");
}

/// The gradients that exist, which share storage with the parameters' own.
inline NamedTensors gradients_of(const NamedTensors& parameters) {
    check_parameters(parameters);
    NamedTensors gradients;
    for (const auto& [name, parameter] : parameters) {
        const at::Tensor& gradient = parameter.grad();
        if (!gradient.defined()) continue;
        check_fit(name, parameter, gradient);
        gradients[name] = gradient.detach();
    }
    return gradients;
}

inline void check_finite(const NamedTensors& gradients) {
    for (const auto& [name, gradient] : gradients) {
        if (!gradient.isfinite().all().item<bool>()) fail_not_finite(name);
    }
}

/// Fields by parameter in one flat map; numbers are float64 of shape [].
template <class Interface>
class WithState : public Interface {
public:
    NamedTensors state() const override { return copy(state_); }

    void restore(const NamedTensors& state) override {
        for (const auto& [name, value] : state) {
            const auto slash = name.rfind('/');
            const std::string field = slash == name.npos ? "" : name.substr(slash + 1);
            const bool is_number =
                value.defined() && value.dim() == 0 && value.scalar_type() == at::kDouble;
            if (is_number && numbers_.contains(field)) continue;
            if (value.defined() && tensors_.contains(field)) continue;
            fail("E-TRAIN-008", "The saved state is of another optimizer",
                 fmt::format("fields {}, {}", fmt::join(numbers_, ", "), fmt::join(tensors_, ", ")),
                 name, "Choose the optimizer it was saved by, or start anew.");
        }
        state_ = copy(state);
    }

protected:
    using Fields = std::set<std::string>;

    WithState(Fields numbers, Fields tensors)
        : numbers_(std::move(numbers)), tensors_(std::move(tensors)) {}

    const at::Tensor* find(const std::string& name, const std::string& field) const {
        const auto found = state_.find(name + "/" + field);
        return found == state_.end() ? nullptr : &found->second;
    }

    /// The field of a parameter, zeros of `like` at first.
    at::Tensor& tensor(const std::string& name, const std::string& field, const at::Tensor& like) {
        at::Tensor& value = state_[name + "/" + field];
        if (!value.defined()) value = at::zeros_like(like);
        return value;
    }

    double number(const std::string& name, const std::string& field, double otherwise) const {
        const at::Tensor* value = find(name, field);
        return value ? value->item<double>() : otherwise;
    }

    void set_number(const std::string& name, const std::string& field, double value) {
        state_[name + "/" + field] = at::scalar_tensor(value, at::kDouble);
    }

    void check_field(const std::string& name, const char* field, const at::Tensor& like) const {
        if (const at::Tensor* value = find(name, field)) check_fit(name, like, *value);
    }

    /// Restored tensors have the shapes of those that a step is about to change.
    void check_fields(const NamedTensors& likes) const {
        for (const auto& [name, like] : likes) {
            for (const char* field : {"momentum", "moment1", "moment2", "delta"})
                check_field(name, field, like);
        }
    }

private:
    static NamedTensors copy(const NamedTensors& tensors) {
        NamedTensors copies;
        for (const auto& [name, tensor] : tensors) copies[name] = tensor.detach().clone();
        return copies;
    }

    Fields numbers_, tensors_;
    NamedTensors state_;
};

}  // namespace millrace::ops::training
