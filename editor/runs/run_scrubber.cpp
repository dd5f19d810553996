#include "editor/runs/run_scrubber.hpp"

#include <QFile>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPointer>
#include <QToolButton>
#include <algorithm>
#include <set>

#include "editor/canvas/canvas_scene.hpp"
#include "editor/panels/wire_panel.hpp"
#include "editor/runs/background.hpp"
#include "editor/runs/numeric_wires.hpp"
#include "editor/runs/run_entry.hpp"
#include "editor/session/run_names.hpp"
#include "engine/graph/scope.hpp"
#include "engine/hash.hpp"
#include "engine/value_parse.hpp"
#include "viewers/common/timeline.hpp"

namespace millrace::editor {
namespace {

/// Longer than the beat in which the overlay of the last run is drawn, which this stands in for.
constexpr int kAfterOverlay_ms = 120;

std::string text_of(const engine::Value& object, std::string_view name) {
    const engine::Value* found = object.find(name);
    return found && found->is_string() ? found->as_string() : std::string();
}

void read_faults(const QString& file, RunHistory& history) {
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly)) return;
    while (!in.atEnd()) {
        const QByteArray line = in.readLine().trimmed();
        if (!line.contains("node_error") && !line.contains("skipped")) continue;
        try {
            const engine::Value event = engine::parse_json(line.toStdString(), "events.ndjson");
            const std::string kind = text_of(event, "event");
            const engine::Value* item = event.find("item");
            if (!item || !item->is_int()) continue;
            const auto number = static_cast<std::uint64_t>(item->as_int());
            const QString what = QString::fromStdString(text_of(event, "what"));
            if (kind == "node_error") history.failed[number][text_of(event, "node")] = what;
            if (kind == "skipped") history.skipped[number][text_of(event, "node")] = what;
        } catch (const engine::Error&) {
            // A line that a killed run left half written tells nothing.
        }
    }
}

}  // namespace

std::vector<quint64> RunHistory::items() const {
    std::set<quint64> numbers;
    for (const auto& [name, output] : outputs) {
        for (const auto& [item, sketch] : output.sketches) numbers.insert(item);
        for (const auto& [item, file] : output.packets) numbers.insert(item);
        for (const auto& [item, file] : output.visuals) numbers.insert(item);
    }
    return {numbers.begin(), numbers.end()};
}

RunHistory read_history(const QString& folder) {
    RunHistory history;
    try {
        history.graph_hash = read_entry(folder.toStdString()).graph_hash.toStdString();
        history.outputs = engine::read_recorded(folder.toStdString());
        read_faults(folder + "/events.ndjson", history);
        if (history.items().empty()) history.problem = RunScrubber::tr("The run recorded no item.");
    } catch (const engine::Error& error) {
        history.problem = QString::fromStdString(error.problem().what);
    }
    return history;
}

