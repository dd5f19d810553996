#include "editor/document/states.hpp"

#include <algorithm>

namespace millrace::editor {

bool all_have_mode(const engine::Graph& graph, const std::vector<std::string>& ids,
                   engine::NodeMode mode) {
    return !ids.empty() && std::ranges::all_of(ids, [&](const std::string& id) {
        const auto node = graph.nodes.find(id);
        return node != graph.nodes.end() && node->second.mode == mode;
    });
}

void toggle_mode(engine::Graph& graph, const std::vector<std::string>& ids, engine::NodeMode mode) {
    const bool off = all_have_mode(graph, ids, mode);
    for (const std::string& id : ids) {
        const auto node = graph.nodes.find(id);
        if (node == graph.nodes.end()) continue;
        node->second.mode = off ? engine::NodeMode::Normal : mode;
        node->second.frozen.clear();
        // What a newer program wrote there is chosen anew.
        node->second.extra.erase("mode");
    }
}

void freeze(engine::Graph& graph, const std::vector<std::string>& ids,
            const std::function<std::string()>& name) {
    for (const std::string& id : ids) {
        const auto node = graph.nodes.find(id);
        if (node == graph.nodes.end()) continue;
        node->second.mode = engine::NodeMode::Freeze;
        node->second.frozen = name();
        node->second.extra.erase("mode");
    }
}

}  // namespace millrace::editor
