// What runs and checks found, as JSON values: for run.json, --json, --events and the worker's
// protocol.
#pragma once

#include <vector>

#include "engine/observe/compare.hpp"
#include "engine/problem.hpp"
#include "engine/run/run.hpp"
#include "engine/value.hpp"

namespace millrace::engine {

/// All counters; seconds as "busy_seconds" and "blocked_seconds".
Value to_value(const NodeFigures& figures);
Value to_value(const WireFigures& figures);

/// All members; the differing numbers of the worst place as "a" and "b".
Value to_value(const Comparison& comparison);

}  // namespace millrace::engine
