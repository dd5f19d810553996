// Seeded random documents: everything a document may hold, known or not, with the texts and numbers
// that writers get wrong. The same seed gives the same document on every machine.
#pragma once

#include <cstdint>

#include "engine/graph/graph.hpp"

namespace millrace::engine::testing {

/// A document that reads back without problems; its nodes are of made-up types, so it plans
/// nothing.
Graph random_graph(std::uint64_t seed);

}  // namespace millrace::engine::testing
