#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "nodes/ops/training/losses.hpp"
#include "nodes/ops/training/optimizers.hpp"
#include "nodes/ops/training/schedules.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Numbers without a random generator, between -1 and 1, different for each `seed`.
at::Tensor numbers(std::vector<std::int64_t> shape, double seed) {
    std::int64_t count = 1;
    for (const auto size : shape) count *= size;
    return (at::arange(count, at::kDouble) * 1.7 + seed * 0.61).sin().reshape(shape);
}

at::Tensor doubles(const std::vector<double>& values, std::vector<std::int64_t> shape) {
    return at::tensor(values, at::kDouble).reshape(shape);
}

at::Tensor longs(const std::vector<std::int64_t>& values) { return at::tensor(values, at::kLong); }

double value(const at::Tensor& scalar) { return scalar.item<double>(); }

bool same_bits(const at::Tensor& a, const at::Tensor& b) { return at::equal(a, b); }

TEST(TrainingLosses, CrossEntropyByHand) {
    const auto logits = doubles({0, 0, std::log(2.0), 0}, {2, 2});  // p = 1/2, 1/2; 2/3, 1/3
    const auto labels = longs({1, 0});
    const double first = std::log(2.0), second = std::log(1.5), other = std::log(3.0);
    EXPECT_NEAR(value(cross_entropy(logits, labels, {}, Reduction::Sum)), first + second, 1e-14);
    EXPECT_NEAR(value(cross_entropy(logits, labels, {}, Reduction::Mean)), (first + second) / 2,
                1e-14);
    const auto smooth = cross_entropy(logits, labels, {.label_smoothing = 0.2}, Reduction::None);
    EXPECT_NEAR(value(smooth[1]), 0.8 * second + 0.2 * (second + other) / 2, 1e-14);
}

TEST(TrainingLosses, IgnoredLabelsAreNotCounted) {
    const auto logits = numbers({2, 3}, 1).requires_grad_(true);
    const auto one = cross_entropy(logits.slice(0, 0, 1), longs({2}), {}, Reduction::Mean);
    const auto loss = cross_entropy(logits, longs({2, -100}), {}, Reduction::Mean);
    EXPECT_DOUBLE_EQ(value(loss), value(one));
    loss.backward();
    EXPECT_EQ(value(logits.grad()[1].abs().sum()), 0);
    EXPECT_EQ(value(cross_entropy(logits, longs({-100, -100}), {}, Reduction::Mean)), 0);
}

TEST(TrainingLosses, OneItemOfEachLoss) {
    const auto student = numbers({1, 3}, 1), teacher = numbers({1, 3}, 2);
    const double soft = value(soft_cross_entropy(student, teacher, 1, Reduction::Mean)),
                 own = value(soft_cross_entropy(teacher, teacher, 1, Reduction::Mean)),
                 gap = value(kl_divergence(student, teacher, Reduction::Batch));
    EXPECT_NEAR(soft - own, gap, 1e-14);
    EXPECT_NEAR(value(alpha_divergence(student, teacher, {.alpha = 1})), gap, 1e-14);
    EXPECT_NEAR(value(alpha_divergence(student, teacher, {.alpha = 0, .ratio_clip = 1e3})),
                value(kl_divergence(teacher, student, Reduction::Mean)), 1e-14);
    EXPECT_NEAR(value(kl_divergence(student, student, Reduction::Mean)), 0, 1e-15);
}

TEST(TrainingLosses, TeacherGetsNoGradient) {
    const auto student = numbers({2, 3}, 1).requires_grad_(true),
               teacher = numbers({2, 3}, 2).requires_grad_(true);
    (kl_divergence(student, teacher, Reduction::Sum) +
     adaptive_alpha_surrogate(student, teacher, {}, Reduction::Sum) +
     mean_squared_error(student, teacher, Reduction::Sum))
        .backward();
    EXPECT_TRUE(student.grad().defined());
    EXPECT_FALSE(teacher.grad().defined());
}

