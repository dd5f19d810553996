// millrace compare
#include <algorithm>

#include <fmt/format.h>

#include "engine/cli/call.hpp"
#include "engine/cli/comparable.hpp"
#include "engine/cli/exit_codes.hpp"
#include "engine/cli/text_table.hpp"
#include "engine/observe/node_order.hpp"
#include "engine/observe/report.hpp"
#include "engine/observe/run_compare.hpp"

namespace millrace::cli {
namespace {

using engine::Comparison;
using engine::WireComparison;

std::string worst_text(const WireComparison& result) {
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

engine::Object to_object(const WireComparison& result) {
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

using Report = engine::RunComparison;

Report compare_sides(const Side& a, const Side& b, engine::Tolerance tolerance) {
    if ((a.kind == Side::Kind::Folder) != (b.kind == Side::Kind::Folder) ||
        (a.kind == Side::Kind::File) != (b.kind == Side::Kind::File)) {
        throw usage_error("E-CLI-002", "A and B are not of one kind",
                          "two run folders, two wires or two packet files",
                          a.text + " and " + b.text, "Give two of one kind.");
    }
    if (a.kind == Side::Kind::Folder) {
        return engine::compare_runs(engine::nodes_in_order(a.path), a.recorded, b.recorded,
                                    tolerance);
    }
    const std::string name = a.kind == Side::Kind::File || a.wire == b.wire
                                 ? a.recorded.begin()->first
                                 : a.wire + " against " + b.wire;
    return {{engine::compare_wire(name, a.recorded.begin()->second, b.recorded.begin()->second,
                                  tolerance)},
            {}};
}

void print(const Report& report, Output& output) {
    TextTable table({"wire", "items", "result", "how", "max |a-b|", "max rel", "SQNR dB", "worst"});
    for (const WireComparison& wire : report.wires) {
        const bool measured = wire.worst && wire.worst->measured;
        const auto figure = [&](double Comparison::*what, const char* form) {
            return measured ? fmt::format(fmt::runtime(form), *wire.worst.*what) : std::string("-");
        };
        table.add(
            {wire.name, std::to_string(wire.items),
             wire.equal() ? "equal" : fmt::format("{} differ", wire.differing + wire.unmatched),
             wire.how(), figure(&Comparison::max_abs, "{:.4g}"),
             figure(&Comparison::max_rel, "{:.4g}"), figure(&Comparison::sqnr_db, "{:.1f}"),
             worst_text(wire)});
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
    const auto first = std::ranges::find_if(
        report.wires, [](const WireComparison& wire) { return !wire.equal(); });
    const bool equal = first == report.wires.end();
    const std::string node = equal ? "" : first->name.substr(0, first->name.rfind('.'));
    const int code = equal ? kGood : kBeyondTolerance;
    if (call.json()) {
        engine::Array wires;
        for (const WireComparison& wire : report.wires) wires.emplace_back(to_object(wire));
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
