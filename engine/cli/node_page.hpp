// The reference page of a node type, in the forms in which people and programs read it; all from
// the type's table.
#pragma once

#include <string>

#include "engine/node/registry.hpp"
#include "engine/value.hpp"

namespace millrace::cli {

/// For a terminal of 100 columns. The registry is where the example finds what feeds the node.
std::string page_text(const engine::NodeType& type, const engine::Registry& registry);
std::string page_markdown(const engine::NodeType& type, const engine::Registry& registry);
/// The table alone, without an example.
engine::Object page_value(const engine::NodeType& type);

}  // namespace millrace::cli
