// Reroute dots: points that a wire is led through. They are places alone and mean nothing to a run,
// so they lie in the layout section beside the nodes' places: "a.out -> b.in #1": [x, y], numbered
// from the wire's start. Functions on the value, as edits.hpp.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "engine/graph/graph.hpp"

namespace millrace::editor {

using Bends = std::vector<std::array<double, 2>>;

/// Of all wires that have some, by wire_key().
std::map<std::string, Bends> all_bends(const engine::Graph& graph);
Bends bends_of(const engine::Graph& graph, const engine::Wire& wire);
/// Replaces those of a wire.
void set_bends(engine::Graph& graph, const engine::Wire& wire, const Bends& bends);
/// Takes out those of wires that are no more.
void prune_bends(engine::Graph& graph);

/// How far a wire without dots leaves and enters level, in a cubic's control points.
double wire_reach(const std::array<double, 2>& from, const std::array<double, 2>& to);

/// "a.out -> b.in".
std::string wire_key(const engine::Wire& wire);

}  // namespace millrace::editor
