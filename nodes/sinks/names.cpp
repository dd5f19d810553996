#include "nodes/sinks/names.hpp"

#include <fmt/format.h>

namespace millrace::nodes {

std::string artifact_name(const types::Text* name, std::uint64_t item) {
    std::string text = name ? name->text.substr(0, 200) : std::string();
    for (char& c : text) {
        const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (!good) c = '_';
    }
    while (!text.empty() && text.front() == '.') text.erase(text.begin());
    return text.empty() ? fmt::format("{:06}", item) : text;
}

}  // namespace millrace::nodes
