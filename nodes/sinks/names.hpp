// File names of artifacts.
#pragma once

#include <cstdint>
#include <string>

#include "nodes/types/table.hpp"

namespace millrace::nodes {

/// The name on the wire with everything but letters, digits, "-", "_" and "." replaced, or the item's number with six
/// digits when there is none.
std::string artifact_name(const types::Text* name, std::uint64_t item);

}  // namespace millrace::nodes
