#include "engine/plan/keep_files.hpp"

#include <string>
#include <system_error>

namespace millrace::engine {

namespace fs = std::filesystem;

void keep_files(Graph& graph, const fs::path& folder, const FindType& find_type) {
    for (auto& [id, node] : graph.nodes) {
        const NodeType* type = find_type(node.type);
        if (!type) continue;
        for (auto& [name, value] : node.params) {
            const ParamSpec* param = type->spec.param(name);
            if (!param || param->field.kind() != ParamKind::Path || !value.is_string()) continue;
            const std::string& text = value.as_string();
            if (text.empty() || text.starts_with("${") || fs::path(text).is_absolute()) continue;
            const fs::path file = (fs::absolute(folder) / text).lexically_normal();
            std::error_code ignored;
            if (fs::exists(file, ignored)) value = file.string();
        }
    }
    for (auto& [name, subgraph] : graph.subgraphs) keep_files(subgraph.graph, folder, find_type);
}

}  // namespace millrace::engine
