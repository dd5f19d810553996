#include "editor/canvas/node_face.hpp"

#include <QCoreApplication>
#include <QFont>
#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

#include "editor/canvas/node_mode.hpp"
#include "editor/document/document.hpp"
#include "engine/graph/scope.hpp"

namespace millrace::editor {
namespace {

constexpr std::size_t kMostLines = 4;
constexpr int kMostLetters = 34;

QString clipped(const QString& text) {
    return text.size() <= kMostLetters ? text : text.left(kMostLetters - 1) + QChar(0x2026);
}

QString shown(const engine::Value& value) {
    // The points of a curve say nothing as a row of numbers.
    if (value.is_array() && !value.as_array().empty() && value.as_array().front().is_array()) {
        const auto count = value.as_array().size();
        return count == 1 ? QCoreApplication::translate("NodeFace", "1 point")
                          : QCoreApplication::translate("NodeFace", "%1 points").arg(count);
    }
    return QString::fromStdString(value.is_string() ? value.as_string() : engine::to_json(value));
}

const PortFace* port_named(const std::vector<PortFace>& ports, std::string_view name) {
    const auto found = std::ranges::find(ports, name, &PortFace::name);
    return found == ports.end() ? nullptr : &*found;
}

void add_type_ports(NodeFace& face, const engine::NodeSpec& spec) {
    for (const engine::InputSpec& input : spec.inputs)
        face.inputs.push_back({.name = input.name,
                               .type = input.type,
                               .doc = QString::fromStdString(input.doc),
                               .sync = input.sync,
                               .optional = input.optional});
    for (const engine::OutputSpec& output : spec.outputs)
        face.outputs.push_back(
            {.name = output.name, .type = output.type, .doc = QString::fromStdString(output.doc)});
}

/// Types of a subgraph's ports are those of the inner ports they lead to.
void add_call_ports(NodeFace& face, const engine::Subgraph& subgraph, bool for_each,
                    const Catalogue& catalogue) {
    const auto type_of = [&](const std::string& node) -> const engine::NodeType* {
        const auto found = subgraph.graph.nodes.find(node);
        return found == subgraph.graph.nodes.end() ? nullptr : catalogue.find(found->second.type);
    };
    for (const auto& [name, ends] : subgraph.inputs) {
        PortFace port{.name = for_each && name == "item" ? "items" : name, .type = {}};
        for (const engine::Endpoint& end : ends) {
            const engine::NodeType* type = type_of(end.node);
            const engine::InputSpec* input = type ? type->spec.input(end.port) : nullptr;
            if (input && port.type.empty() && !for_each) port.type = input->type;
        }
        face.inputs.push_back(std::move(port));
    }
    for (const auto& [name, end] : subgraph.outputs) {
        PortFace port{.name = name, .type = {}};
        const engine::NodeType* type = type_of(end.node);
        const engine::OutputSpec* output = type ? type->spec.output(end.port) : nullptr;
        if (output && !for_each) port.type = output->type;
        face.outputs.push_back(std::move(port));
    }
}

/// Ports that only wires know of, as those of a node whose plug-in is missing.
void add_wired_ports(NodeFace& face, const engine::Graph& graph, const std::string& id,
                     bool known) {
    for (const engine::Wire& wire : graph.wires) {
        if (wire.to.node == id && !face.input(wire.to.port))
            face.inputs.push_back({.name = wire.to.port, .type = {}, .known = known});
        if (wire.from.node == id && !face.output(wire.from.port))
            face.outputs.push_back({.name = wire.from.port, .type = {}, .known = known});
    }
}

void place(NodeFace& face) {
    // Of a font of its own, so that sizes are the same whatever the window's.
    QFont font;
    font.setPixelSize(12);
    const QFontMetricsF small(font);
    font.setPixelSize(14);
    font.setBold(true);
    const QFontMetricsF large(font);
    const auto widest = [&](const std::vector<PortFace>& ports) {
        double most = 0;
        for (const PortFace& port : ports)
            most = std::max(most, small.horizontalAdvance(QString::fromStdString(port.name)));
        return most;
    };
    double width = std::max({kNodeWidth, large.horizontalAdvance(face.title) + 44,
                             widest(face.inputs) + widest(face.outputs) + 62});
    for (const QString& line : face.lines)
        width = std::max(width, small.horizontalAdvance(line) + 28);
    constexpr double kGrid = 10;
    width = std::ceil(width / kGrid) * kGrid;
    const auto rows = static_cast<double>(std::max(face.inputs.size(), face.outputs.size()));
    const auto at = [](std::size_t row) {
        return kNodeHeader + kPortStep * (static_cast<double>(row) + 0.5) + 4;
    };
    for (std::size_t i = 0; i < face.inputs.size(); ++i) face.inputs[i].at = {0, at(i)};
    for (std::size_t i = 0; i < face.outputs.size(); ++i) face.outputs[i].at = {width, at(i)};
    face.size = {width, kNodeHeader + rows * kPortStep +
                            static_cast<double>(face.lines.size()) * kLineStep + 14};
}

}  // namespace

const PortFace* NodeFace::input(std::string_view name) const { return port_named(inputs, name); }
const PortFace* NodeFace::output(std::string_view name) const { return port_named(outputs, name); }

const engine::Subgraph* called_subgraph(const engine::Graph& root, const GraphPath& path,
                                        const std::string& name, GraphPath* declared) {
    for (std::size_t depth = path.size() + 1; depth-- > 0;) {
        const GraphPath outer(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(depth));
        const engine::Graph* graph = graph_at(root, outer);
        if (!graph) continue;
        const auto found = graph->subgraphs.find(name);
        if (found == graph->subgraphs.end()) continue;
        if (declared) *declared = outer;
        return &found->second;
    }
    return nullptr;
}

NodeFace face_of(const engine::Graph& root, const GraphPath& path, const engine::Graph& graph,
                 const std::string& id, const Catalogue& catalogue) {
    NodeFace face;
    const engine::GraphNode& node = graph.nodes.at(id);
    const engine::NodeType* type = catalogue.find(node.type);
    face.is_call = engine::is_call(node);
    // Nothing is missing while no worker has told its types.
    face.known = type != nullptr || catalogue.empty();
    face.color = family_color(node.type);
    if (face.is_call) {
        const engine::Subgraph* subgraph = called_subgraph(root, path, node.subgraph);
        face.known = subgraph != nullptr;
        if (subgraph) add_call_ports(face, *subgraph, node.type == "control.for_each", catalogue);
    } else if (type) {
        add_type_ports(face, type->spec);
    }
    add_wired_ports(face, graph, id, catalogue.empty());
    face.title = clipped(QString::fromStdString(!node.title.empty() ? node.title
                                                : face.is_call      ? node.subgraph
                                                : type              ? type->spec.title
                                                                    : id));
    face.subtitle = clipped(QString::fromStdString(id));
    for (const auto& [name, value] : node.params) {
        if (face.lines.size() == kMostLines) {
            face.lines.back() = QChar(0x2026);
            break;
        }
        face.lines.push_back(
            clipped(QString::fromStdString(name) + QStringLiteral(" = ") + shown(value)));
    }
    place(face);
    add_mode(face, graph, id);
    return face;
}

}  // namespace millrace::editor
