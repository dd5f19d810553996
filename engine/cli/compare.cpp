// millrace compare
#include "engine/observe/compare.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "engine/cli/call.hpp"
#include "engine/cli/comparable.hpp"
#include "engine/cli/exit_codes.hpp"
#include "engine/cli/text_table.hpp"
#include "engine/observe/node_order.hpp"
#include "engine/observe/raw_packet.hpp"
#include "engine/observe/report.hpp"

namespace millrace::cli {
namespace {

using engine::Comparison;
using engine::Recorded;

/// All items of one wire against another.
struct WireResult {
    std::string name;
    std::uint64_t items = 0;
    std::uint64_t exact = 0, sketched = 0;
    std::uint64_t differing = 0;  ///< items beyond the tolerance
    std::uint64_t unmatched = 0;  ///< items that only one side has
    std::uint64_t worst_item = 0;
    std::optional<Comparison> worst;  ///< of the items beyond the tolerance, else of all
    bool equal() const { return differing == 0 && unmatched == 0; }
    std::string how() const {
        return exact == items      ? "exact"
               : sketched == items ? "from sketches"
                                   : "exact and from sketches";
    }
};

/// Exactly where both kept the packet or the hashes agree, else from sketches; nothing when neither
/// can be.
std::optional<Comparison> compare_item(const Recorded& a, const Recorded& b, std::uint64_t item,
                                       engine::Tolerance tolerance) {
    const auto sketch_a = a.sketches.find(item);
    const auto sketch_b = b.sketches.find(item);
    const bool sketches = sketch_a != a.sketches.end() && sketch_b != b.sketches.end();
    if (sketches && sketch_a->second.hash == sketch_b->second.hash) {
        Comparison same = engine::compare(sketch_a->second, sketch_b->second, tolerance);
        same.how = "exact";
        return same;
    }
    const auto packet_a = a.packets.find(item);
    const auto packet_b = b.packets.find(item);
    if (packet_a != a.packets.end() && packet_b != b.packets.end()) {
        return engine::compare(engine::raw_packet(packet_a->second),
                               engine::raw_packet(packet_b->second), tolerance);
    }
    if (sketches) return engine::compare(sketch_a->second, sketch_b->second, tolerance);
    return {};
}

bool worse(const Comparison& one, const Comparison& other) {
    if (one.equal != other.equal) return !one.equal;
    if (one.why.empty() != other.why.empty()) return !one.why.empty();
    return one.max_abs > other.max_abs;
}

WireResult compare_wire(const std::string& name, const Recorded& a, const Recorded& b,
                        engine::Tolerance tolerance) {
    WireResult result{.name = name};
    std::map<std::uint64_t, int> items;  // 1: in a, 2: in b
    for (const auto* side : {&a, &b}) {
        const int bit = side == &a ? 1 : 2;
        for (const auto& [item, sketch] : side->sketches) items[item] |= bit;
        for (const auto& [item, file] : side->packets) items[item] |= bit;
    }
    for (const auto& [item, sides] : items) {
        const auto compared = sides == 3 ? compare_item(a, b, item, tolerance) : std::nullopt;
        if (!compared) {
            ++result.unmatched;
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

std::string worst_text(const WireResult& result) {
    std::string text;
    if (result.worst && !result.worst->why.empty())
        text = result.worst->why;
    else if (result.worst && !result.worst->worst_array.empty()) {
        text = fmt::format("{}[{}]: {} against {}", result.worst->worst_array,
                           fmt::join(result.worst->worst_index, ", "), result.worst->worst_a,
                           result.worst->worst_b);
    }
    if (!text.empty()) text = fmt::format("item {}: {}", result.worst_item, text);
    if (result.unmatched > 0)
        text +=
            fmt::format("{}{} items only on one side", text.empty() ? "" : "; ", result.unmatched);
    return text;
}

engine::Object to_object(const WireResult& result) {
    engine::Object object{{"wire", result.name},
                          {"equal", result.equal()},
                          {"items", static_cast<std::int64_t>(result.items)},
                          {"differing_items", static_cast<std::int64_t>(result.differing)},
                          {"unmatched_items", static_cast<std::int64_t>(result.unmatched)},
                          {"how", result.how()}};
    if (!result.worst) return object;
    engine::Value worst = engine::to_value(*result.worst);
    worst["item"] = static_cast<std::int64_t>(result.worst_item);
    object["worst"] = std::move(worst);
    return object;
}

struct Report {
    std::vector<WireResult> wires;
    std::vector<std::string> only_one;  ///< recorded on one side alone
};

/// Outputs in the order of the graph, so that the first that differs is where the runs part.
Report compare_folders(const Side& a, const Side& b, engine::Tolerance tolerance) {
    Report report;
    const std::vector<std::string> order = engine::nodes_in_order(a.path);
    std::vector<std::pair<std::size_t, std::string>> outputs;
    for (const auto& [name, recorded] : a.recorded) {
        const std::string node = name.substr(0, name.rfind('.'));
        outputs.emplace_back(
            static_cast<std::size_t>(std::ranges::find(order, node) - order.begin()), name);
        if (!b.recorded.contains(name)) report.only_one.push_back(name);
    }
    for (const auto& [name, recorded] : b.recorded) {
        if (!a.recorded.contains(name)) report.only_one.push_back(name);
    }
    std::ranges::sort(outputs);
    for (const auto& [place, name] : outputs) {
        if (b.recorded.contains(name))
            report.wires.push_back(
                compare_wire(name, a.recorded.at(name), b.recorded.at(name), tolerance));
    }
    return report;
}

Report compare_sides(const Side& a, const Side& b, engine::Tolerance tolerance) {
    if ((a.kind == Side::Kind::Folder) != (b.kind == Side::Kind::Folder) ||
        (a.kind == Side::Kind::File) != (b.kind == Side::Kind::File)) {
        throw usage_error("E-CLI-002", "A and B are not of one kind",
                          "two run folders, two wires or two packet files",
                          a.text + " and " + b.text, "Give two of one kind.");
    }
    if (a.kind == Side::Kind::Folder) return compare_folders(a, b, tolerance);
    const std::string name = a.kind == Side::Kind::File || a.wire == b.wire
                                 ? a.recorded.begin()->first
                                 : a.wire + " against " + b.wire;
    return {{compare_wire(name, a.recorded.begin()->second, b.recorded.begin()->second, tolerance)},
            {}};
}

void print(const Report& report, Output& output) {
    TextTable table({"wire", "items", "result", "how", "max |a-b|", "max rel", "SQNR dB", "worst"});
    for (const WireResult& wire : report.wires) {
        const Comparison none;
        const Comparison& worst = wire.worst ? *wire.worst : none;
        table.add(
            {wire.name, std::to_string(wire.items),
             wire.equal() ? "equal" : fmt::format("{} differ", wire.differing + wire.unmatched),
             wire.how(), fmt::format("{:.4g}", worst.max_abs), fmt::format("{:.4g}", worst.max_rel),
             fmt::format("{:.1f}", worst.sqnr_db), worst_text(wire)});
    }
    output.write(table.text());
}

}  // namespace

int compare_command(const Call& call) {
    const engine::Tolerance tolerance{.absolute = call.number("atol", 0).value_or(0),
                                      .relative = call.number("rtol", 0).value_or(0)};
    const Side a = side_from(call.arguments()[0]);
    const Side b = side_from(call.arguments()[1]);
    const Report report = compare_sides(a, b, tolerance);
    if (report.wires.empty()) {
        throw usage_error("E-CLI-012", "The runs recorded no output in common",
                          "outputs that both recorded",
                          fmt::format("{}", fmt::join(report.only_one, ", ")),
                          "Record the same outputs with --record or --keep.");
    }
    const auto first =
        std::ranges::find_if(report.wires, [](const WireResult& wire) { return !wire.equal(); });
    const bool equal = first == report.wires.end();
    const std::string node = equal ? "" : first->name.substr(0, first->name.rfind('.'));
    const int code = equal ? kGood : kBeyondTolerance;
    if (call.json()) {
        engine::Array wires;
        for (const WireResult& wire : report.wires) wires.emplace_back(to_object(wire));
        engine::Array alone;
        for (const std::string& name : report.only_one) alone.emplace_back(name);
        call.print_json({{"equal", equal},
                         {"first_differing_node", equal ? engine::Value() : engine::Value(node)},
                         {"wires", std::move(wires)},
                         {"not_compared", std::move(alone)}},
                        code);
        return code;
    }
    print(report, call.output());
    if (!report.only_one.empty())
        message(fmt::format("recorded on one side only: {}", fmt::join(report.only_one, ", ")));
    if (!equal && a.kind == Side::Kind::Folder)
        message(fmt::format("the first node that differs is {}", node));
    return code;
}

}  // namespace millrace::cli
