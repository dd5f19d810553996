#include "engine/cli/picture.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "engine/cli/text_table.hpp"
#include "engine/hash.hpp"

namespace millrace::cli {
namespace {

using engine::Graph;
using engine::GraphNode;

constexpr std::size_t kMostLines = 4;
constexpr double kLetter = 6.9;  // mean width of a letter of 12 px sans

std::string clipped(std::string text, std::size_t most) {
    if (columns_of(text) <= most) return text;
    while (columns_of(text) >= most) {
        // A whole code point at a time.
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0u) == 0x80u)
            text.pop_back();
        if (!text.empty()) text.pop_back();
    }
    return text + "…";
}

/// Type variables ("T") say nothing a reader could use.
std::string payload(const std::string& type) {
    return type.find('/') == std::string::npos ? "" : type;
}

void add_subgraph_ports(PictureNode& node, const GraphNode& call, const Graph& graph) {
    const auto found = graph.subgraphs.find(call.subgraph);
    if (found == graph.subgraphs.end()) return;
    const bool each = call.type == "control.for_each";
    for (const auto& [name, ends] : found->second.inputs)
        node.inputs.push_back({each && name == "item" ? "items" : name, ""});
    for (const auto& [name, end] : found->second.outputs) node.outputs.push_back({name, ""});
}

PictureNode node_of(const std::string& id, const GraphNode& saved, const Graph& graph,
                    const engine::Registry& registry) {
    PictureNode node;
    node.id = id;
    node.type = saved.type;
    const bool call = !saved.subgraph.empty();
    const engine::NodeType* type = registry.find(saved.type);
    node.known = call || type;
    node.title = clipped(!saved.title.empty() ? saved.title
                         : call               ? saved.subgraph
                         : type               ? type->spec.title
                                              : id,
                         34);
    if (call)
        add_subgraph_ports(node, saved, graph);
    else if (type) {
        for (const auto& input : type->spec.inputs)
            node.inputs.push_back({input.name, payload(input.type)});
        for (const auto& output : type->spec.outputs)
            node.outputs.push_back({output.name, payload(output.type)});
    }
    for (const auto& [name, value] : saved.params) {
        if (node.lines.size() == kMostLines) {
            node.lines.back() = "…";
            break;
        }
        node.lines.push_back(clipped(
            fmt::format("{} = {}", name, value.is_string() ? value.as_string() : to_json(value)),
            32));
    }
    return node;
}

/// The port's place, added when only a wire knows of it.
std::size_t port_at(std::vector<PicturePort>& ports, const std::string& name) {
    const auto found = std::ranges::find(ports, name, &PicturePort::name);
    if (found != ports.end()) return static_cast<std::size_t>(found - ports.begin());
    ports.push_back({name, ""});
    return ports.size() - 1;
}

void set_size(PictureNode& node) {
    const auto widest = [](const std::vector<PicturePort>& ports) {
        std::size_t most = 0;
        for (const PicturePort& port : ports) most = std::max(most, columns_of(port.name));
        return static_cast<double>(most);
    };
    double letters =
        std::max<double>(static_cast<double>(columns_of(node.title)) * 1.1,
                         static_cast<double>(columns_of(node.id + node.type)) * 0.85 + 3);
    letters = std::max(letters, widest(node.inputs) + widest(node.outputs) + 4);
    for (const std::string& line : node.lines)
        letters = std::max(letters, static_cast<double>(columns_of(line)) * 0.9);
    node.width = std::clamp(letters * kLetter + 24, 160.0, 300.0);
    const auto ports = static_cast<double>(std::max(node.inputs.size(), node.outputs.size()));
    node.height = kHeaderHeight + ports * kPortHeight +
                  static_cast<double>(node.lines.size()) * kLineHeight + 12;
}

std::string wire_label(const engine::Wire& wire) {
    std::string label = wire.policy == engine::Policy::DropOldest   ? "drops oldest"
                        : wire.policy == engine::Policy::LatestOnly ? "latest only"
                                                                    : "";
    if (wire.capacity) label += fmt::format("{}{}", label.empty() ? "" : ", ", *wire.capacity);
    return label;
}

void add_wires(Picture& picture, const Graph& graph, const engine::Registry& registry) {
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < picture.nodes.size(); ++i) places[picture.nodes[i].id] = i;
    const auto bends = engine::all_bends(graph);
    for (const engine::Wire& wire : graph.wires) {
        const auto from = places.find(wire.from.node);
        const auto to = places.find(wire.to.node);
        if (from == places.end() || to == places.end()) continue;
        PictureWire line{from->second, 0, to->second, 0, "", wire_label(wire)};
        line.from_port = port_at(picture.nodes[line.from].outputs, wire.from.port);
        line.to_port = port_at(picture.nodes[line.to].inputs, wire.to.port);
        line.type = picture.nodes[line.from].outputs[line.from_port].type;
        if (line.type.empty()) line.type = picture.nodes[line.to].inputs[line.to_port].type;
        if (const engine::NodeType* type = registry.find(picture.nodes[line.to].type)) {
            if (const engine::InputSpec* input = type->spec.input(wire.to.port))
                line.sync = input->sync;
        }
        if (const auto led = bends.find(engine::wire_key(wire)); led != bends.end())
            line.bends = led->second;
        picture.wires.push_back(std::move(line));
    }
}

