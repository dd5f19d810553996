#include "nodes/ops/training/schedules.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

void check_option(bool good, const char* name, const char* expected, double found) {
    if (good) return;
    throw engine::Error({.code = "E-TRAIN-006",
                         .what = std::string("The ") + name + " of the schedule is out of range",
                         .expected = expected,
                         .found = std::to_string(found),
                         .mend = "Set it within that range."});
}

void check_base(double base) {
    check_option(base >= 0 && std::isfinite(base), "base rate", "0 or more", base);
}

void check_time(double time, const char* name) {
    if (time >= 0 && std::isfinite(time)) return;
    throw engine::Error({.code = "E-TRAIN-009",
                         .what = std::string("There is no such ") + name,
                         .expected = "0 or more",
                         .found = std::to_string(time),
                         .mend = "Count from 0."});
}

void check_step(std::int64_t step) { check_time(static_cast<double>(step), "step"); }

void check_warm_up(std::int64_t steps) {
    check_option(steps >= 0, "warm-up", "0 steps or more", static_cast<double>(steps));
}

double share(std::int64_t part, std::int64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
}

double eden_warm_up(const Eden& options, std::int64_t step) {
    check_base(options.base);
    check_option(options.batches > 0, "number of batches", "above 0", options.batches);
    check_option(options.warm_up_batches >= 0, "warm-up", "0 batches or more",
                 options.warm_up_batches);
    const double start = options.warm_up_start;
    check_option(start >= 0 && start <= 1, "start of the warm-up", "0 to 1", start);
    const auto batch = static_cast<double>(step);
    if (batch >= options.warm_up_batches) return 1;
    return start + (1 - start) * batch / options.warm_up_batches;
}

/// (x^2 + bend^2) / bend^2
double growth(double x, double bend) { return 1 + (x / bend) * (x / bend); }

}  // namespace

double constant_rate(double base, std::int64_t step) {
    check_base(base);
    check_step(step);
    return base;
}

double linear_warm_up_rate(const LinearWarmUp& options, std::int64_t step) {
    check_base(options.base);
    check_warm_up(options.warm_up_steps);
    check_step(step);
    const std::int64_t warm = options.warm_up_steps, total = options.total_steps;
    check_option(total == 0 || total > warm, "number of steps", "0, or more than the warm-up",
                 static_cast<double>(total));
    if (step < warm) return options.base * share(step, warm);
    if (total == 0) return options.base;
    return options.base * std::max(0.0, share(total - step, total - warm));
}

double cosine_rate(const Cosine& options, std::int64_t step) {
    check_base(options.base);
    check_warm_up(options.warm_up_steps);
    check_step(step);
    const std::int64_t warm = options.warm_up_steps, total = options.total_steps;
    check_option(total > warm, "number of steps", "more than the warm-up",
                 static_cast<double>(total));
    check_option(options.least >= 0 && options.least <= options.base, "least rate",
                 "0 to the base rate", options.least);
    if (step < warm) return options.base * share(step, warm);
    if (step >= total) return options.least;
    const double angle = std::numbers::pi * share(step - warm, total - warm);
    return options.least + (options.base - options.least) * (1 + std::cos(angle)) / 2;
}

double step_rate(const StepDecay& options, std::int64_t step) {
    check_base(options.base);
    check_step(step);
    check_option(options.factor > 0 && std::isfinite(options.factor), "factor", "above 0",
                 options.factor);
    check_option(options.period_steps > 0, "period", "1 step or more",
                 static_cast<double>(options.period_steps));
    return options.base *
           std::pow(options.factor, static_cast<double>(step / options.period_steps));
}

double eden_rate(const Eden& options, std::int64_t step, double epoch) {
    check_step(step);
    check_time(epoch, "epoch");
    check_option(options.epochs > 0, "number of epochs", "above 0", options.epochs);
    const double warm_up = eden_warm_up(options, step);
    return options.base * warm_up *
           std::pow(growth(static_cast<double>(step), options.batches), -0.25) *
           std::pow(growth(epoch, options.epochs), -0.25);
}

double eden2_rate(const Eden& options, std::int64_t step) {
    check_step(step);
    const double warm_up = eden_warm_up(options, step);
    return options.base * warm_up *
           std::pow(growth(static_cast<double>(step), options.batches), -0.5);
}

}  // namespace millrace::ops