TEST(TrainingLosses, AlphaGradientIsThatOfKl) {
    const auto surrogate = numbers({4, 5}, 1).requires_grad_(true),
               plain = numbers({4, 5}, 1).requires_grad_(true), teacher = numbers({4, 5}, 2);
    alpha_surrogate(surrogate, teacher, {.alpha = 1}, Reduction::Mean).backward();
    kl_divergence(plain, teacher, Reduction::Mean).backward();
    EXPECT_TRUE(at::allclose(surrogate.grad(), plain.grad(), 0, 1e-14));
}

TEST(TrainingLosses, AlphaOfFarLogitsIsFinite) {
    const auto student = doubles({0, 2000}, {1, 2}).to(at::kFloat).requires_grad_(true),
               teacher = doubles({2000, 0}, {1, 2}).to(at::kFloat);
    for (const double alpha : {-1.0, 0.0, 0.5, 1.0, 2.0}) {
        const auto loss = alpha_surrogate(student, teacher, {.alpha = alpha}, Reduction::Mean);
        EXPECT_TRUE(std::isfinite(value(loss))) << alpha;
    }
}

TEST(TrainingLosses, LayersSumTheirMeans) {
    const auto zeros = at::zeros({2, 1, 3}, at::kDouble), ones = at::ones({2, 1, 3}, at::kDouble);
    EXPECT_DOUBLE_EQ(value(hidden_distillation({zeros, zeros}, {ones, ones * 2})), 5);
    EXPECT_DOUBLE_EQ(value(last_state_distillation(zeros, ones)), 2);
    const auto map = at::ones({1, 2, 3, 3}, at::kDouble);
    EXPECT_DOUBLE_EQ(value(attention_distillation({map}, {map * 3})), 4);
    EXPECT_EQ(error_code([&] { hidden_distillation({zeros}, {}); }), "E-TRAIN-004");
    EXPECT_EQ(error_code([&] { attention_distillation({zeros}, {ones}); }), "E-TRAIN-004");
}

TEST(TrainingLosses, CtcByHand) {
    // Two frames, even odds of three classes: "1" has the paths 11, 01 and 10 of nine.
    const auto logits = at::zeros({2, 1, 3}, at::kDouble);
    const auto labels = longs({1}).reshape({1, 1});
    const auto loss = [&](std::int64_t frames, std::int64_t count, const CtcOptions& options) {
        return value(
            ctc_loss(logits, labels, longs({frames}), longs({count}), options, Reduction::Mean));
    };
    EXPECT_NEAR(loss(2, 1, {}), std::log(3.0), 1e-14);
    EXPECT_NEAR(loss(1, 1, {}), std::log(3.0), 1e-14);
    EXPECT_NEAR(loss(2, 0, {}), std::log(9.0), 1e-14);
    EXPECT_EQ(error_code([&] { loss(3, 1, {}); }), "E-TRAIN-005");
    EXPECT_EQ(error_code([&] { loss(2, 1, {.blank = 1}); }), "E-TRAIN-005");
    EXPECT_EQ(error_code([&] { loss(2, 1, {.blank = 3}); }), "E-TRAIN-006");
    const auto two = longs({1, 1}).reshape({1, 2});
    const auto impossible = [&](ImpossibleAlignment kind) {
        return value(
            ctc_loss(logits, two, longs({2}), longs({2}), {.impossible = kind}, Reduction::Sum));
    };
    EXPECT_EQ(impossible(ImpossibleAlignment::Zero), 0);
    EXPECT_EQ(impossible(ImpossibleAlignment::Infinite), kInfinity);
}

