// Payload types of ports: names such as "image/1", variables of generic ports ("T"), and lists of
// either. Pure functions of the planner's steps.
#pragma once

#include <map>
#include <string>

namespace millrace::engine::planning {

/// What variables of one node's ports stand for.
using Bindings = std::map<std::string, std::string>;

/// The type with its variables replaced; empty when one of them is not known.
std::string substitute(const std::string& type, const Bindings& bindings);

/// Whether a wire of type `given` may enter a port of type `wanted`; binds variables. An empty type
/// is not known before the run and fits everything.
bool fits(const std::string& wanted, const std::string& given, Bindings& bindings);

}  // namespace millrace::engine::planning
