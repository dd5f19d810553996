// Adapters from the cases of training's files (losses, optimizer, learning rates) to nodes/ops.
#include <ATen/ATen.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "nodes/ops/training/losses.hpp"
#include "nodes/ops/training/optimizers.hpp"
#include "nodes/ops/training/schedules.hpp"
#include "tests/golden/torch_items.hpp"
#include "tests/golden/tree.hpp"

namespace millrace::golden {
namespace {

double param_or(const Case& given, std::string_view name, double otherwise) {
    return given.params.contains(name) ? given.param(name) : otherwise;
}

ops::Reduction reduction_of(const std::string& name) {
    static const std::map<std::string, ops::Reduction> reductions = {{"none", ops::Reduction::None},
                                                                     {"mean", ops::Reduction::Mean},
                                                                     {"sum", ops::Reduction::Sum}};
    return reductions.at(name);
}

Members single_alpha(const Case& given, const at::Tensor& student, const at::Tensor& teacher) {
    const ops::AlphaOptions options{.alpha = given.param("alpha"),
                                    .ratio_clip = given.param("iw_clip")};
    const auto surrogate = ops::alpha_surrogate(student, teacher, options, ops::Reduction::None);
    const auto reduction = reduction_of(text_of(given, "reduction_for_grad"));
    ops::alpha_surrogate(student, teacher, options, reduction).sum().backward();
    return {{"divergence", from_torch(ops::alpha_divergence(student, teacher, options))},
            {"surrogate", from_torch(surrogate)}};
}

Members adaptive_alpha(const Case& given, const at::Tensor& student, const at::Tensor& teacher) {
    const ops::AdaptiveAlphaOptions options{.alpha_min = given.param("alpha_min"),
                                            .alpha_max = given.param("alpha_max"),
                                            .ratio_clip = given.param("iw_clip")};
    const auto least =
        ops::alpha_divergence(student, teacher, {options.alpha_min, options.ratio_clip});
    const auto most =
        ops::alpha_divergence(student, teacher, {options.alpha_max, options.ratio_clip});
    const auto loss = ops::adaptive_alpha_surrogate(student, teacher, options,
                                                    reduction_of(text_of(given, "reduction")));
    loss.sum().backward();
    std::vector<int> picked;
    for (std::int64_t i = 0; i < least.numel(); ++i)
        picked.push_back(least[i].item<float>() > most[i].item<float>());
    return {{"divergence_min", from_torch(least)},
            {"divergence_max", from_torch(most)},
            {"picked_min", integer_tensor("bool", {picked.size()}, picked)},
            {"loss", from_torch(loss)}};
}

Members soft_targets(const Case& given, const at::Tensor& student, const at::Tensor& teacher) {
    const double temperature = given.param("temperature");
    const bool is_mixed = std::get<bool>(given.params.at("hard_target_used").value);
    const at::Tensor loss =
        is_mixed
            ? ops::mixed_distillation(student, teacher, to_torch(given.input("target")),
                                      {temperature, given.param("alpha")}, ops::Reduction::Mean)
            : ops::soft_cross_entropy(student, teacher, temperature, ops::Reduction::Mean);
    loss.backward();
    return {{"loss", from_torch(loss)}};
}

Members alpha_divergence(const Case& given) {
    const at::Tensor student = leaf(given.input("student_logits")),
                     teacher = to_torch(given.input("teacher_logits"));
    const std::string& mode = text_of(given, "mode");
    Members outputs = mode == "single"     ? single_alpha(given, student, teacher)
                      : mode == "adaptive" ? adaptive_alpha(given, student, teacher)
                                           : soft_targets(given, student, teacher);
    outputs["grad_student_logits"] = from_torch(student.grad());
    return outputs;
}

Members kd_losses(const Case& given) {
    const at::Tensor teacher = to_torch(given.input("teacher_logits"));
    at::Tensor student = leaf(given.input("student_logits"));
    const auto soft = ops::soft_cross_entropy(student, teacher, 1, ops::Reduction::Mean);
    soft.backward();
    Members outputs = {{"tbt_soft_ce", from_torch(soft)},
                       {"tbt_grad_student", from_torch(student.grad())}};
    student = leaf(given.input("student_logits"));
    const auto divergence = ops::kl_divergence(student, teacher, ops::Reduction::Batch);
    divergence.backward();
    outputs["llmqat_kl_batchmean"] = from_torch(divergence);
    outputs["llmqat_grad_student"] = from_torch(student.grad());
    return outputs;
}

ops::ScaledAdamOptions scaled_adam_options(const Case& given) {
    const List& betas = given.params.at("betas").list();
    ops::ScaledAdamOptions options{
        .beta1 = betas.at(0).number(),
        .beta2 = betas.at(1).number(),
        .scalar_rate_scale = given.param("scalar_lr_scale"),
        .epsilon = given.param("eps"),
        .least_rms = given.param("param_min_rms"),
        .most_rms = given.param("param_max_rms"),
        .scalar_most = given.param("scalar_max"),
        .size_update_period = static_cast<int>(given.param("size_update_period")),
        .clipping_update_period = static_cast<int>(given.param("clipping_update_period"))};
    const Item& scale = given.params.at("clipping_scale");
    options.clipping_scale.reset();
    if (!std::holds_alternative<std::monostate>(scale.value))
        options.clipping_scale = scale.number();
    return options;
}

Members scaled_adam(const Case& given) {
    const auto optimizer = ops::make_scaled_adam(scaled_adam_options(given));
    const List &starts = given.inputs.at("params").list(),
               &steps = given.inputs.at("grads_per_step").list();
    // Names in the order of the list: a map sorts them as texts.
    const auto name = [](std::size_t i) { return std::to_string(100000 + i); };
    ops::NamedTensors parameters;
    for (std::size_t i = 0; i < starts.size(); ++i) parameters[name(i)] = leaf(starts[i].tensor());
    List after, scales;
    for (std::size_t step = 0; step < steps.size(); ++step) {
        const List& gradients = steps[step].list();
        for (std::size_t i = 0; i < starts.size(); ++i)
            parameters[name(i)].mutable_grad() = to_torch(gradients.at(i).tensor());
        const auto rates = given.params.find("lr_per_step");
        optimizer->step(parameters, rates == given.params.end()
                                        ? given.param("lr")
                                        : rates->second.list().at(step).number());
        List now;
        for (const auto& [key, parameter] : parameters) now.push_back(from_torch(parameter));
        after.push_back({std::move(now)});
        scales.push_back({optimizer->gradient_scale()});
    }
    return {{"params_after_step", {std::move(after)}},
            {"grad_scale_per_step", {std::move(scales)}}};
}

Members eden(const Case& given) {
    const ops::Eden fallback;
    const ops::Eden options{
        .base = given.param("base_lr"),
        .batches = given.param("lr_batches"),
        .epochs = param_or(given, "lr_epochs", fallback.epochs),
        .warm_up_batches = param_or(given, "warmup_batches", fallback.warm_up_batches),
        .warm_up_start = param_or(given, "warmup_start", fallback.warm_up_start)};
    const List &batches = given.inputs.at("batch").list(),
               &epochs = given.inputs.at("epoch").list();
    List rates;
    for (std::size_t i = 0; i < batches.size(); ++i) {
        const auto step = static_cast<std::int64_t>(batches[i].number());
        rates.push_back({text_of(given, "scheduler") == "Eden2"
                             ? ops::eden2_rate(options, step)
                             : ops::eden_rate(options, step, epochs.at(i).number())});
    }
    return {{"lr", {std::move(rates)}}};
}

}  // namespace

void add_training_operations(Operations& operations) {
    operations.insert({{"alpha_divergence", alpha_divergence},
                       {"kd_losses", kd_losses},
                       {"scaled_adam", scaled_adam},
                       {"eden", eden}});
}

}  // namespace millrace::golden