TEST(TrainingLosses, BadInputIsNamed) {
    const auto good = numbers({2, 3}, 1);
    const auto code = [&](const at::Tensor& student, const at::Tensor& teacher) {
        const std::string kl =
            error_code([&] { kl_divergence(student, teacher, Reduction::Mean); });
        EXPECT_EQ(kl, error_code([&] { alpha_divergence(student, teacher, {}); }));
        return kl;
    };
    EXPECT_EQ(code(at::Tensor(), good), "E-TRAIN-001");
    EXPECT_EQ(code(good.to(at::kLong), good), "E-TRAIN-001");
    EXPECT_EQ(code(at::zeros({0, 3}), at::zeros({0, 3})), "E-TRAIN-002");
    EXPECT_EQ(code(good * kNan, good), "E-TRAIN-003");
    EXPECT_EQ(code(good, good * kInfinity), "E-TRAIN-003");
    EXPECT_EQ(code(good, numbers({3, 2}, 1)), "E-TRAIN-004");
    EXPECT_EQ(code(numbers({3}, 1), numbers({3}, 1)), "E-TRAIN-004");
    const auto labels = [&](const at::Tensor& given, const CrossEntropyOptions& options) {
        return error_code([&] { cross_entropy(good, given, options, Reduction::Mean); });
    };
    EXPECT_EQ(labels(longs({0, 3}), {}), "E-TRAIN-005");
    EXPECT_EQ(labels(longs({0, -1}), {}), "E-TRAIN-005");
    EXPECT_EQ(labels(longs({0}), {}), "E-TRAIN-005");
    EXPECT_EQ(labels(at::Tensor(), {}), "E-TRAIN-005");
    EXPECT_EQ(labels(longs({0, 1}), {.label_smoothing = 1.5}), "E-TRAIN-006");
    EXPECT_EQ(error_code([&] { soft_cross_entropy(good, good, 0, Reduction::Mean); }),
              "E-TRAIN-006");
}

NamedTensors two_parameters() {
    return {{"bias", numbers({1}, 3).requires_grad_(true)},
            {"weight", numbers({3, 4}, 4).requires_grad_(true)}};
}

void set_gradients(const NamedTensors& parameters, int step) {
    for (const auto& [name, parameter] : parameters) {
        parameter.mutable_grad() =
            numbers(parameter.sizes().vec(), 10 + step + double(name.size()) / 8);
    }
}

using MakeOptimizer = std::function<std::unique_ptr<Optimizer>()>;

/// The largest difference from torch's optimizer over 20 steps.
template <class TorchOptimizer, class TorchOptions>
double difference_from_torch(Optimizer& optimizer, const TorchOptions& options) {
    const NamedTensors own = two_parameters(), theirs = two_parameters();
    TorchOptimizer reference({theirs.at("bias"), theirs.at("weight")}, options);
    double most = 0;
    for (int step = 0; step < 20; ++step) {
        set_gradients(own, step);
        set_gradients(theirs, step);
        optimizer.step(own, options.lr());
        reference.step();
        for (const auto& [name, parameter] : own)
            most = std::max(most, value((parameter - theirs.at(name)).abs().max()));
    }
    return most;
}

TEST(TrainingOptimizers, SgdIsTorchs) {
    for (const double momentum : {0.0, 0.9}) {
        const auto optimizer = make_sgd({.momentum = momentum, .weight_decay = 0.1});
        const auto options = torch::optim::SGDOptions(0.05).momentum(momentum).weight_decay(0.1);
        EXPECT_LT(difference_from_torch<torch::optim::SGD>(*optimizer, options), 1e-12);
    }
}

TEST(TrainingOptimizers, AdamWIsTorchs) {
    const auto optimizer = make_adamw({.beta1 = 0.8, .beta2 = 0.95, .weight_decay = 0.1});
    const auto options =
        torch::optim::AdamWOptions(0.05).betas(std::make_tuple(0.8, 0.95)).weight_decay(0.1);
    EXPECT_LT(difference_from_torch<torch::optim::AdamW>(*optimizer, options), 1e-12);
}

TEST(TrainingOptimizers, SavedStateGoesOnBitForBit) {
    const std::vector<MakeOptimizer> makers = {
        [] { return make_sgd({.momentum = 0.9}); }, [] { return make_adamw({}); },
        [] { return make_scaled_adam({.clipping_scale = 0.9, .clipping_update_period = 4}); }};
    for (const MakeOptimizer& make : makers) {
        const auto first = make(), second = make();
        const NamedTensors parameters = two_parameters();
        NamedTensors copies;
        for (int step = 0; step < 30; ++step) {
            if (step == 13) {
                for (const auto& [name, parameter] : parameters)
                    copies[name] = parameter.detach().clone().requires_grad_(true);
                second->restore(first->state());
            }
            set_gradients(parameters, step);
            first->step(parameters, 0.01);
            if (step < 13) continue;
            set_gradients(copies, step);
            second->step(copies, 0.01);
        }
        for (const auto& [name, parameter] : parameters)
            EXPECT_TRUE(same_bits(parameter, copies.at(name))) << name;
    }
}

