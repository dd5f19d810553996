// Setting a node's fields from their JSON form, by the table alone: kinds, ranges, choices, required files.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/node/instance.hpp"

namespace millrace::engine {

/// Where relative paths and named roots lead.
struct PathRoots {
    std::filesystem::path document;                       ///< folder of the graph file
    std::map<std::string, std::filesystem::path> named;   ///< "data" for "${data}/…"
};

/// The file a path parameter means. Problem E-PATH-001 (unknown root), E-PATH-002 (climbs out of its root).
struct ResolvedPath {
    std::filesystem::path path;
    std::optional<Problem> problem;
};
ResolvedPath resolve(const Path& path, const PathRoots& roots);

/// The value of one parameter as files store it: choices by name.
Value stored_value(const ParamSpec& param, const void* node);

/// Sets one field after checking kind, range and choices; E-PARAM-002 to 004, `where` left to the caller.
std::optional<Problem> set_param(const ParamSpec& param, void* node, const Value& value);

/// Sets all of `params` and runs check(): every problem, completed with `node_id`. Unknown names are E-PARAM-001
/// with the nearest one.
std::vector<Problem> set_params(const NodeType& type, NodeInstance& node, const Object& params,
                                const std::string& node_id);

/// All parameters of the node with their present values, in stored form; for run.json and cache keys.
Object all_params(const NodeType& type, NodeInstance& node);

/// Replaces every Path field by the absolute path it means; E-PATH-…, E-FILE-001 for a required one that is missing.
std::vector<Problem> resolve_paths(const NodeType& type, NodeInstance& node, const PathRoots& roots,
                                   const std::string& node_id);

}  // namespace millrace::engine
