// What is known of the run under way, or of the last one: figures of nodes and wires, how long it
// will take, what went wrong where, the newest lines that nodes wrote. Gathers what the session
// tells and keeps it until the next run; everything that shows a run reads it here. Names are those
// of the run: "call/node" for what lies in a subgraph. Window thread only.
#pragma once

#include <QObject>
#include <QStringList>
#include <QTimer>
#include <map>
#include <optional>
#include <set>

#include "editor/session/session.hpp"

namespace millrace::editor {

struct RunNode {
    std::uint64_t items = 0, executed = 0, cached = 0, none = 0, skipped = 0, errors = 0,
                  retries = 0;
    std::uint64_t expected = 0;  ///< items there will be; 0 when its source does not know
    double busy_seconds = 0, blocked_seconds = 0;
    double progress = 0;     ///< of the call under way, 0 to 1
    double per_second = 0;   ///< items, smoothed
    std::string cache_note;  ///< why the last item was or was not taken from the cache
    /// Mean of the calls made; negative before the first.
    double seconds_per_call() const {
        return executed == 0 ? -1 : busy_seconds / static_cast<double>(executed);
    }
    double seconds_left() const;  ///< negative when not known
};

struct RunWire {
    std::uint64_t waiting = 0, capacity = 0, dropped = 0;
};

/// Why items of a node failed, each reason once.
struct RunFault {
    QString reason;
    std::uint64_t times = 0;
    std::uint64_t first_item = 0;
};

class RunMonitor : public QObject {
    Q_OBJECT

public:
    explicit RunMonitor(Session* session, QObject* parent = nullptr);

    /// "running", "paused", "succeeded" …; empty before the first run.
    const QString& status() const { return status_; }
    bool is_live() const { return status_ == "running" || status_ == "paused"; }
    bool is_paused() const { return status_ == "paused"; }
    double seconds() const { return seconds_; }
    const QString& folder() const { return folder_; }
    /// Whether the run is of the document that is shown; of another one no node or wire is told.
    bool is_of_document() const { return of_document_; }
    const std::map<std::string, RunNode>& nodes() const { return of_document_ ? nodes_ : kNoNodes; }
    const std::map<std::string, RunWire>& wires() const { return of_document_ ? wires_ : kNoWires; }
    const RunNode* node(const std::string& name) const;
    const RunWire* wire(const std::string& name) const;

    /// 0 to 1 over all nodes; negative when no source knows how many items it has.
    double progress() const;
    double seconds_left() const;  ///< negative when not known

    /// Another document is shown now: forgets a run that is over, and tells no more of one that
    /// goes on than that it does.
    void clear();

    /// What failed in a node; most often first.
    std::vector<RunFault> faults(const std::string& node) const;
    /// Nodes that have faults.
    std::vector<std::string> faulty() const;
    /// Whether the node's failure ended the run.
    bool has_failed(const std::string& node) const { return failed_.contains(node); }
    /// Wires that were full when the run came to a standstill.
    bool is_stalled(const std::string& wire) const { return stalled_.contains(wire); }
    /// Lines the node wrote, oldest first: warnings and errors while it runs; from the run's folder
    /// all of them once that can be read here, and behind them the errors, which are not written.
    QStringList log(const std::string& node) const;

Q_SIGNALS:
    /// Something differs: at most some times a second while a graph runs.
    void changed();
    /// The run came to a standstill, with the explanation.
    void stalled(const millrace::engine::Problem& problem);

private:
    void begin(const QString& folder);
    void forget();
    void take_figures(const engine::Value& figures);
    void take_event(const engine::Value& event);
    void end(const QString& status);

    inline static const std::map<std::string, RunNode> kNoNodes;
    inline static const std::map<std::string, RunWire> kNoWires;
    QTimer soon_;  ///< events come by the thousand
    bool of_document_ = true;
    QString status_, folder_;
    double seconds_ = 0;
    std::map<std::string, RunNode> nodes_;
    std::map<std::string, RunWire> wires_;
    std::map<std::string, std::map<std::string, RunFault>> faults_;
    std::set<std::string> failed_, stalled_;
    std::map<std::string, QStringList> lines_;
};

}  // namespace millrace::editor
