// What the tests of the training nodes share: a small task whose examples are made as they are
// asked for, a graph that trains on it, and runs of that graph.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/graph/graph.hpp"
#include "engine/run/run.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::testing {

/// Every node of the loop, and "test.examples": three classes of 12 frames of 6 features, a bump at
/// another place for each, in noise. Parameters epochs, train, validation, test (examples of each
/// phase), bad (the item whose features are NaN; -1 for none). Kills the process, as kill -9 would,
/// at the item that MILLRACE_TEST_KILL names.
const engine::Registry& training_nodes();

/// How the graph differs from the plain one: parameters by "node.name".
using Changes = std::map<std::string, engine::Value>;

engine::RunResult train(const std::filesystem::path& out, const Changes& changes = {},
                        const engine::RunOptions& options = {});

/// The text of out/artifacts/model.safetensors.
std::string model_bytes(const std::filesystem::path& out);

}  // namespace millrace::testing
