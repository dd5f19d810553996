// Changes of graphs, as functions on the value: what gestures, menus and keys do, without canvas or
// window. Each works on one graph, the document's or a nested one.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "engine/graph/graph.hpp"

namespace millrace::editor {

/// A node's id for a type, not taken yet: "range_crop", "range_crop_2" …
std::string free_id(const engine::Graph& graph, std::string_view wanted);

/// Adds a node with default parameters; gives its id.
std::string add_node(engine::Graph& graph, std::string_view type, int version,
                     std::array<double, 2> place);

/// Makes a wire; one that enters the input already is replaced, since inputs take one.
void connect(engine::Graph& graph, const engine::Endpoint& from, const engine::Endpoint& to);
void disconnect(engine::Graph& graph, const engine::Endpoint& from, const engine::Endpoint& to);

/// Whether a way leads along the wires from one node to another.
bool leads_to(const engine::Graph& graph, const std::string& from, const std::string& to);

/// Removes nodes with their wires, places, and the promoted parameters and ports that name them.
void remove_nodes(engine::Graph& graph, const std::vector<std::string>& ids);

/// Sets a parameter, or takes it out where `value` is its default.
void set_param(engine::Graph& graph, const std::string& node, const std::string& name,
               const engine::Value& value, const engine::Value& standard);

/// Nodes with the wires between them and their places, as text that can be mailed.
std::string copy_nodes(const engine::Graph& graph, const std::vector<std::string>& ids);
/// Adds what copy_nodes() gave, with new ids where they are taken, moved by `offset`; gives the new
/// ids. With `keep_inputs` the copies also take the wires that entered the originals, where their
/// producers are still there. Throws engine::Error when the text is none of it.
std::vector<std::string> paste_nodes(engine::Graph& graph, std::string_view text,
                                     std::array<double, 2> offset, bool keep_inputs = false);

}  // namespace millrace::editor
