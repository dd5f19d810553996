// Puts on the canvas what is known of a run: states, queues, and the colours of the overlay that is
// chosen, with its legend. Follows the run, the document and the graph that is shown. Owned by the
// window; window thread only.
#pragma once

#include <QObject>
#include <QTimer>

#include "editor/canvas/status_of_run.hpp"

namespace millrace::editor {

class CanvasLegend;
class CanvasScene;
class CanvasView;

class RunOverlay : public QObject {
    Q_OBJECT

public:
    RunOverlay(RunMonitor* monitor, Session* session, CanvasView* view, QObject* parent = nullptr);

    ColorBy color_by() const { return color_by_; }
    void set_color_by(ColorBy by);
    CanvasLegend* legend() const { return legend_; }
    /// Shows it now rather than with the next beat.
    void refresh();

private:
    void watch_sizes();
    void take(const SeenPacket& packet);

    RunMonitor* monitor_;
    Session* session_;
    CanvasScene* scene_;
    CanvasView* view_;
    CanvasLegend* legend_;
    QTimer soon_;
    ColorBy color_by_ = ColorBy::Off;
    std::map<int, std::string> sizes_of_;         ///< subscriptions that tell sizes alone
    std::map<std::string, std::uint64_t> bytes_;  ///< of the newest packet, by output of the run
};

}  // namespace millrace::editor
