#include "engine/observe/node_order.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "engine/graph/graph.hpp"

namespace millrace::engine {

std::vector<std::string> nodes_in_order(const std::filesystem::path& folder) {
    const Graph graph = expand(load_graph(folder / "graph.json").graph).graph;
    std::map<std::string, std::set<std::string>> waits;
    for (const auto& [id, node] : graph.nodes) waits[id];
    for (const Wire& wire : graph.wires) {
        if (wire.from.node != wire.to.node && waits.contains(wire.from.node))
            waits[wire.to.node].insert(wire.from.node);
    }
    std::vector<std::string> order;
    while (!waits.empty()) {
        // In a loop some node has to come first; the alphabet decides.
        auto next =
            std::ranges::find_if(waits, [](const auto& entry) { return entry.second.empty(); });
        if (next == waits.end()) next = waits.begin();
        order.push_back(next->first);
        waits.erase(next);
        for (auto& [id, producers] : waits) producers.erase(order.back());
    }
    return order;
}

}  // namespace millrace::engine
