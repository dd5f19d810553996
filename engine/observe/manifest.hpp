// What decided the results of each node in the last run of a graph file, kept in the content store,
// so that `millrace why` can say what has changed since.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/run/cache.hpp"
#include "engine/run/run.hpp"

namespace millrace::engine {

/// After a successful run: a manifest for every node.
void write_manifests(CacheStore& store, const std::filesystem::path& graph_file, const Plan& plan,
                     const RunOptions& options);

enum class Expectation {
    Hit,      ///< results will be found
    Light,    ///< computed when needed, never stored
    Miss,     ///< something changed, or the results are gone
    Uncached  ///< results of such a node are never stored
};
std::string_view to_text(Expectation expectation);

struct Explanation {
    std::string node;
    Expectation expectation = Expectation::Miss;
    std::string because;  ///< one line
};

/// For a node of the plan and all it depends on, the node first, then from the sources on: what the
/// next run will find.
std::vector<Explanation> explain(CacheStore& store, const std::filesystem::path& graph_file,
                                 const Plan& plan, const RunOptions& options, int node);

}  // namespace millrace::engine