TEST(TrainingOptimizers, AForeignStateIsRefused) {
    const auto adamw = make_adamw({});
    EXPECT_EQ(error_code([&] {
                  adamw->restore({{"weight/momentum", numbers({2}, 1)}});
              }),
              "E-TRAIN-008");
    EXPECT_EQ(error_code([&] { adamw->restore({{"moment1", numbers({2}, 1)}}); }), "E-TRAIN-008");
    adamw->restore({{"weight/moment1", numbers({2}, 1)}});
    const NamedTensors parameters = two_parameters();
    set_gradients(parameters, 0);
    EXPECT_EQ(error_code([&] { adamw->step(parameters, 0.1); }), "E-TRAIN-004");
    EXPECT_TRUE(same_bits(parameters.at("bias"), two_parameters().at("bias")));
}

TEST(TrainingOptimizers, BadGradientsChangeNothing) {
    for (const MakeOptimizer& make :
         std::vector<MakeOptimizer>{[] { return make_sgd({}); }, [] { return make_adamw({}); },
                                    [] { return make_scaled_adam({}); }}) {
        const auto optimizer = make();
        const NamedTensors parameters = two_parameters();
        set_gradients(parameters, 0);
        parameters.at("weight").mutable_grad()[1][2] = kNan;
        EXPECT_EQ(error_code([&] { optimizer->step(parameters, 0.1); }), "E-TRAIN-007");
        EXPECT_TRUE(optimizer->state().empty());
        for (const auto& [name, parameter] : two_parameters())
            EXPECT_TRUE(same_bits(parameter, parameters.at(name)));
        EXPECT_EQ(error_code([&] { optimizer->step({}, 0.1); }), "E-TRAIN-002");
        EXPECT_EQ(error_code([&] { optimizer->step(parameters, -1); }), "E-TRAIN-006");
        EXPECT_EQ(error_code([&] {
                      optimizer->step({{"codes", longs({1})}}, 0.1);
                  }),
                  "E-TRAIN-001");
        EXPECT_EQ(error_code([&] {
                      optimizer->step({{"none", at::zeros({0})}}, 0.1);
                  }),
                  "E-TRAIN-002");
    }
    EXPECT_EQ(error_code([] { make_sgd({.momentum = 1}); }), "E-TRAIN-006");
    EXPECT_EQ(error_code([] { make_adamw({.epsilon = 0}); }), "E-TRAIN-006");
    EXPECT_EQ(error_code([] { make_scaled_adam({.size_update_period = 1}); }), "E-TRAIN-006");
}

TEST(TrainingOptimizers, ScaledAdamSkipsNanOnceItHasAThreshold) {
    const auto optimizer = make_scaled_adam({.clipping_update_period = 4});
    const NamedTensors parameters = two_parameters();
    for (int step = 0; step < 20; ++step) {
        set_gradients(parameters, step);
        if (step == 16) parameters.at("weight").mutable_grad()[0][0] = kNan;
        optimizer->step(parameters, 0.01);
        EXPECT_EQ(optimizer->gradient_scale() == 0, step == 16) << step;
    }
    for (const auto& [name, parameter] : parameters)
        EXPECT_TRUE(parameter.isfinite().all().item<bool>()) << name;
}

TEST(TrainingOptimizers, ParametersWithoutGradientRest) {
    const NamedTensors parameters = two_parameters();
    make_adamw({})->step(parameters, 0.1);
    make_sgd({.momentum = 0.9, .weight_decay = 1})->step(parameters, 0.1);
    make_scaled_adam({})->step(parameters, 0.1);
    for (const auto& [name, parameter] : two_parameters())
        EXPECT_TRUE(same_bits(parameter, parameters.at(name))) << name;
}

