// Learning rates as pure functions of the optimizer steps already taken (0 at the first) and of the
// epoch (which may be a fraction). A rate has the unit of its base. Safe on any thread. Each throws
// engine::Error E-TRAIN-006 for an option out of range and E-TRAIN-009 for a negative step or
// epoch.
#pragma once

#include <cstdint>

namespace millrace::ops {

/// The base at every step.
double constant_rate(double base, std::int64_t step);

struct LinearWarmUp {
    double base = 1e-3;
    std::int64_t warm_up_steps = 0;  ///< the rate rises from 0 at step 0 to base at this step
    std::int64_t total_steps = 0;    ///< then falls to 0 at this step; 0 stays at base
};

/// Linear warm-up and, where total_steps is given, linear decay (BERT, Devlin et al. 2019, A.2).
double linear_warm_up_rate(const LinearWarmUp& options, std::int64_t step);

struct Cosine {
    double base = 1e-3;
    double least = 0;                ///< the rate at total_steps and after
    std::int64_t warm_up_steps = 0;  ///< linear from 0, fewer than total_steps
    std::int64_t total_steps = 1;
};

/// Half a cosine from base to least without restarts (Loshchilov and Hutter 2017, section 3), after
/// a linear warm-up.
double cosine_rate(const Cosine& options, std::int64_t step);

struct StepDecay {
    double base = 1e-3;
    double factor = 0.1;            ///< above 0
    std::int64_t period_steps = 1;  ///< the factor applies again each time these have passed
};

/// base * factor^floor(step / period).
double step_rate(const StepDecay& options, std::int64_t step);

struct Eden {
    double base = 0.045;
    double batches = 7500;         ///< above 0: steps after which the decay bends
    double epochs = 3.5;           ///< above 0: the same in epochs
    double warm_up_batches = 500;  ///< 0 for none
    double warm_up_start = 0.5;    ///< 0 to 1: the share of the rate at step 0
};

/// Eden of icefall's zipformer recipe (Yao et al. 2024, section 3.5):
/// base ((b^2+B^2)/B^2)^-1/4 ((e^2+E^2)/E^2)^-1/4, times a linear warm-up.
double eden_rate(const Eden& options, std::int64_t step, double epoch);

/// Eden2 of the same code: without the epoch, and with exponent -1/2; `epochs` is not used.
double eden2_rate(const Eden& options, std::int64_t step);

}  // namespace millrace::ops
