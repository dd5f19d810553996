#include "engine/observe/run_compare.hpp"

#include <algorithm>
#include <map>

#include "engine/observe/raw_packet.hpp"

namespace millrace::engine {
namespace {

bool worse(const Comparison& one, const Comparison& other) {
    if (one.equal != other.equal) return !one.equal;
    if (one.why.empty() != other.why.empty()) return !one.why.empty();
    return one.max_abs > other.max_abs;
}

std::string node_of(const std::string& output) { return output.substr(0, output.rfind('.')); }

}  // namespace

std::string WireComparison::how() const {
    return exact == items      ? "exact"
           : sketched == items ? "from sketches"
                               : "exact and from sketches";
}

std::optional<Comparison> compare_item(const Recorded& a, const Recorded& b, std::uint64_t item,
                                       Tolerance tolerance) {
    const auto sketch_a = a.sketches.find(item);
    const auto sketch_b = b.sketches.find(item);
    const bool sketches = sketch_a != a.sketches.end() && sketch_b != b.sketches.end();
    if (sketches && sketch_a->second.hash == sketch_b->second.hash) {
        Comparison same = compare(sketch_a->second, sketch_b->second, tolerance);
        same.how = "exact";
        return same;
    }
    const auto packet_a = a.packets.find(item);
    const auto packet_b = b.packets.find(item);
    if (packet_a != a.packets.end() && packet_b != b.packets.end())
        return compare(raw_packet(packet_a->second), raw_packet(packet_b->second), tolerance);
    if (sketches) return compare(sketch_a->second, sketch_b->second, tolerance);
    return {};
}

WireComparison compare_wire(const std::string& name, const Recorded& a, const Recorded& b,
                            Tolerance tolerance, const std::function<bool()>& go_on) {
    WireComparison result{.name = name};
    std::map<std::uint64_t, int> items;  // 1: in a, 2: in b
    const auto gather = [&items](const Recorded& side, int bit) {
        for (const auto& [item, sketch] : side.sketches) items[item] |= bit;
        for (const auto& [item, file] : side.packets) items[item] |= bit;
    };
    gather(a, 1);  // both may be one and the same
    gather(b, 2);
    for (const auto& [item, sides] : items) {
        if (go_on && !go_on()) break;
        const auto compared = sides == 3 ? compare_item(a, b, item, tolerance) : std::nullopt;
        if (!compared) {
            if (result.unmatched++ == 0) result.first_unmatched = item;
            continue;
        }
        ++result.items;
        ++(compared->how == "exact" ? result.exact : result.sketched);
        result.differing += compared->equal ? 0 : 1;
        if (result.worst && !worse(*compared, *result.worst)) continue;
        result.worst = compared;
        result.worst_item = item;
    }
    return result;
}

RunComparison compare_runs(const std::vector<std::string>& order,
                           const std::map<std::string, Recorded>& a,
                           const std::map<std::string, Recorded>& b, Tolerance tolerance,
                           const std::function<bool()>& go_on) {
    RunComparison result;
    std::vector<std::pair<std::size_t, std::string>> outputs;
    for (const auto& [name, recorded] : a) {
        outputs.emplace_back(
            static_cast<std::size_t>(std::ranges::find(order, node_of(name)) - order.begin()),
            name);
        if (!b.contains(name)) result.only_one.push_back(name);
    }
    for (const auto& [name, recorded] : b) {
        if (!a.contains(name)) result.only_one.push_back(name);
    }
    std::ranges::sort(outputs);
    for (const auto& [place, name] : outputs) {
        if (go_on && !go_on()) break;
        if (b.contains(name))
            result.wires.push_back(compare_wire(name, a.at(name), b.at(name), tolerance, go_on));
    }
    return result;
}

std::optional<Divergence> first_divergence(const Graph& graph, const RunComparison& comparison) {
    std::map<std::string, bool> equal;  // of each output that was compared
    for (const WireComparison& wire : comparison.wires) equal[wire.name] = wire.equal();
    std::optional<Divergence> in_a_loop;
    for (const WireComparison& wire : comparison.wires) {
        if (wire.equal()) continue;
        Divergence found{.node = node_of(wire.name),
                         .output = wire.name,
                         .item = wire.differing > 0
                                     ? wire.worst_item
                                     : wire.first_unmatched.value_or(wire.worst_item),
                         .inputs = {},
                         .unknown = {}};
        bool agree = true;
        for (const Wire& into : graph.wires) {
            if (into.to.node != found.node) continue;
            const auto known = equal.find(to_text(into.from));
            if (known == equal.end())
                found.unknown.push_back(to_text(into.from));
            else
                agree = agree && known->second;
            found.inputs.push_back(into.from);
        }
        std::ranges::sort(found.inputs);
        found.inputs.erase(std::unique(found.inputs.begin(), found.inputs.end()),
                           found.inputs.end());
        if (agree) return found;
        if (!in_a_loop) in_a_loop = std::move(found);
    }
    return in_a_loop;
}

}  // namespace millrace::engine
