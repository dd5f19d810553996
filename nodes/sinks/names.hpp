// File names of artifacts.
#pragma once

#include <cstdint>
#include <string>

#include "nodes/types/table.hpp"

namespace millrace::nodes {

/// The name on the wire, or the item's number with six digits when there is none. What a file name
/// had better not hold stands as "%2F", so that different names stay different and none climbs; a
/// name of more than 200 bytes is cut and ends in the item's number.
std::string artifact_name(const types::Text* name, std::uint64_t item);

}  // namespace millrace::nodes
