// A small graph that shows a node type at work, for its reference page.
#pragma once

#include <optional>

#include "engine/graph/graph.hpp"
#include "engine/node/registry.hpp"

namespace millrace::cli {

/// The type's own example, or one node of the type with whatever feeds it: for each input that must
/// be connected an output of the same payload, preferably of the same name and of a source that
/// needs no files. Nothing when an input can't be fed.
std::optional<engine::Graph> example_of(const engine::NodeType& type,
                                        const engine::Registry& registry);

}  // namespace millrace::cli
