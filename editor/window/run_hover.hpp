// The card of the wire or output that the pointer rests on, or of the wire that is selected: asks
// the worker for sketches only while it is shown. Owned by the window; window thread only.
#pragma once

#include <QObject>
#include <QPointer>
#include <QTimer>
#include <optional>

#include "editor/canvas/canvas_view.hpp"
#include "editor/session/run_monitor.hpp"

namespace millrace::editor {

class WireCard;

class WireHover : public QObject {
    Q_OBJECT

public:
    WireHover(CanvasView* view, Session* session, RunMonitor* monitor, QObject* parent = nullptr);

    /// Shows the card of the selected wire, or of the selected node's first output, until it is
    /// called again or something else is selected; false when neither is selected.
    bool toggle_selected();
    void hide();
    bool is_shown() const;
    WireCard* card() const { return card_; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Target {
        engine::Endpoint from;
        std::optional<engine::Wire> wire;
        friend bool operator==(const Target&, const Target&) = default;
    };
    std::optional<Target> target_at(QPoint place) const;
    void show(const Target& target, QPoint global);
    void show_flow();
    void ask_recorded();

    CanvasView* view_;
    CanvasScene* scene_;
    Session* session_;
    RunMonitor* monitor_;
    WireCard* card_;
    QTimer delay_;
    std::optional<Target> waiting_, shown_;
    QPoint pointer_;
    bool held_ = false;  ///< shown by key: stays when the pointer moves
    int subscription_ = 0;
    std::string run_output_;  ///< of what is shown
    bool seen_ = false;
};

}  // namespace millrace::editor
