#include "editor/window/run_overlay.hpp"

#include <algorithm>

#include "editor/canvas/canvas_view.hpp"
#include "editor/panels/canvas_legend.hpp"

namespace millrace::editor {
namespace {

constexpr int kBeat_ms = 60;         ///< what comes within is shown at once
constexpr double kSizesInAll = 200;  ///< packets a second whose sizes are asked for

}  // namespace

RunOverlay::RunOverlay(RunMonitor* monitor, Session* session, CanvasView* view, QObject* parent)
    : QObject(parent),
      monitor_(monitor),
      session_(session),
      scene_(view->canvas()),
      view_(view),
      legend_(new CanvasLegend(view)) {
    soon_.setSingleShot(true);
    soon_.setInterval(kBeat_ms);
    connect(&soon_, &QTimer::timeout, this, &RunOverlay::refresh);
    const auto later = [this] {
        if (!soon_.isActive()) soon_.start();
    };
    connect(monitor, &RunMonitor::changed, this, later);
    connect(scene_, &CanvasScene::path_changed, this, later);
    connect(scene_, &CanvasScene::path_changed, this, &RunOverlay::watch_sizes);
    connect(scene_->document(), &Document::changed, this, later);
    connect(session, &Session::run_started, this, [this] {
        bytes_.clear();
        watch_sizes();
    });
    connect(session, &Session::packet, this, &RunOverlay::take);
}

void RunOverlay::set_color_by(ColorBy by) {
    color_by_ = by;
    watch_sizes();
    refresh();
}

/// Sizes are known of what is asked for alone: neither pictures nor sketches are made for it.
void RunOverlay::watch_sizes() {
    for (const auto& [number, output] : sizes_of_) session_->unsubscribe(number);
    sizes_of_.clear();
    if (color_by_ != ColorBy::Memory) return;
    const engine::Graph* graph = scene_->graph();
    if (!graph) return;
    std::vector<engine::Endpoint> outputs;
    const engine::Graph& root = scene_->document()->graph();
    const auto prefixes = run_prefixes(root, scene_->path());
    for (const engine::Wire& wire : graph->wires)
        if (const auto output = run_output(root, scene_->path(), wire.from, prefixes))
            outputs.push_back(*output);
    std::ranges::sort(outputs);
    outputs.erase(std::unique(outputs.begin(), outputs.end()), outputs.end());
    const double each = std::clamp(kSizesInAll / static_cast<double>(outputs.size() + 1), 0.2, 2.0);
    for (const engine::Endpoint& output : outputs)
        sizes_of_[session_->subscribe(QString::fromStdString(to_text(output)), false, false,
                                      each)] = to_text(output);
}

void RunOverlay::take(const SeenPacket& packet) {
    const auto found = sizes_of_.find(packet.subscription);
    if (found == sizes_of_.end() || packet.problem) return;
    bytes_[found->second] = packet.bytes;
    if (!soon_.isActive()) soon_.start();
}

void RunOverlay::refresh() {
    soon_.stop();
    const engine::Graph& root = scene_->document()->graph();
    scene_->set_status(node_statuses(*monitor_, root, scene_->path()));
    scene_->set_wire_status(wire_statuses(*monitor_, root, scene_->path()));
    const Heat heat = heat_of(color_by_, *monitor_, root, scene_->path(), bytes_);
    std::map<std::string, QColor> colors;
    const QColor base = view_->palette().color(QPalette::Button);
    for (const auto& [id, share] : heat.shares) colors[id] = heat_color(share, base);
    scene_->set_heat(colors);
    legend_->show_scale(heat.title, heat.low, heat.high);
}

}  // namespace millrace::editor