TEST(TrainingOptimizers, ClipsGradients) {
    const NamedTensors parameters = {{"a", at::zeros({1}, at::kDouble).requires_grad_(true)},
                                     {"b", at::zeros({1}, at::kDouble).requires_grad_(true)}};
    const auto set = [&](double a, double b) {
        parameters.at("a").mutable_grad() = doubles({a}, {1});
        parameters.at("b").mutable_grad() = doubles({b}, {1});
    };
    set(3, -4);
    EXPECT_DOUBLE_EQ(clip_gradient_norm(parameters, 10), 5);
    EXPECT_EQ(value(parameters.at("b").grad()), -4);
    EXPECT_DOUBLE_EQ(clip_gradient_norm(parameters, 1), 5);
    EXPECT_NEAR(value(parameters.at("a").grad()), 0.6, 1e-6);
    EXPECT_NEAR(value(parameters.at("b").grad()), -0.8, 1e-6);
    set(0.5, -kInfinity);
    EXPECT_EQ(error_code([&] { clip_gradient_norm(parameters, 1); }), "E-TRAIN-007");
    clip_gradient_values(parameters, 2);
    EXPECT_EQ(value(parameters.at("a").grad()), 0.5);
    EXPECT_EQ(value(parameters.at("b").grad()), -2);
    set(kNan, 1);
    EXPECT_EQ(error_code([&] { clip_gradient_values(parameters, 1); }), "E-TRAIN-007");
    clear_gradients(parameters);
    EXPECT_FALSE(parameters.at("a").grad().defined());
    EXPECT_EQ(clip_gradient_norm(parameters, 1), 0);
}

TEST(TrainingSchedules, Corners) {
    EXPECT_EQ(constant_rate(0.3, 1000000), 0.3);
    const LinearWarmUp linear{.base = 1, .warm_up_steps = 4, .total_steps = 8};
    const std::vector<double> rates = {0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25, 0, 0};
    for (std::size_t i = 0; i < rates.size(); ++i)
        EXPECT_DOUBLE_EQ(linear_warm_up_rate(linear, std::int64_t(i)), rates[i]) << i;
    EXPECT_EQ(linear_warm_up_rate({.base = 2}, 0), 2);
    EXPECT_EQ(linear_warm_up_rate({.base = 2, .warm_up_steps = 1}, 1000), 2);

    const Cosine cosine{.base = 1, .least = 0.2, .warm_up_steps = 2, .total_steps = 6};
    EXPECT_EQ(cosine_rate(cosine, 0), 0);
    EXPECT_EQ(cosine_rate(cosine, 1), 0.5);
    EXPECT_EQ(cosine_rate(cosine, 2), 1);
    EXPECT_NEAR(cosine_rate(cosine, 4), 0.6, 1e-15);
    EXPECT_EQ(cosine_rate(cosine, 6), 0.2);
    EXPECT_EQ(cosine_rate(cosine, 7), 0.2);

    const StepDecay decay{.base = 1, .factor = 0.5, .period_steps = 3};
    EXPECT_EQ(step_rate(decay, 2), 1);
    EXPECT_EQ(step_rate(decay, 3), 0.5);
    EXPECT_EQ(step_rate(decay, 6), 0.25);

    EXPECT_DOUBLE_EQ(eden_rate({.base = 1}, 0, 0), 0.5);
    EXPECT_DOUBLE_EQ(eden_rate({.base = 1}, 7500, 3.5), 1 / std::sqrt(2.0));
    EXPECT_DOUBLE_EQ(eden2_rate({.base = 1, .warm_up_batches = 0}, 7500), 1 / std::sqrt(2.0));
    EXPECT_EQ(eden_rate({.base = 1, .warm_up_batches = 0}, 0, 0), 1);
}

TEST(TrainingSchedules, BadOptionsAreNamed) {
    EXPECT_EQ(error_code([] { constant_rate(0.1, -1); }), "E-TRAIN-009");
    EXPECT_EQ(error_code([] { eden_rate({}, 0, kNan); }), "E-TRAIN-009");
    EXPECT_EQ(error_code([] { constant_rate(kNan, 0); }), "E-TRAIN-006");
    EXPECT_EQ(error_code([] { cosine_rate({.warm_up_steps = 5, .total_steps = 5}, 0); }),
              "E-TRAIN-006");
    EXPECT_EQ(error_code([] { step_rate({.period_steps = 0}, 0); }), "E-TRAIN-006");
    EXPECT_EQ(error_code([] { eden2_rate({.batches = 0}, 0); }), "E-TRAIN-006");
}

}  // namespace
}  // namespace millrace::ops
