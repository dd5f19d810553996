#include "nodes/ops/training/optimizer_state.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops::training {
namespace {

std::string description(const at::Tensor& tensor) {
    return fmt::format("{} [{}]", tensor.toString(), fmt::join(tensor.sizes().vec(), ", "));
}

NamedTensors copied(const NamedTensors& tensors) {
    NamedTensors copies;
    for (const auto& [name, tensor] : tensors) copies[name] = tensor.detach().clone();
    return copies;
}

}  // namespace

void fail(const char* code, std::string what, std::string_view expected, std::string found,
          const char* mend) {
    throw engine::Error({.code = code,
                         .what = std::move(what),
                         .expected = std::string(expected),
                         .found = std::move(found),
                         .mend = mend});
}

void check_option(bool good, std::string_view name, std::string_view expected, double found) {
    if (good) return;
    fail("E-TRAIN-006", fmt::format("The {} of the optimizer is out of range", name), expected,
         fmt::format("{}", found), "Set it within that range.");
}

void check_beta(double beta, std::string_view name) {
    check_option(beta >= 0 && beta < 1, name, "0 to below 1", beta);
}

void check_positive(double value, std::string_view name) {
    check_option(value > 0 && std::isfinite(value), name, "above 0", value);
}

void check_not_negative(double value, std::string_view name) {
    check_option(value >= 0 && std::isfinite(value), name, "0 or more", value);
}

void check_parameters(const NamedTensors& parameters) {
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

void fail_not_finite(const std::string& name) {
    fail("E-TRAIN-007", fmt::format("The gradient of {} holds NaN or infinity", name),
         "finite numbers", "", "Lower the rate, clip gradients, or leave this batch out.");
}

void check_fit(const std::string& name, const at::Tensor& like, const at::Tensor& other) {
    if (other.sizes() == like.sizes() && other.scalar_type() == like.scalar_type()) return;
    fail("E-TRAIN-004", fmt::format("Gradient or state of {} does not fit", name),
         description(like), description(other), "Load the state that was saved with this model.");
}

NamedTensors gradients_of(const NamedTensors& parameters) {
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

void check_finite(const NamedTensors& gradients) {
    for (const auto& [name, gradient] : gradients) {
        if (!gradient.isfinite().all().item<bool>()) fail_not_finite(name);
    }
}

StateFields::StateFields(Fields numbers, Fields tensors)
    : numbers_(std::move(numbers)), tensors_(std::move(tensors)) {}

StateFields::~StateFields() = default;

NamedTensors StateFields::saved() const { return copied(state_); }

void StateFields::load(const NamedTensors& state) {
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
    state_ = copied(state);
}

const at::Tensor* StateFields::find(const std::string& name, const std::string& field) const {
    const auto found = state_.find(name + "/" + field);
    return found == state_.end() ? nullptr : &found->second;
}

at::Tensor& StateFields::tensor(const std::string& name, const std::string& field,
                                const at::Tensor& like) {
    at::Tensor& value = state_[name + "/" + field];
    if (!value.defined()) value = at::zeros_like(like);
    return value;
}

double StateFields::number(const std::string& name, const std::string& field,
                           double otherwise) const {
    const at::Tensor* value = find(name, field);
    return value ? value->item<double>() : otherwise;
}

void StateFields::set_number(const std::string& name, const std::string& field, double value) {
    state_[name + "/" + field] = at::scalar_tensor(value, at::kDouble);
}

void StateFields::check_field(const std::string& name, const char* field,
                              const at::Tensor& like) const {
    if (const at::Tensor* value = find(name, field)) check_fit(name, like, *value);
}

void StateFields::check_fields(const NamedTensors& likes) const {
    for (const auto& [name, like] : likes) {
        for (const char* field : {"momentum", "moment1", "moment2", "delta"})
            check_field(name, field, like);
    }
}

}  // namespace millrace::ops::training
