// What the canvas shows of a run, as plain values: how a node and a wire stand, and the colours of
// an overlay. The window fills them in; the items paint them.
#pragma once

#include <QColor>
#include <QString>
#include <cstdint>

namespace millrace::editor {

/// How a node stands in a run.
enum class NodeState {
    Idle,
    Waiting,
    Running,
    Paused,
    Stopped,  ///< the run ended before all its items had come
    Done,
    Cached,
    Skipped,
    Failed
};

/// What is told of a node while a graph runs.
struct NodeStatus {
    NodeState state = NodeState::Idle;
    std::uint64_t items = 0, errors = 0, skipped = 0;
    double progress = -1;  ///< 0 to 1; negative when not known
    double busy_seconds = 0;
    double seconds_left = -1;  ///< negative when not known
    QString note = {};         ///< for the tooltip: why items were skipped or failed
    friend bool operator==(const NodeStatus&, const NodeStatus&) = default;
};

/// What is told of a wire.
struct WireStatus {
    std::uint64_t waiting = 0, capacity = 0;  ///< packets; no capacity: it is no queue of its own
    std::uint64_t dropped = 0;
    bool live = false;     ///< the graph runs, so that `waiting` holds now
    bool stalled = false;  ///< full when the run came to a standstill
    friend bool operator==(const WireStatus&, const WireStatus&) = default;
};

/// The state in words: "Running".
QString state_text(NodeState state);
QColor state_color(NodeState state);
/// "12 s", "3:05 min", "2:10 h": short enough for a node.
QString short_time(double seconds);
/// "1 item", "2 500 items".
QString item_count(std::uint64_t items);

}  // namespace millrace::editor
