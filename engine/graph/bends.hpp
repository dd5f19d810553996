// Reroute dots: points that a wire is led through. They are places alone and mean nothing to a run,
// so they lie in the layout section beside the nodes' places: "a.out -> b.in #1": [x, y], numbered
// from the wire's start. Functions on the value; and the curve of a wire through them, which is one
// wherever graphs are drawn.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "engine/graph/graph.hpp"

namespace millrace::engine {

using Place = std::array<double, 2>;
using Bends = std::vector<Place>;

/// Of all wires that have some, by wire_key().
std::map<std::string, Bends> all_bends(const Graph& graph);
Bends bends_of(const Graph& graph, const Wire& wire);
/// Replaces those of a wire.
void set_bends(Graph& graph, const Wire& wire, const Bends& bends);
/// Takes out those of wires that are no more.
void prune_bends(Graph& graph);

/// How far a wire without dots leaves and enters level, in a cubic's control points.
double wire_reach(const std::array<double, 2>& from, const std::array<double, 2>& to);

/// A cubic by its two control points and its end.
struct Cubic {
    Place first, second, end;
};

/// From `from` through the dots to `to`, level at both ends.
std::vector<Cubic> wire_curve(const Place& from, const Place& to, const Bends& bends);

/// "a.out -> b.in".
std::string wire_key(const Wire& wire);

}  // namespace millrace::engine
