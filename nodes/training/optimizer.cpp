#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/ops/training/optimizers.hpp"
#include "nodes/ops/training/schedules.hpp"
#include "nodes/training/example.hpp"
#include "nodes/training/group.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/phase.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct Optimizer {
    enum class Kind { Sgd, AdamW, ScaledAdam };
    enum class Schedule { Constant, Linear, Cosine, Step, Eden };

    Kind kind = Kind::AdamW;
    double rate = 1e-3;
    Schedule schedule = Schedule::Constant;
    int steps = 0, warm_up = 0, period = 1000;
    double least_rate = 0, factor = 0.1, eden_steps = 5000, eden_epochs = 3.5;
    double momentum = 0.9, weight_decay = 0.01, beta1 = 0.9, beta2 = 0.999;
    double clip_norm = 0, clip_value = 0;
    int accumulate = 1;
    double average = 0;
    double peer_timeout = 60;

    static engine::NodeSpec spec();

    std::vector<engine::Problem> check() const {
        if (schedule != Schedule::Cosine || steps > warm_up) return {};
        return {{.what = "A cosine schedule needs to know how many steps there are",
                 .expected = "more than the warm-up",
                 .found = std::to_string(steps),
                 .where = "steps",
                 .mend = "Set steps to epochs times batches in an epoch."}};
    }

    void start(engine::RunContext& context) {
        optimizer_ = make();
        group_ = Group::join(context, peer_timeout);
    }

    std::tuple<types::Model, types::Metrics> operator()(const types::Tensor& loss,
                                                        const double* count,
                                                        const types::Model& model,
                                                        const double* phase, const double* last,
                                                        engine::RunContext& context) {
        types::Metrics figures{.step = static_cast<std::int64_t>(model.version), .values = {}};
        double value = loss.value.item<double>();
        const double now = phase ? *phase : types::kTrain;
        if (now != types::kTrain) {
            figures.values[now == types::kValidation ? "validation_loss" : "test_loss"] = value;
            return {model, std::move(figures)};
        }
        if (!std::isfinite(value)) {
            throw engine::Error({.code = "E-TRAIN-023",
                                 .what = "The loss is NaN or infinite",
                                 .expected = "a finite loss",
                                 .found = fmt::format("{} after {} steps", value, model.version),
                                 .mend = "Lower the rate or clip gradients; set the node's error "
                                         "policy to skip to leave such batches out."});
        }
        double weight = count ? *count : 1;
        types::NamedTensors gradients = gradients_of(loss.value, model, weight);
        if (group_) share(gradients, weight, value, model, context);
        add_pending(gradients, weight);
        figures.values["loss"] = value;
        types::Model next = model;
        if (++pending_ >= accumulate)
            step(next, std::move(gradients), figures);
        else
            gradients_ = std::move(gradients);
        if (last && *last != 0) epoch_ += 1;
        for (const auto& [name, figure] : figures.values) context.metric(name, figure);
        return {std::move(next), std::move(figures)};
    }

    engine::State save() const {
        engine::State state;
        state.values = {{"pending", pending_}, {"count", count_}, {"epoch", epoch_}};
        keep(state, "state", optimizer_->state());
        keep(state, "gradients", gradients_);
        return state;
    }

    void load(const engine::State& state) {
        pending_ = static_cast<int>(state.values.at("pending").as_int());
        count_ = state.values.at("count").as_double();
        epoch_ = state.values.at("epoch").as_double();
        optimizer_->restore(kept(state, "state"));
        gradients_ = kept(state, "gradients");
    }

