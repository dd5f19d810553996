// The order in which a run's nodes follow each other, so that the first wire that differs is where
// two runs part. Plain function, any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace millrace::engine {

/// Nodes of the run folder's graph, producers before consumers. Throws Error when graph.json can't
/// be read.
std::vector<std::string> nodes_in_order(const std::filesystem::path& folder);

}  // namespace millrace::engine
