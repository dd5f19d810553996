#include "editor/runs/branches.hpp"

#include <deque>
#include <set>
#include <utility>

namespace millrace::editor {

std::map<engine::Endpoint, engine::Endpoint> counterparts(const engine::Graph& expanded,
                                                          const std::string& reference,
                                                          const std::string& branch) {
    using Pair = std::pair<std::string, std::string>;
    std::map<engine::Endpoint, engine::Endpoint> found;
    if (reference == branch) return found;
    std::multimap<std::string, const engine::Wire*> leaving;
    for (const engine::Wire& wire : expanded.wires) leaving.emplace(wire.from.node, &wire);
    std::deque<Pair> open;
    std::set<std::string> reached;  // in either branch: where they meet, both end
    const auto add = [&](const std::string& a, const std::string& b) {
        if (a == b || !expanded.nodes.contains(a) || !expanded.nodes.contains(b)) return;
        if (reached.contains(a) || reached.contains(b)) return;
        reached.insert({a, b});
        open.emplace_back(a, b);
    };
    add(reference, branch);
    const std::string within = branch + "/";
    for (auto node = expanded.nodes.lower_bound(within);
         node != expanded.nodes.end() && node->first.starts_with(within); ++node)
        add(reference + "/" + node->first.substr(within.size()), node->first);
    while (!open.empty()) {
        const auto [a, b] = std::move(open.front());
        open.pop_front();
        const auto [first_a, last_a] = leaving.equal_range(a);
        const auto [first_b, last_b] = leaving.equal_range(b);
        for (auto one = first_a; one != last_a; ++one) {
            for (auto other = first_b; other != last_b; ++other) {
                const engine::Wire &left = *one->second, &right = *other->second;
                if (left.from.port != right.from.port) continue;
                found[right.from] = left.from;
                if (left.to.port == right.to.port) add(left.to.node, right.to.node);
            }
        }
    }
    return found;
}

std::map<std::string, engine::Recorded> as_reference(
    const std::map<std::string, engine::Recorded>& run,
    const std::map<engine::Endpoint, engine::Endpoint>& counterparts) {
    std::map<std::string, engine::Recorded> reference;
    for (const auto& [output, counterpart] : counterparts)
        if (const auto recorded = run.find(to_text(counterpart)); recorded != run.end())
            reference.emplace(to_text(output), recorded->second);
    return reference;
}

}  // namespace millrace::editor