private:
    std::unique_ptr<ops::Optimizer> make() const {
        switch (kind) {
            case Kind::Sgd:
                return ops::make_sgd({.momentum = momentum, .weight_decay = weight_decay});
            case Kind::ScaledAdam:
                return ops::make_scaled_adam({.beta1 = beta1, .beta2 = beta2});
            case Kind::AdamW:
                break;
        }
        return ops::make_adamw({.beta1 = beta1, .beta2 = beta2, .weight_decay = weight_decay});
    }

    double rate_at(std::int64_t step) const {
        switch (schedule) {
            case Schedule::Linear:
                return ops::linear_warm_up_rate(
                    {.base = rate, .warm_up_steps = warm_up, .total_steps = steps}, step);
            case Schedule::Cosine:
                return ops::cosine_rate({.base = rate,
                                         .least = least_rate,
                                         .warm_up_steps = warm_up,
                                         .total_steps = steps},
                                        step);
            case Schedule::Step:
                return ops::step_rate({.base = rate, .factor = factor, .period_steps = period},
                                      step);
            case Schedule::Eden:
                return ops::eden_rate({.base = rate,
                                       .batches = eden_steps,
                                       .epochs = eden_epochs,
                                       .warm_up_batches = static_cast<double>(warm_up)},
                                      step, epoch_);
            case Schedule::Constant:
                break;
        }
        return ops::constant_rate(rate, step);
    }

    /// Those of this batch, which are taken from the parameters; times what its loss is the mean of
    /// where they are to be added to others.
    types::NamedTensors gradients_of(const at::Tensor& loss, const types::Model& model,
                                     double weight) const {
        ops::clear_gradients(model.parameters);
        const at::AutoGradMode with_gradients(true);
        loss.backward();
        types::NamedTensors gradients;
        const at::NoGradGuard no_gradients;
        for (const auto& [name, parameter] : model.parameters) {
            if (!parameter.grad().defined()) continue;
            gradients[name] = is_weighted() ? parameter.grad() * weight : parameter.grad();
        }
        ops::clear_gradients(model.parameters);
        return gradients;
    }

    bool is_weighted() const { return accumulate > 1 || group_; }

    /// Sums over all processes; an uneven share counts by its examples.
    void share(types::NamedTensors& gradients, double& weight, double& loss,
               const types::Model& model, engine::RunContext& context) const {
        const Group::Use group(*group_, context);
        group->agree("the number of steps so far", std::to_string(model.version));
        const at::NoGradGuard no_gradients;
        for (const auto& [name, parameter] : model.parameters) {
            if (!gradients.contains(name)) gradients[name] = at::zeros_like(parameter);
        }
        group->sum(gradients);
        std::vector<double> sums = {weight, loss * weight};
        group->sum(sums);
        weight = sums[0];
        loss = weight > 0 ? sums[1] / weight : 0;
    }

    /// With those of the batches before that have not made a step yet.
    void add_pending(types::NamedTensors& gradients, double weight) {
        for (auto& [name, gradient] : gradients) {
            if (const auto before = gradients_.find(name); before != gradients_.end())
                gradient = gradient + before->second;
        }
        count_ += weight;
    }

    void step(types::Model& next, types::NamedTensors gradients, types::Metrics& figures) {
        const at::NoGradGuard no_gradients;
        // A new version: whoever looks at the old one keeps it as it was.
        for (auto& [name, parameter] : next.parameters) {
            parameter = parameter.detach().clone();
            const auto gradient = gradients.find(name);
            if (gradient == gradients.end()) continue;
            parameter.mutable_grad() = is_weighted() ? gradient->second / count_ : gradient->second;
        }
        if (clip_value > 0) ops::clip_gradient_values(next.parameters, clip_value);
        if (clip_norm > 0)
            figures.values["gradient_norm"] = ops::clip_gradient_norm(next.parameters, clip_norm);
        const double now = rate_at(static_cast<std::int64_t>(next.version));
        optimizer_->step(next.parameters, now);
        ops::clear_gradients(next.parameters);
        for (auto& [name, parameter] : next.parameters) parameter.requires_grad_(true);
        ++next.version;
        if (average > 0) move_average(next);
        figures.values["rate"] = now;
        gradients_.clear();
        pending_ = 0;
        count_ = 0;
    }

    /// The decay rises from 0, so that the first steps' parameters are soon forgotten.
    void move_average(types::Model& model) const {
        const auto version = static_cast<double>(model.version);
        const double decay = std::min(average, (1 + version) / (10 + version));
        types::NamedTensors moved;
        for (const auto& [name, parameter] : model.parameters) {
            const auto before = model.average.find(name);
            moved[name] = before == model.average.end()
                              ? parameter.detach().clone()
                              : before->second * decay + parameter.detach() * (1 - decay);
        }
        model.average = std::move(moved);
    }

    static void keep(engine::State& state, const std::string& under,
                     const types::NamedTensors& tensors) {
        engine::Array names;
        for (const auto& [name, tensor] : tensors) {
            names.push_back(name);
            state.packets[under].push_back(engine::Packet::make<types::Tensor>({tensor}));
        }
        state.values[under] = std::move(names);
    }

    static types::NamedTensors kept(const engine::State& state, const std::string& under) {
        types::NamedTensors tensors;
        const auto packets = state.packets.find(under);
        const engine::Array& names = state.values.at(under).as_array();
        for (std::size_t i = 0; i < names.size(); ++i)
            tensors[names[i].as_string()] = packets->second.at(i).as<types::Tensor>().value;
        return tensors;
    }

    std::unique_ptr<ops::Optimizer> optimizer_;
    std::shared_ptr<Group> group_;
    types::NamedTensors gradients_;  ///< of batches that have not made a step yet
    int pending_ = 0;
    double count_ = 0, epoch_ = 0;
};

