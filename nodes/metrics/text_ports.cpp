#include "nodes/metrics/text_ports.hpp"

#include "nodes/types/phase.hpp"

namespace millrace::nodes {

std::vector<engine::InputSpec> text_ports() {
    std::vector<engine::InputSpec> ports = {{"hypothesis", "what was written"},
                                            {"reference", "what should have been written"}};
    for (const char* name : {"reference_2", "reference_3", "reference_4"})
        ports.push_back(
            {.name = name, .doc = "another reference of the same item", .optional = true});
    return ports;
}

std::vector<std::string> references_of(const types::Text& first,
                                       std::initializer_list<const types::Text*> others) {
    std::vector<std::string> references;
    if (first.text == types::kPadding) return references;
    references.push_back(first.text);
    for (const types::Text* other : others) {
        if (other) references.push_back(other->text);
    }
    return references;
}

void warn_of_no_text(engine::RunContext& context) {
    context.warn("No text was given, so that there is nothing to report");
}

}  // namespace millrace::nodes
