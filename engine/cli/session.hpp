// What most commands begin with: the catalogue of node types, the graph with its overrides, and the
// folders that named roots stand for.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/cli/call.hpp"
#include "engine/graph/graph.hpp"
#include "engine/node/plugin.hpp"
#include "engine/node/registry.hpp"
#include "engine/run/run.hpp"

namespace millrace::cli {

struct Catalogue {
    engine::Registry registry;
    std::vector<engine::PluginReport> plugins;
};

/// Loads the plug-ins, after setting how many threads the libraries they bring may use. Broken ones
/// are reported on stderr.
std::unique_ptr<Catalogue> load_catalogue(int library_threads = 1);

/// The same node types from their stored tables: for everything but running. Plug-ins are loaded
/// only where a table is missing or out of date.
std::unique_ptr<Catalogue> known_catalogue();

/// A document as read, with what was found wrong with it.
struct Document {
    std::filesystem::path file;  ///< absolute
    engine::Graph graph;
    std::vector<engine::Problem> problems;  ///< of reading, migrating and overriding
};

/// Reads and migrates a document and applies --set. With --set, a wrong one throws Error (exit code
/// 2): unknown paths name the nearest.
Document open_document(const Call& call, const std::string& file, const engine::Registry& registry);

/// Throws Problems when one is an error; else prints warnings.
void stop_on_errors(const std::vector<engine::Problem>& problems);

/// Folder of Millrace's own resources, or empty: MILLRACE_RESOURCES, else installed or in the
/// source tree beside the program.
std::filesystem::path resources_folder();

/// Graphs that `new` offers, by name.
std::vector<std::pair<std::string, std::filesystem::path>> templates();

/// The path's folder as ${…} roots: --root, MILLRACE_ROOT_…, ${resources} and ${out}.
engine::PathRoots roots_of(const Call& call, const std::filesystem::path& graph_file,
                           const std::filesystem::path& out);

/// --threads, --intra-threads, --in-flight, --until, --no-inline and --seed, where the command has
/// them, and roots.
engine::RunOptions run_options(const Call& call, const std::filesystem::path& graph_file,
                               const std::filesystem::path& out);

/// The running program's file.
std::filesystem::path program_file();

}  // namespace millrace::cli
