// Checks and saved state that the optimizers share. For the sources of this folder; an optimizer's
// owner uses it from one thread at a time.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "nodes/ops/training/optimizers.hpp"

namespace millrace::ops::training {

[[noreturn]] void fail(const char* code, std::string what, std::string_view expected,
                       std::string found, const char* mend);
void check_option(bool good, std::string_view name, std::string_view expected, double found);
/// 0 to below 1.
void check_beta(double beta, std::string_view name);
void check_positive(double value, std::string_view name);
void check_not_negative(double value, std::string_view name);
[[noreturn]] void fail_not_finite(const std::string& name);
/// The gradients that exist, which share storage with the parameters' own.
NamedTensors gradients_of(const NamedTensors& parameters);
void check_parameters(const NamedTensors& parameters);
void check_fit(const std::string& name, const at::Tensor& like, const at::Tensor& other);
void check_finite(const NamedTensors& gradients);

/// Fields by parameter in one flat map; numbers are float64 of shape [].
class StateFields {
public:
    using Fields = std::set<std::string>;

    StateFields(Fields numbers, Fields tensors);
    ~StateFields();
    StateFields(const StateFields&) = delete;
    StateFields& operator=(const StateFields&) = delete;

    NamedTensors saved() const;
    void load(const NamedTensors& state);

    const at::Tensor* find(const std::string& name, const std::string& field) const;
    /// The field of a parameter, zeros of `like` at first.
    at::Tensor& tensor(const std::string& name, const std::string& field, const at::Tensor& like);
    double number(const std::string& name, const std::string& field, double otherwise) const;
    void set_number(const std::string& name, const std::string& field, double value);
    void check_field(const std::string& name, const char* field, const at::Tensor& like) const;
    /// Restored tensors have the shapes of those that a step is about to change.
    void check_fields(const NamedTensors& likes) const;

private:
    Fields numbers_, tensors_;
    NamedTensors state_;
};

template <class Interface>
class WithState : public Interface, protected StateFields {
public:
    NamedTensors state() const override { return saved(); }
    void restore(const NamedTensors& state) override { load(state); }

protected:
    using StateFields::StateFields;
};

}  // namespace millrace::ops::training
