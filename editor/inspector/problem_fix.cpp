#include "editor/inspector/problem_fix.hpp"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "editor/document/edits.hpp"

namespace millrace::editor {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("ProblemFix", text); }

QString q(const std::string& text) { return QString::fromStdString(text); }

/// Of "Did you mean "x"?"; empty when nothing is suggested.
std::string suggested(const engine::Problem& problem) {
    constexpr std::string_view kBegin = "Did you mean \"";
    const auto at = problem.mend.find(kBegin);
    if (at == std::string::npos) return {};
    const auto from = at + kBegin.size(), to = problem.mend.rfind('"');
    return to > from ? problem.mend.substr(from, to - from) : std::string();
}

/// "node.param" of the node: the parameter.
std::string param_of(const engine::Problem& problem, const std::string& id) {
    const auto at = problem.where.rfind(id + '.');
    return at == std::string::npos ? std::string() : problem.where.substr(at + id.size() + 1);
}

Fix rename_param(const std::string& id, const std::string& from, const std::string& to) {
    return {.label = tr("Rename it to “%1”").arg(q(to)),
            .change = [id, from, to](engine::Graph& graph) {
                engine::Object& params = graph.nodes.at(id).params;
                const auto found = params.find(from);
                if (found == params.end()) return;
                engine::Value value = found->second;
                params.erase(found);
                params[to] = std::move(value);
            }};
}

Fix remove_param(const std::string& id, const std::string& name) {
    return {.label = tr("Remove “%1”").arg(q(name)), .change = [id, name](engine::Graph& graph) {
                engine::Object& params = graph.nodes.at(id).params;
                if (const auto found = params.find(name); found != params.end())
                    params.erase(found);
            }};
}

/// Numbers put within the range; whole ones stay whole.
engine::Value clamped(const engine::Value& value, const engine::Range& range) {
    if (value.is_array()) {
        engine::Array list;
        for (const engine::Value& one : value.as_array()) list.push_back(clamped(one, range));
        return list;
    }
    if (!value.is_number()) return value;
    const double number = value.as_double();
    if (number >= range.low && number <= range.high) return value;
    const double within = std::clamp(number, range.low, range.high);
    if (value.is_int())
        return static_cast<std::int64_t>(within == range.low ? std::ceil(within)
                                                             : std::floor(within));
    return within;
}

std::optional<Fix> fix_range(const engine::GraphNode& node, const std::string& id,
                             const std::string& name, const engine::NodeType& type) {
    const engine::ParamSpec* spec = type.spec.param(name);
    const auto set = node.params.find(name);
    if (!spec || set == node.params.end()) return {};
    const engine::Value value = clamped(set->second, spec->range);
    if (value == set->second) return {};
    return Fix{.label = tr("Set it to %1").arg(q(engine::to_json(value))),
               .change = [id, name, value](engine::Graph& graph) {
                   graph.nodes.at(id).params[name] = value;
               }};
}

std::optional<Fix> fix_port(const engine::Problem& problem, const engine::Graph& graph,
                            const std::string& id) {
    const std::string wrong = problem.found, right = suggested(problem);
    const bool output = problem.what.starts_with("The node has no output");
    const bool there = std::ranges::any_of(graph.wires, [&](const engine::Wire& wire) {
        return output ? wire.from == engine::Endpoint{id, wrong}
                      : wire.to == engine::Endpoint{id, wrong};
    });
    if (!there) return {};
    if (right.empty())
        return Fix{.label = tr("Remove the wire at “%1”").arg(q(wrong)),
                   .change = [id, wrong, output](engine::Graph& changed) {
                       std::erase_if(changed.wires, [&](const engine::Wire& wire) {
                           return (output ? wire.from : wire.to) == engine::Endpoint{id, wrong};
                       });
                   }};
    return Fix{.label = tr("Connect “%1” instead").arg(q(right)),
               .change = [id, wrong, right, output](engine::Graph& changed) {
                   for (engine::Wire& wire : changed.wires) {
                       engine::Endpoint& end = output ? wire.from : wire.to;
                       if (end == engine::Endpoint{id, wrong}) end.port = right;
                   }
               }};
}

