#include "editor/canvas/status_of_run.hpp"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <array>
#include <cmath>

#include "editor/document/wiring.hpp"

namespace millrace::editor {
namespace {

constexpr std::size_t kMostReasons = 4;

QString tr(const char* text) { return QCoreApplication::translate("CanvasStatus", text); }

/// What a call shows when its nodes stand differently: what asks for attention first.
int weight_of(NodeState state) {
    switch (state) {
        case NodeState::Failed:
            return 7;
        case NodeState::Running:
            return 6;
        case NodeState::Paused:
            return 5;
        case NodeState::Skipped:
            return 4;
        case NodeState::Waiting:
            return 3;
        case NodeState::Stopped:
            return 3;
        case NodeState::Done:
            return 2;
        case NodeState::Cached:
            return 1;
        case NodeState::Idle:
            break;
    }
    return 0;
}

double most_bytes(const std::map<std::string, std::uint64_t>& bytes, const std::string& name) {
    double sum = 0;
    for (auto one = bytes.lower_bound(name + '.');
         one != bytes.end() && one->first.starts_with(name + '.'); ++one)
        sum += static_cast<double>(one->second);
    return sum;
}

}  // namespace

std::vector<std::string> run_nodes(const RunMonitor& monitor,
                                   const std::vector<std::string>& prefixes,
                                   const std::string& id) {
    std::vector<std::string> names;
    const auto& nodes = monitor.nodes();
    for (const std::string& prefix : prefixes) {
        const std::string name = prefix + id, within = name + '/';
        if (nodes.contains(name)) names.push_back(name);
        for (auto one = nodes.lower_bound(within);
             one != nodes.end() && one->first.starts_with(within); ++one)
            names.push_back(one->first);
    }
    return names;
}

NodeState state_of(const RunMonitor& monitor, const std::string& name) {
    const RunNode* node = monitor.node(name);
    if (!node) return NodeState::Idle;
    if (monitor.has_failed(name)) return NodeState::Failed;
    const auto ended = [&] {
        if (node->skipped > 0 || node->errors > 0) return NodeState::Skipped;
        if (node->executed == 0 && node->cached > 0) return NodeState::Cached;
        return NodeState::Done;
    };
    if (!monitor.is_live()) {
        if (node->items == 0) return NodeState::Idle;
        const bool whole = monitor.status() == "succeeded" ||
                           (node->expected > 0 && node->items >= node->expected);
        return whole ? ended() : NodeState::Stopped;
    }
    if (node->expected > 0 && node->items >= node->expected) return ended();
    if (node->items == 0 && node->progress <= 0 && node->busy_seconds <= 0)
        return NodeState::Waiting;
    return monitor.is_paused() ? NodeState::Paused : NodeState::Running;
}

namespace {

/// `faulty`: what failed in the node itself, or before it in the graph.
QString reasons(const RunMonitor& monitor, const std::string& id, const std::string& prefix,
                const std::vector<std::string>& faulty) {
    QStringList lines;
    const auto add = [&](const std::string& name, const QString& whose) {
        for (const RunFault& fault : monitor.faults(name)) {
            if (static_cast<std::size_t>(lines.size()) >= kMostReasons) {
                lines << QStringLiteral("…");
                return;
            }
            lines << tr("%1 × %2%3, first at item %4")
                         .arg(fault.times)
                         .arg(whose, fault.reason)
                         .arg(fault.first_item);
        }
    };
    add(prefix + id, {});
    for (const std::string& name : faulty)
        if (name != prefix + id)
            add(name, QString::fromStdString(name.substr(prefix.size())) + QStringLiteral(": "));
    return lines.join('\n');
}

/// What failed in or before each node of a graph, by its id.
std::map<std::string, std::vector<std::string>> failed_before(const RunMonitor& monitor,
                                                              const engine::Graph& graph,
                                                              const std::string& prefix) {
    std::map<std::string, std::vector<std::string>> failed;
    for (const std::string& name : monitor.faulty()) {
        if (!name.starts_with(prefix)) continue;
        const std::string local = name.substr(prefix.size());
        for (const std::string& id : with_downstream(graph, {local.substr(0, local.find('/'))}))
            if (auto& all_of_it = failed[id]; all_of_it.size() <= kMostReasons)
                all_of_it.push_back(name);
    }
    return failed;
}

}  // namespace

QString skip_note(const RunMonitor& monitor, const engine::Graph& graph, const std::string& id,
                  const std::string& prefix) {
    return reasons(monitor, id, prefix, failed_before(monitor, graph, prefix)[id]);
}

std::map<std::string, NodeStatus> node_statuses(const RunMonitor& monitor,
                                                const engine::Graph& root, const GraphPath& path) {
    std::map<std::string, NodeStatus> all;
    const engine::Graph* graph = graph_at(root, path);
    if (!graph || monitor.nodes().empty()) return all;
    const auto prefixes = run_prefixes(root, path);
    if (prefixes.empty()) return all;
    auto failed = failed_before(monitor, *graph, prefixes.front());
    for (const auto& [id, node] : graph->nodes) {
        const auto names = run_nodes(monitor, prefixes, id);
        if (names.empty()) continue;
        NodeStatus& status = all[id];
        double done = 0, known = 0, left = -1;
        for (const std::string& name : names) {
            const RunNode& one = *monitor.node(name);
            const NodeState state = state_of(monitor, name);
            if (weight_of(state) > weight_of(status.state)) status.state = state;
            status.items = std::max(status.items, one.items);
            status.errors += one.errors;
            status.skipped = std::max(status.skipped, one.skipped);
            status.busy_seconds += one.busy_seconds;
            if (one.expected > 0) {
                known += 1;
                done += std::min(1.0, (static_cast<double>(one.items) + one.progress) /
                                          static_cast<double>(one.expected));
                left = std::max(left, one.seconds_left());
            }
        }
        if (known > 0)
            status.progress = done / known;
        else if (names.size() == 1 && monitor.node(names.front())->progress > 0)
            status.progress = monitor.node(names.front())->progress;
        status.seconds_left = left;
        QStringList note{tr("%1 · %2").arg(state_text(status.state), item_count(status.items))};
        if (status.skipped > 0) note << tr("skipped: %1").arg(item_count(status.skipped));
        if (status.errors > 0) note << tr("failed: %1").arg(item_count(status.errors));
        if (status.skipped > 0 || status.errors > 0)
            if (const QString why = reasons(monitor, id, prefixes.front(), failed[id]);
                !why.isEmpty())
                note << why;
        status.note = note.join('\n');
    }
    return all;
}

std::map<std::string, WireStatus> wire_statuses(const RunMonitor& monitor,
                                                const engine::Graph& root, const GraphPath& path) {
    std::map<std::string, WireStatus> all;
    const engine::Graph* graph = graph_at(root, path);
    if (!graph || monitor.wires().empty()) return all;
    const auto prefixes = run_prefixes(root, path);
    for (const engine::Wire& wire : graph->wires) {
        WireStatus status{.live = monitor.is_live()};
        bool known = false;
        for (const std::string& name : run_wires(root, path, wire, prefixes)) {
            status.stalled = status.stalled || monitor.is_stalled(name);
            const RunWire* one = monitor.wire(name);
            if (!one) continue;
            known = true;
            status.dropped += one->dropped;
            // Of several the fullest.
            if (status.capacity == 0 ||
                one->waiting * status.capacity > status.waiting * one->capacity) {
                status.waiting = one->waiting;
                status.capacity = one->capacity;
            }
        }
        if (known || status.stalled) all[to_text(wire.from) + " -> " + to_text(wire.to)] = status;
    }
    return all;
}

Heat heat_of(ColorBy by, const RunMonitor& monitor, const engine::Graph& root,
             const GraphPath& path, const std::map<std::string, std::uint64_t>& bytes) {
    Heat heat;
    const engine::Graph* graph = graph_at(root, path);
    if (by == ColorBy::Off || !graph) return heat;
    const auto prefixes = run_prefixes(root, path);
    std::map<std::string, double> values;
    double sum = 0, most = 0;
    for (const auto& [id, node] : graph->nodes) {
        for (const std::string& name : run_nodes(monitor, prefixes, id)) {
            const RunNode& one = *monitor.node(name);
            double value = 0;
            if (by == ColorBy::Cost)
                value = one.busy_seconds;
            else if (by == ColorBy::Memory)
                value = most_bytes(bytes, name);
            else if (one.items > 0)
                value = static_cast<double>(std::min(one.items, one.errors + one.skipped)) /
                        static_cast<double>(one.items);
            values[id] = by == ColorBy::Errors ? std::max(values[id], value) : values[id] + value;
        }
    }
    for (const auto& [id, value] : values) {
        sum += value;
        most = std::max(most, value);
    }
    const QLocale locale;
    if (by == ColorBy::Cost) {
        heat.title = tr("Share of the busy time");
        heat.low = tr("0 %");
        heat.high = sum > 0 ? tr("%1 %").arg(100 * most / sum, 0, 'f', 0) : tr("–");
    } else if (by == ColorBy::Memory) {
        heat.title = tr("Bytes of the newest packets");
        heat.low = tr("0");
        heat.high = most > 0 ? locale.formattedDataSize(static_cast<qint64>(most)) : tr("–");
    } else {
        heat.title = tr("Items failed or skipped");
        heat.low = tr("0 %");
        heat.high = tr("100 %");
        most = 1;
    }
    if (most <= 0) return heat;
    for (const auto& [id, value] : values) heat.shares[id] = value / most;
    return heat;
}

QColor heat_color(double share, const QColor& base) {
    // Blue, yellow, red: told apart by people who see no green, too.
    constexpr std::array<std::array<double, 3>, 3> kStops = {
        {{60, 110, 190}, {225, 175, 50}, {205, 55, 45}}};
    const double place = std::clamp(share, 0.0, 1.0) * 2;
    const std::size_t left = place < 1 ? 0 : 1;
    const double part = place - static_cast<double>(left);
    // Mixed with the body's own colour, so that texts on it stay readable in every theme.
    constexpr double kStrength = 0.5;
    std::array<int, 3> rgb = {};
    const std::array<int, 3> plain = {base.red(), base.green(), base.blue()};
    for (std::size_t i = 0; i < 3; ++i) {
        const double hot = kStops[left][i] * (1 - part) + kStops[left + 1][i] * part;
        rgb[i] = static_cast<int>(std::lround(hot * kStrength + plain[i] * (1 - kStrength)));
    }
    return QColor(rgb[0], rgb[1], rgb[2]);
}

}  // namespace millrace::editor