engine::NodeSpec Optimizer::spec() {
    return {
        .id = "training.optimizer",
        .title = "Optimizer",
        .group = "Training",
        .doc =
            "Takes the gradients of a loss and makes the model's next version. What is not "
            "training "
            "passes through. Other readers keep the version that they hold.",
        .inputs = {{"loss", "one number with its history"},
                   {.name = "count",
                    .doc = "examples or tokens that the loss is the mean of: their weight where "
                           "several batches make a step",
                    .optional = true},
                   {"model", "that gave the loss"},
                   {.name = "phase",
                    .doc = "0 training, 1 validation, 2 test; training without it",
                    .optional = true},
                   {.name = "last", .doc = "1 where an epoch ends", .optional = true}},
        .outputs = {{"model", "after the step"},
                    {"figures",
                     "loss, rate and norm of the gradient; they are metrics of the run too"}},
        .params = {{.name = "kind",
                    .field = &Optimizer::kind,
                    .choices = {"sgd", "adamw", "scaled_adam"},
                    .doc = "Rule of the steps"},
                   {.name = "rate",
                    .field = &Optimizer::rate,
                    .range = {0, 100},
                    .doc = "Base learning rate"},
                   {.name = "schedule",
                    .field = &Optimizer::schedule,
                    .choices = {"constant", "linear", "cosine", "step", "eden"},
                    .doc = "How the rate changes from step to step"},
                   {.name = "steps",
                    .field = &Optimizer::steps,
                    .range = {0, 2e9},
                    .doc = "linear, cosine: steps of the whole training"},
                   {.name = "warm_up",
                    .field = &Optimizer::warm_up,
                    .range = {0, 2e9},
                    .doc = "linear, cosine, eden: steps over which the rate rises"},
                   {.name = "least_rate",
                    .field = &Optimizer::least_rate,
                    .range = {0, 100},
                    .doc = "cosine: rate at the end"},
                   {.name = "period",
                    .field = &Optimizer::period,
                    .range = {1, 2e9},
                    .doc = "step: steps from one change to the next"},
                   {.name = "factor",
                    .field = &Optimizer::factor,
                    .range = {1e-6, 1},
                    .doc = "step: what the rate is multiplied with"},
                   {.name = "eden_steps",
                    .field = &Optimizer::eden_steps,
                    .range = {1, 1e9},
                    .doc = "eden: steps after which the decay bends",
                    .advanced = true},
                   {.name = "eden_epochs",
                    .field = &Optimizer::eden_epochs,
                    .range = {0.01, 1e6},
                    .doc = "eden: epochs after which the decay bends",
                    .advanced = true},
                   {.name = "momentum",
                    .field = &Optimizer::momentum,
                    .range = {0, 0.9999},
                    .doc = "sgd: share of the last change that goes on"},
                   {.name = "weight_decay",
                    .field = &Optimizer::weight_decay,
                    .range = {0, 10},
                    .doc =
                        "sgd: added to the gradient; adamw: shrinks parameters by rate times this"},
                   {.name = "beta1",
                    .field = &Optimizer::beta1,
                    .range = {0, 0.9999},
                    .doc = "adamw, scaled_adam: decay of the mean gradient",
                    .advanced = true},
                   {.name = "beta2",
                    .field = &Optimizer::beta2,
                    .range = {0, 0.99999},
                    .doc = "adamw, scaled_adam: decay of the mean square",
                    .advanced = true},
                   {.name = "clip_norm",
                    .field = &Optimizer::clip_norm,
                    .range = {0, 1e9},
                    .doc = "Most norm of all gradients together; 0: no limit"},
                   {.name = "clip_value",
                    .field = &Optimizer::clip_value,
                    .range = {0, 1e9},
                    .doc = "Most absolute value of a gradient; 0: no limit"},
                   {.name = "accumulate",
                    .field = &Optimizer::accumulate,
                    .range = {1, 100000},
                    .doc = "Batches that make one step"},
                   {.name = "average",
                    .field = &Optimizer::average,
                    .range = {0, 0.99999},
                    .doc = "Decay of a moving average of the parameters, which evaluation goes by; "
                           "0: none"},
                   peer_timeout_param(&Optimizer::peer_timeout)},
        .pure = false,
        .resource = engine::Resource::Compute,
        .source =
            "Loshchilov and Hutter 2019 (AdamW); Yao et al. 2024, Zipformer, section 3.5 "
            "(ScaledAdam, Eden)",
        .example = loop_example(),
    };
}

}  // namespace

void register_optimizer(engine::Registry& registry) { registry.add<Optimizer>(); }

}  // namespace millrace::nodes
