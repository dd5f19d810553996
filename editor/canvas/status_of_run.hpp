// From what is known of a run to what the canvas shows of it. Plain functions; window thread only,
// as the monitor is.
#pragma once

#include <map>

#include "editor/canvas/status_values.hpp"
#include "editor/session/run_monitor.hpp"
#include "editor/session/run_names.hpp"

namespace millrace::editor {

/// The run's nodes that one on the canvas stands for: itself once for each prefix, and all that
/// lies in it when it is a call.
std::vector<std::string> run_nodes(const RunMonitor& monitor,
                                   const std::vector<std::string>& prefixes, const std::string& id);

/// Of one node of the run.
NodeState state_of(const RunMonitor& monitor, const std::string& name);

/// Of the nodes of the graph at `path`, by id; those that the run does not have are left out.
std::map<std::string, NodeStatus> node_statuses(const RunMonitor& monitor,
                                                const engine::Graph& root, const GraphPath& path);

/// Of its wires, by "node.port -> node.port".
std::map<std::string, WireStatus> wire_statuses(const RunMonitor& monitor,
                                                const engine::Graph& root, const GraphPath& path);

/// What to say of a node's failed and skipped items, one reason a line; empty when there are none.
QString skip_note(const RunMonitor& monitor, const engine::Graph& graph, const std::string& id,
                  const std::string& prefix);

/// What the canvas can be coloured by.
enum class ColorBy { Off, Cost, Memory, Errors };

/// The overlay's value of each node, 0 to 1, and what the ends of its scale stand for.
struct Heat {
    std::map<std::string, double> shares;
    QString title, low, high;
};
/// `bytes` of the newest packet by output of the run, for ColorBy::Memory.
Heat heat_of(ColorBy by, const RunMonitor& monitor, const engine::Graph& root,
             const GraphPath& path, const std::map<std::string, std::uint64_t>& bytes);
/// From cold (0) to hot (1), to be seen under text of the theme's colour.
QColor heat_color(double share, const QColor& base);

}  // namespace millrace::editor