RunScrubber::RunScrubber(Session* session, CanvasScene* scene, WirePanel* wires,
                         NumericWires* numeric, QWidget* parent)
    : QWidget(parent),
      session_(session),
      scene_(scene),
      wires_(wires),
      numeric_(numeric),
      name_(new QLabel),
      timeline_(new viewers::Timeline) {
    setObjectName("run-scrubber");
    setAccessibleName(tr("Items of the recorded run"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 2, 4, 2);
    row->addWidget(name_);
    row->addWidget(timeline_, 1);
    auto* close = new QToolButton;
    close->setText(tr("Close"));
    close->setToolTip(tr("Back to the last run"));
    close->setAutoRaise(true);
    row->addWidget(close);
    hide();
    connect(close, &QToolButton::clicked, this, &RunScrubber::close_run);
    connect(timeline_, &viewers::Timeline::item_changed, this, [this] { show_item(); });
    again_.setSingleShot(true);
    again_.setInterval(kAfterOverlay_ms);
    connect(&again_, &QTimer::timeout, this, [this] {
        if (is_open()) scene_->set_status(statuses());
    });
    const auto later = [this] {
        if (is_open()) again_.start();
    };
    connect(scene_, &CanvasScene::path_changed, this, later);
    connect(scene_->document(), &Document::changed, this, later);
    connect(scene_->document(), &Document::started, this, [this] { close_run(); });
    connect(wires_, &WirePanel::outputs_changed, this, [this] {
        if (is_open()) ask_viewers();
    });
}

RunScrubber::~RunScrubber() = default;

void RunScrubber::open(const QString& folder) {
    folder_ = folder;
    in_background(
        this, [folder] { return std::make_shared<const RunHistory>(read_history(folder)); },
        [this, wanted = ++wanted_](std::shared_ptr<const RunHistory> history) {
            if (wanted != wanted_) return;
            const QString name = QFileInfo(folder_).fileName();
            if (!history->problem.isEmpty()) {
                Q_EMIT told(tr("%1 can't be gone through: %2").arg(name, history->problem));
                return close_run();
            }
            history_ = std::move(history);
            const std::string now =
                engine::to_hex(engine::meaning_hash(scene_->document()->graph()));
            const bool other = !history_->graph_hash.empty() && history_->graph_hash != now;
            name_->setText(other ? tr("%1 · of another state of the graph").arg(name) : name);
            name_->setToolTip(folder_);
            show();
            timeline_->set_items(history_->items());
            numeric_->set_item(timeline_->item());
            numeric_->set_run(folder_);
            show_item();
            Q_EMIT opened();
        });
}

void RunScrubber::close_run() {
    ++wanted_;
    ++asked_;
    hide();
    timeline_->set_playing(false);
    folder_.clear();
    if (!std::exchange(history_, nullptr)) return;
    numeric_->set_item({});
    Q_EMIT closed();
}

void RunScrubber::show_item() {
    if (!is_open() || !timeline_->item()) return;
    numeric_->set_item(timeline_->item());
    scene_->set_status(statuses());
    ask_viewers();
}

std::map<std::string, NodeStatus> RunScrubber::statuses() const {
    std::map<std::string, NodeStatus> statuses;
    const engine::Graph* graph = scene_->graph();
    const auto item = timeline_->item();
    if (!is_open() || !graph || !item) return statuses;
    const auto prefixes = run_prefixes(scene_->document()->graph(), scene_->path());
    for (const auto& [id, node] : graph->nodes) {
        NodeStatus status;
        bool has = false;
        for (const std::string& prefix : prefixes) {
            const std::string name = prefix + id;
            const auto is_it = [&](const std::string& other) {
                return other == name || other.starts_with(name + "/");
            };
            const auto look = [&](const engine::Recorded& recorded) {
                has = has || recorded.sketches.contains(*item) || recorded.packets.contains(*item);
                const auto until =
                    std::distance(recorded.sketches.begin(), recorded.sketches.upper_bound(*item));
                status.items = std::max(status.items, static_cast<std::uint64_t>(until));
            };
            // Outputs of the node itself, and of all within a call.
            const auto& outputs = history_->outputs;
            for (const std::string& start : {name + ".", name + "/"})
                for (auto at = outputs.lower_bound(start);
                     at != outputs.end() && at->first.starts_with(start); ++at)
                    look(at->second);
            const auto note = [&](const auto& faults, NodeState state) {
                const auto of_item = faults.find(*item);
                if (of_item == faults.end()) return;
                for (const auto& [faulty, why] : of_item->second)
                    if (is_it(faulty)) {
                        status.state = state;
                        status.note = why;
                    }
            };
            note(history_->skipped, NodeState::Skipped);
            note(history_->failed, NodeState::Failed);
        }
        if (status.state == NodeState::Idle && has) status.state = NodeState::Done;
        statuses[id] = status;
    }
    return statuses;
}

/// The worker reads packets, as it has the plug-ins that know them.
void RunScrubber::ask_viewers() {
    const auto item = timeline_->item();
    if (!item) return;
    const int asked = ++asked_;
    for (const engine::Endpoint& output : wires_->outputs()) {
        const std::string name = to_text(output);
        if (!history_->outputs.contains(name)) continue;
        session_->call(
            "runs/item",
            {{"folder", folder_.toStdString()},
             {"output", name},
             {"item", static_cast<std::int64_t>(*item)}},
            [this, guard = QPointer<RunScrubber>(this), asked, output,
             item = *item](const Session::Answer& answer) {
                if (!guard || asked != asked_) return;
                SeenPacket seen{.output = QString::fromStdString(to_text(output)), .item = item};
                if (const engine::Value* sketch = answer.result.find("sketch")) {
                    seen.sketch = *sketch;
                    seen.type = QString::fromStdString(text_of(*sketch, "type"));
                }
                try {
                    if (answer.problem)
                        seen.problem = answer.problem;
                    else if (answer.result.find("visuals"))
                        for (visual::Visual& one :
                             engine::worker::visuals_of(answer.result, answer.attachments))
                            seen.visuals.push_back(
                                std::make_shared<const visual::Visual>(std::move(one)));
                } catch (const engine::Error& error) {
                    seen.problem = error.problem();
                }
                wires_->show_recorded(output, seen);
            });
    }
}

}  // namespace millrace::editor
