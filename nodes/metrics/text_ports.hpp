// What the metrics that compare written texts with references share: their input ports. Plain
// functions, any thread.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "engine/node.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {

/// "hypothesis", "reference", and "reference_2" to "reference_4", which need not be wired.
std::vector<engine::InputSpec> text_ports();

/// The references of one hypothesis; none where the item only keeps processes in step.
std::vector<std::string> references_of(const types::Text& first,
                                       std::initializer_list<const types::Text*> others);

/// Tells the user that no report is made, for nothing came.
void warn_of_no_text(engine::RunContext& context);

}  // namespace millrace::nodes