bool overlap(const Picture& picture) {
    constexpr double kGap = 16;
    for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
        for (std::size_t j = i + 1; j < picture.nodes.size(); ++j) {
            const PictureNode& a = picture.nodes[i];
            const PictureNode& b = picture.nodes[j];
            if (a.x < b.x + b.width + kGap && b.x < a.x + a.width + kGap &&
                a.y < b.y + b.height + kGap && b.y < a.y + a.height + kGap) {
                return true;
            }
        }
    }
    return false;
}

/// The file's places were made on a canvas whose boxes may be smaller than these: moves everything
/// apart evenly.
void spread(Picture& picture) {
    constexpr double kStep = 1.1;
    for (int step = 0; step < 10 && overlap(picture); ++step) {
        for (PictureNode& node : picture.nodes) {
            node.x *= kStep;
            node.y *= kStep;
        }
        for (engine::Backdrop& box : picture.backdrops) {
            for (double& number : box.rect) number *= kStep;
        }
        for (engine::Note& box : picture.notes) {
            for (double& number : box.rect) number *= kStep;
        }
        for (PictureWire& wire : picture.wires) {
            for (engine::Place& dot : wire.bends) dot = {dot[0] * kStep, dot[1] * kStep};
        }
    }
}

}  // namespace

namespace {

/// A colour for each name: mostly the same in every picture, and never one for two names while
/// there are enough.
std::map<std::string, std::string> colors_for(const std::set<std::string>& names) {
    // Told apart with most kinds of colour-blindness (after Okabe and Ito, with darker companions).
    static constexpr std::array<const char*, 10> kColors = {
        "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900",
        "#56b4e9", "#7b5ea7", "#8c564b", "#5f8a2f", "#3b4a8c"};
    std::map<std::string, std::string> colors;
    std::array<bool, kColors.size()> taken{};
    for (const std::string& name : names) {
        std::size_t place = engine::hash_text(name).low % kColors.size();
        for (std::size_t step = 0; step < kColors.size() && taken[place]; ++step)
            place = (place + 1) % kColors.size();
        taken[place] = true;
        colors[name] = kColors[place];
    }
    return colors;
}

std::string family_of(const PictureNode& node) { return node.type.substr(0, node.type.find('.')); }

void set_colors(Picture& picture) {
    std::set<std::string> types;
    std::set<std::string> families;
    for (const PictureNode& node : picture.nodes) {
        families.insert(family_of(node));
        for (const auto* ports : {&node.inputs, &node.outputs}) {
            for (const PicturePort& port : *ports) types.insert(port.type);
        }
    }
    types.erase("");
    picture.colors = colors_for(types);
    picture.colors[""] = "#8a8f98";
    const auto by_family = colors_for(families);
    std::set<std::string> carried;
    for (PictureNode& node : picture.nodes) {
        node.color = node.known ? by_family.at(family_of(node)) : "#b00020";
        for (auto* ports : {&node.inputs, &node.outputs}) {
            for (PicturePort& port : *ports) port.color = picture.colors.at(port.type);
        }
    }
    for (PictureWire& wire : picture.wires) {
        wire.color = picture.colors.at(wire.type);
        carried.insert(wire.type);
    }
    std::erase_if(picture.colors,
                  [&](const auto& entry) { return !carried.contains(entry.first); });
}

}  // namespace

Picture picture_of(const Graph& graph, const engine::Registry& registry) {
    Picture picture;
    if (const auto title = graph.meta.find("title");
        title != graph.meta.end() && title->second.is_string())
        picture.title = title->second.as_string();
    for (const auto& [id, node] : graph.nodes)
        picture.nodes.push_back(node_of(id, node, graph, registry));
    add_wires(picture, graph, registry);
    set_colors(picture);
    picture.placed_by_file = !picture.nodes.empty();
    for (PictureNode& node : picture.nodes) {
        set_size(node);
        const auto place = graph.layout.find(node.id);
        if (place == graph.layout.end()) {
            picture.placed_by_file = false;
            continue;
        }
        node.x = place->second[0];
        node.y = place->second[1];
    }
    if (!picture.placed_by_file) {
        for (PictureWire& wire : picture.wires) wire.bends.clear();
        layered_layout(picture);
        return picture;
    }
    for (const auto& [id, backdrop] : graph.backdrops) picture.backdrops.push_back(backdrop);
    for (const auto& [id, note] : graph.notes) picture.notes.push_back(note);
    spread(picture);
    return picture;
}

std::string xml_text(std::string_view text) {
    std::string out;
    for (char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\n':
            case '\t':
                out += c;
                break;
            default:
                if (static_cast<unsigned char>(c) >= 0x20)
                    out += c;  // XML has no other control characters
        }
    }
    return out;
}

}  // namespace millrace::cli
