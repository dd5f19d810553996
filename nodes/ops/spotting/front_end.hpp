// The front end of a spotter as JSON, which stands in a model's spec beside its input, so that who
// runs the model makes the features it was trained with. Plain functions, any thread.
#pragma once

#include "engine/value.hpp"
#include "nodes/ops/audio/features.hpp"

namespace millrace::ops {

/// {"style": "kaldi", "sample_rate": 8000, "filters": 40, "cepstra": 0, "length": 25, "shift": 10,
/// "low": 20, "high": 0}: lengths in milliseconds, frequencies in Hz, high 0 for half the sample
/// rate; only the rate must be given. Throws Error E-SPOT-001 for what it does not know.
FrontEnd front_end_from(const engine::Value& described);

/// That of a model's spec. Throws Error E-SPOT-001 also where there is none.
FrontEnd front_end_of_spec(const engine::Value& spec);

}  // namespace millrace::ops
