#include "engine/cli/comparable.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "engine/cli/call.hpp"
#include "engine/graph/graph.hpp"
#include "engine/observe/raw_packet.hpp"

namespace millrace::cli {
namespace fs = std::filesystem;

Side side_from(const std::string& text) {
    Side side{.text = text, .path = text};
    std::error_code ignored;
    const auto colon = text.rfind(':');
    if (fs::is_directory(text, ignored)) {
        side.kind = Side::Kind::Folder;
        side.recorded = engine::read_recorded(text);
        return side;
    }
    if (!fs::exists(text, ignored) && colon != std::string::npos &&
        fs::is_directory(text.substr(0, colon), ignored)) {
        side.kind = Side::Kind::Wire;
        side.path = text.substr(0, colon);
        side.wire = text.substr(colon + 1);
        auto recorded = engine::read_recorded(side.path);
        const auto found = recorded.find(side.wire);
        if (found == recorded.end()) {
            std::vector<std::string> known;
            for (const auto& [name, wire] : recorded) known.push_back(name);
            const std::string near = engine::nearest_of(side.wire, known);
            throw usage_error("E-CLI-009",
                              fmt::format("The run recorded no output \"{}\"", side.wire),
                              fmt::format("one of {}", fmt::join(known, ", ")), side.wire,
                              near.empty() ? "Record it with run --record or --keep."
                                           : fmt::format("Did you mean \"{}\"?", near));
        }
        side.recorded.insert(*found);
        return side;
    }
    if (!fs::exists(text, ignored)) {
        throw engine::Error({.code = "E-FILE-001",
                             .what = "There is nothing to compare",
                             .expected = "a run folder, FOLDER:NODE.PORT or a packet file",
                             .found = "no such file or folder",
                             .where = text,
                             .mend = "Check the path."});
    }
    side.recorded["packet"].packets[0] = text;
    return side;
}

std::vector<std::string> nodes_in_order(const fs::path& folder) {
    const engine::Graph graph =
        engine::expand(engine::load_graph(folder / "graph.json").graph).graph;
    std::map<std::string, std::set<std::string>> waits;
    for (const auto& [id, node] : graph.nodes) waits[id];
    for (const engine::Wire& wire : graph.wires) {
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

}  // namespace millrace::cli
