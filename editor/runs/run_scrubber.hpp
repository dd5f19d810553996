// A recorded run, item by item: a timeline under the canvas. Nodes, wires and the viewer show the
// chosen item as it was. Owned by the window; window thread only.
#pragma once

#include <QTimer>
#include <QWidget>
#include <memory>
#include <optional>

#include "engine/observe/record.hpp"

class QLabel;

namespace millrace::viewers {
class Timeline;
}

namespace millrace::editor {

class CanvasScene;
class NumericWires;
class Session;
class WirePanel;
struct NodeStatus;

/// What a run folder tells of its items, without the packets.
struct RunHistory {
    std::map<std::string, engine::Recorded> outputs;
    /// Nodes that failed or were skipped, by item.
    std::map<std::uint64_t, std::map<std::string, QString>> failed, skipped;
    std::string graph_hash;
    QString problem;  ///< why it can't be gone through; empty when it can
    std::vector<quint64> items() const;
};
/// Never throws; any thread.
RunHistory read_history(const QString& folder);

class RunScrubber : public QWidget {
    Q_OBJECT

public:
    RunScrubber(Session* session, CanvasScene* scene, WirePanel* wires, NumericWires* numeric,
                QWidget* parent = nullptr);
    ~RunScrubber() override;

    /// Shows itself when the run can be gone through, else told() says why not.
    void open(const QString& folder);
    void close_run();
    const QString& folder() const { return folder_; }
    bool is_open() const { return history_ != nullptr; }
    viewers::Timeline* timeline() const { return timeline_; }
    /// Of the item that is shown, for the nodes of the graph that is shown.
    std::map<std::string, NodeStatus> statuses() const;

Q_SIGNALS:
    void opened();
    void closed();
    void told(const QString& text);

private:
    void show_item();
    void ask_viewers();

    Session* session_;
    CanvasScene* scene_;
    WirePanel* wires_;
    NumericWires* numeric_;
    QString folder_;
    std::shared_ptr<const RunHistory> history_;
    QLabel* name_;
    viewers::Timeline* timeline_;
    QTimer again_;
    // What was asked for is counted, so that what comes late is passed over.
    int wanted_ = 0, asked_ = 0;
};

}  // namespace millrace::editor
