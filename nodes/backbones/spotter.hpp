// What the sources of keyword spotters share: the task's parameters and the model made of a spec.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/node.hpp"
#include "nodes/ops/networks/spotters.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {

/// 40 log-mel bands of telephone speech.
inline constexpr const char* kFrontEnd =
    R"({"style": "kaldi", "sample_rate": 8000, "filters": 40})";

/// The parameters that every spotter has; each node names them again in its spec.
ops::SpotterTask task_of(const std::string& classes, int readout_frames,
                         const std::string& front_end);

/// Problems of those parameters.
std::vector<engine::Problem> check_task(const std::string& classes, const std::string& front_end);

/// A model with first parameters; keyed by the run's seed and the tensors' names.
types::Model first_model(const engine::Value& spec, const engine::RunContext& context);

}  // namespace millrace::nodes
