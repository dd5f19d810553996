#include "editor/runs/run_case.hpp"

#include <QCoreApplication>
#include <QDir>
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <set>

#include "editor/runs/run_entry.hpp"
#include "engine/observe/raw_packet.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::editor {
namespace {

namespace fs = std::filesystem;

QString tr(const char* text) { return QCoreApplication::translate("RunCase", text); }

engine::Graph expanded_graph(const fs::path& folder) {
    return engine::expand(engine::load_graph(folder / "graph.json").graph).graph;
}

/// A recorded number as a constant, a JSON value as itself; nothing for any other type.
std::optional<engine::GraphNode> source_for(const fs::path& packet, const std::string& type) {
    const engine::Packet raw = engine::raw_packet(packet);
    const engine::Record record = raw.record();
    if (type.starts_with("number/")) {
        for (const engine::ArrayView& array : record.arrays) {
            if (array.bytes.size() != sizeof(double) || array.type != engine::DType::F64) continue;
            double value = 0;
            std::memcpy(&value, array.bytes.data(), sizeof value);
            return engine::GraphNode{.type = "control.constant", .params = {{"value", value}}};
        }
    }
    if (type.starts_with("value/")) {
        const auto found = record.attributes.find("value");
        if (found != record.attributes.end())
            return engine::GraphNode{.type = "control.json",
                                     .params = {{"text", to_json(found->second)}}};
    }
    return {};
}

/// The node and, through inputs that are not cut, all that leads to it.
void take_cone(const engine::Graph& from, const std::string& node,
               const std::set<engine::Endpoint>& cut, engine::Graph& to) {
    const auto found = from.nodes.find(node);
    if (found == from.nodes.end() || to.nodes.contains(node)) return;
    to.nodes[node] = found->second;
    for (const engine::Wire& wire : from.wires) {
        if (wire.to.node != node || cut.contains(wire.from)) continue;
        to.wires.push_back(wire);
        take_cone(from, wire.from.node, cut, to);
    }
}

/// A name that is no node's.
std::string free_name(const engine::Graph& graph, const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; graph.nodes.contains(name); ++i) name = wanted + "_" + std::to_string(i);
    return name;
}

/// "call/node" is no id that a document may have.
void flatten_ids(engine::Graph& graph) {
    std::map<std::string, std::string> renamed;
    for (const auto& [id, node] : graph.nodes) {
        if (id.find('/') == id.npos) continue;
        std::string flat = id;
        std::ranges::replace(flat, '/', '_');
        renamed[id] = free_name(graph, flat);
    }
    for (const auto& [old, now] : renamed) {
        auto node = graph.nodes.extract(old);
        node.key() = now;
        graph.nodes.insert(std::move(node));
    }
    const auto rename = [&](engine::Endpoint& end) {
        if (const auto found = renamed.find(end.node); found != renamed.end())
            end.node = found->second;
    };
    for (engine::Wire& wire : graph.wires) {
        rename(wire.from);
        rename(wire.to);
    }
}

}  // namespace

SavedCase save_case(const QString& run, const QString& reference,
                    const engine::Divergence& divergence, const QString& folder) {
    QDir target(folder);
    if (target.exists() && !target.isEmpty())
        throw engine::Error({.code = "E-FILE-003",
                             .what = "The case can't be written here",
                             .expected = "an empty folder, or a new one",
                             .found = "a folder that holds files",
                             .where = folder.toStdString(),
                             .mend = "Choose another folder."});
    const fs::path run_folder = run.toStdString(), other_folder = reference.toStdString();
    const engine::Graph whole = expanded_graph(run_folder);
    const auto recorded = engine::read_recorded(run_folder);
    SavedCase saved{.folder = folder};
    std::set<engine::Endpoint> cut;
    std::map<engine::Endpoint, engine::GraphNode> sources;
    // Constants of several inputs would be streams of different rates, which no node pairs.
    const bool one_input = divergence.inputs.size() == 1;
    for (const engine::Endpoint& input : divergence.inputs) {
        const QString name = QString::fromStdString(to_text(input));
        std::error_code ignored;
        const fs::path file = engine::packet_file(run_folder, to_text(input), divergence.item);
        const auto wire = recorded.find(to_text(input));
        // A node that gathers or splits items numbers them anew: no input item is that of an
        // output.
        const auto output = recorded.find(divergence.output);
        const bool item_for_item = wire != recorded.end() && output != recorded.end() &&
                                   wire->second.sketches.size() == output->second.sketches.size();
        std::optional<engine::GraphNode> source;
        if (one_input && item_for_item && fs::exists(file, ignored))
            if (const auto sketch = wire->second.sketches.find(divergence.item);
                sketch != wire->second.sketches.end())
                source = source_for(file, sketch->second.type);
        (source ? saved.recorded : saved.computed) << name;
        if (!source) continue;
        cut.insert(input);
        sources[input] = *std::move(source);
    }
    engine::Graph graph;
    take_cone(whole, divergence.node, cut, graph);
    for (auto& [input, source] : sources) {
        const std::string id = free_name(graph, "recorded_" + input.port);
        graph.nodes[id] = source;
        for (const engine::Wire& wire : whole.wires)
            if (wire.from == input && graph.nodes.contains(wire.to.node)) {
                engine::Wire made = wire;
                made.from = {id, "value"};
                graph.wires.push_back(std::move(made));
            }
    }
    flatten_ids(graph);
    // The case lies elsewhere than the graph did.
    const RunEntry entry = read_entry(run_folder);
    graph = anchored(std::move(graph), entry.graph_file);
    graph.meta["title"] = "Case of " + divergence.node;
    visual::make_folders(folder.toStdString());
    engine::save_graph(graph, fs::path(folder.toStdString()) / "graph.json");
    const auto copy = [&](const fs::path& from, const char* side, const std::string& output) {
        std::error_code error;
        const fs::path file = engine::packet_file(from, output, divergence.item);
        if (!fs::exists(file, error)) return;
        const fs::path to =
            engine::packet_file(fs::path(folder.toStdString()) / side, output, divergence.item);
        visual::make_folders(to.parent_path());
        fs::copy_file(file, to, error);
        if (!error) ++saved.packets;
    };
    for (const engine::Endpoint& input : divergence.inputs) {
        copy(run_folder, "run", to_text(input));
        copy(other_folder, "reference", to_text(input));
    }
    copy(run_folder, "run", divergence.output);
    copy(other_folder, "reference", divergence.output);
    const QString readme =
        tr("%1, item %2: its output differs from the reference though its inputs agree.\n\n"
           "Run:        %3\nReference:  %4\n\n    millrace run graph.json --seed %8\n\n"
           "Inputs from the recording, as constants: %5\n"
           "Inputs that the graph computes anew, as their packets were not kept or no source node "
           "reads their type: %6\n"
           "Packets beside this file: %7 (run/ and reference/; kept when the run keeps whole "
           "packets)\n")
            .arg(QString::fromStdString(divergence.output))
            .arg(divergence.item)
            .arg(run, reference, saved.recorded.isEmpty() ? tr("none") : saved.recorded.join(", "),
                 saved.computed.isEmpty() ? tr("none") : saved.computed.join(", "))
            .arg(saved.packets)
            .arg(entry.seed);
    visual::write_file_atomically(fs::path(folder.toStdString()) / "README.txt",
                                  readme.toStdString());
    return saved;
}

}  // namespace millrace::editor