std::optional<Fix> fix_missing_node(const engine::Problem& problem) {
    const std::string gone = problem.found, right = suggested(problem);
    if (gone.empty()) return {};
    if (right.empty())
        return Fix{.label = tr("Remove the wires of “%1”").arg(q(gone)),
                   .change = [gone](engine::Graph& graph) {
                       std::erase_if(graph.wires, [&](const engine::Wire& wire) {
                           return wire.from.node == gone || wire.to.node == gone;
                       });
                   }};
    return Fix{.label = tr("Connect “%1” instead").arg(q(right)),
               .change = [gone, right](engine::Graph& graph) {
                   for (engine::Wire& wire : graph.wires)
                       for (engine::Endpoint* end : {&wire.from, &wire.to})
                           if (end->node == gone) end->node = right;
               }};
}

}  // namespace

std::optional<Fix> fix_of(const engine::Problem& problem, const engine::Graph& graph,
                          const std::string& id, const Catalogue& catalogue) {
    if (problem.code == "E-PLAN-002") return fix_missing_node(problem);
    const auto found = graph.nodes.find(id);
    if (found == graph.nodes.end()) return {};
    const engine::GraphNode& node = found->second;
    const engine::NodeType* type = catalogue.find(node.type);
    const std::string right = suggested(problem), param = param_of(problem, id);
    if (problem.code == "E-PARAM-001") {
        if (!node.params.contains(problem.found)) return {};
        if (!right.empty() && !node.params.contains(right))
            return rename_param(id, problem.found, right);
        return remove_param(id, problem.found);
    }
    if ((problem.code.starts_with("E-FREEZE-") || problem.code == "E-PLAN-023" ||
         problem.code == "E-PLAN-024" || problem.code == "E-GRAPH-026") &&
        node.mode == engine::NodeMode::Freeze)
        return Fix{.label = tr("Thaw it"), .change = [id](engine::Graph& changed) {
                       changed.nodes.at(id).mode = engine::NodeMode::Normal;
                       changed.nodes.at(id).frozen.clear();
                   }};
    if (problem.code == "E-PARAM-007" && node.params.contains(problem.found))
        return remove_param(id, problem.found);
    if (problem.code == "E-PARAM-003" && type) return fix_range(node, id, param, *type);
    if (problem.code == "E-PARAM-004" && !right.empty() && node.params.contains(param))
        return Fix{.label = tr("Choose “%1”").arg(q(right)),
                   .change = [id, param, right](engine::Graph& changed) {
                       changed.nodes.at(id).params[param] = right;
                   }};
    if ((problem.code == "E-PARAM-002" || problem.code == "E-PARAM-004") &&
        node.params.contains(param)) {
        Fix fix = remove_param(id, param);
        fix.label = tr("Back to the default");
        return fix;
    }
    if (problem.code == "E-PLAN-001" && !right.empty()) {
        const engine::NodeType* other = catalogue.find(right);
        return Fix{.label = tr("Use the type “%1”").arg(q(right)),
                   .change = [id, right,
                              version = other ? other->spec.version : 1](engine::Graph& changed) {
                       changed.nodes.at(id).type = right;
                       changed.nodes.at(id).version = version;
                   }};
    }
    if (problem.code == "E-PLAN-003") return fix_port(problem, graph, id);
    if (problem.code == "E-PLAN-005" && type && !param.empty() && type->spec.input(param))
        return Fix{.label = tr("Choose a node to connect…"), .connect = PortRef{id, param, false}};
    return {};
}

bool concerns(const engine::Problem& problem, const std::string& prefix, const std::string& id) {
    const std::string name = prefix + id;
    // "a.x -> b.y": of either end.
    std::string where = problem.where;
    if (const auto arrow = where.find(" -> "); arrow != where.npos) {
        const std::string to = where.substr(arrow + 4);
        if (to.starts_with(name + '.')) return true;
        where.resize(arrow);
    }
    if (!where.starts_with(name)) return false;
    return where.size() == name.size() || where[name.size()] == '.' || where[name.size()] == ',' ||
           where[name.size()] == '/';
}

}  // namespace millrace::editor
