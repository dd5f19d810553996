// The reference page of a node type, in the forms in which people and programs read it; all from
// the type's table.
#pragma once

#include <string>

#include "engine/node/instance.hpp"
#include "engine/value.hpp"

namespace millrace::cli {

/// For a terminal.
std::string page_text(const engine::NodeType& type);
std::string page_markdown(const engine::NodeType& type);
engine::Object page_value(const engine::NodeType& type);

}  // namespace millrace::cli
