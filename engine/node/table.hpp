// A node type's table as a JSON value, and back. What comes back has everything that documents,
// forms, pages and plans ask for; the code behind it (checks, migrations, the work) stays in the
// plug-in.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/node/instance.hpp"
#include "engine/value.hpp"

namespace millrace::engine {

/// Spec, derived flags and the parameters' defaults; the plug-in's name and build stand beside it,
/// not in it.
Value table_of(const NodeType& type);

/// Stands in for code that a table lacks.
struct TableCode {
    /// check() of a node whose fields, in the order of the parameters, hold these values.
    std::function<std::vector<Problem>(const std::string& id, const Array& fields)> check;
    std::function<void(const std::string& id, int from, Object& params)> migrate;
};

/// The node type of a table. Its instances keep parameters; calling them throws Error
/// (E-INTERNAL-003). Throws Error (E-VALUE-001 or E-VALUE-002) when the value is no table.
NodeType type_from(const Value& table, const TableCode& code);

}  // namespace millrace::engine
