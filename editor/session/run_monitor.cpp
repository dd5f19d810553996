#include "editor/session/run_monitor.hpp"

#include <QFile>
#include <algorithm>

namespace millrace::editor {
namespace {

constexpr qsizetype kMostLines = 500;
constexpr int kBeat_ms = 100;
constexpr std::size_t kMostReasons = 50;
constexpr qint64 kMostOfALog = 256 << 10;
constexpr double kNewest = 0.2;  ///< weight of the last figures in the smoothed rate

std::uint64_t count_of(const engine::Value& object, std::string_view name) {
    const engine::Value* found = object.find(name);
    return found && found->is_int() && found->as_int() > 0
               ? static_cast<std::uint64_t>(found->as_int())
               : 0;
}

double number_of(const engine::Value& object, std::string_view name) {
    const engine::Value* found = object.find(name);
    return found && found->is_number() ? found->as_double() : 0;
}

std::string text_of(const engine::Value& object, std::string_view name) {
    const engine::Value* found = object.find(name);
    return found && found->is_string() ? found->as_string() : std::string();
}

}  // namespace

double RunNode::seconds_left() const {
    if (expected == 0) return -1;
    if (items >= expected) return 0;
    return per_second > 0 ? static_cast<double>(expected - items) / per_second : -1;
}

RunMonitor::RunMonitor(Session* session, QObject* parent) : QObject(parent) {
    soon_.setSingleShot(true);
    soon_.setInterval(kBeat_ms);
    connect(&soon_, &QTimer::timeout, this, &RunMonitor::changed);
    connect(session, &Session::run_started, this,
            [this](int, const QString& folder) { begin(folder); });
    connect(session, &Session::figures, this, &RunMonitor::take_figures);
    connect(session, &Session::event, this, &RunMonitor::take_event);
    connect(session, &Session::run_ended, this, [this](const QString& status) { end(status); });
    connect(session, &Session::state_changed, this, [this](Session::State state) {
        // At once: the figures that say so come with the next beat.
        if (!is_live()) return;
        if (state == Session::State::Paused) status_ = "paused";
        if (state == Session::State::Running) status_ = "running";
        Q_EMIT changed();
    });
}

void RunMonitor::clear() {
    of_document_ = !is_live();
    if (of_document_) {
        forget();
        status_.clear();
    }
    Q_EMIT changed();
}

void RunMonitor::begin(const QString& folder) {
    forget();
    of_document_ = true;
    status_ = "running";
    folder_ = folder;
    Q_EMIT changed();
}

void RunMonitor::forget() {
    folder_.clear();
    seconds_ = 0;
    nodes_.clear();
    wires_.clear();
    faults_.clear();
    failed_.clear();
    stalled_.clear();
    lines_.clear();
}

void RunMonitor::end(const QString& status) {
    status_ = status;
    for (auto& [name, wire] : wires_) wire.waiting = 0;
    Q_EMIT changed();
}

void RunMonitor::take_figures(const engine::Value& figures) {
    const engine::Value* nodes = figures.find("nodes");
    if (!nodes || !nodes->is_object()) return;
    const double before = seconds_;
    const bool was_running = status_ == "running";
    seconds_ = number_of(figures, "seconds");
    if (const std::string status = text_of(figures, "status"); !status.empty())
        status_ = QString::fromStdString(status);
    const double step = seconds_ - before;
    for (const auto& [id, value] : nodes->as_object()) {
        RunNode& node = nodes_[id];
        const std::uint64_t items_before = node.items;
        node.items = count_of(value, "items");
        node.executed = count_of(value, "executed");
        node.cached = count_of(value, "cached");
        node.none = count_of(value, "none");
        node.skipped = count_of(value, "skipped");
        node.errors = count_of(value, "errors");
        node.retries = count_of(value, "retries");
        node.expected = count_of(value, "expected");
        node.busy_seconds = number_of(value, "busy_seconds");
        node.blocked_seconds = number_of(value, "blocked_seconds");
        node.progress = number_of(value, "progress");
        node.cache_note = text_of(value, "cache_note");
        // What was paused says nothing of how fast it goes.
        if (!was_running || step <= 0 || node.items < items_before) continue;
        const double now = static_cast<double>(node.items - items_before) / step;
        node.per_second =
            node.per_second <= 0 ? now : node.per_second * (1 - kNewest) + now * kNewest;
    }
    if (const engine::Value* wires = figures.find("wires"); wires && wires->is_array())
        for (const engine::Value& value : wires->as_array())
            wires_[text_of(value, "wire")] = {.waiting = count_of(value, "waiting"),
                                              .capacity = count_of(value, "capacity"),
                                              .dropped = count_of(value, "dropped")};
    Q_EMIT changed();
}

void RunMonitor::take_event(const engine::Value& event) {
    const std::string kind = text_of(event, "event"), node = text_of(event, "node");
    const auto note = [&](const QString& line) {
        QStringList& lines = lines_[node];
        lines << line;
        if (lines.size() > kMostLines) lines.removeFirst();
    };
    if (kind == "node_error") {
        auto& reasons = faults_[node];
        std::string why = text_of(event, "what");
        const std::string found = text_of(event, "found");
        if (!found.empty()) why += " (" + found + ")";
        if (reasons.size() < kMostReasons || reasons.contains(why)) {
            RunFault& fault = reasons[why];
            if (fault.times++ == 0) {
                fault.reason = QString::fromStdString(why);
                fault.first_item = count_of(event, "item");
            }
        }
        const engine::Value* skipped = event.find("skipped");
        if (!skipped || !skipped->is_bool() || !skipped->as_bool()) failed_.insert(node);
        note(tr("item %1: %2").arg(count_of(event, "item")).arg(QString::fromStdString(why)));
    } else if (kind == "warning" || kind == "log") {
        note(QString::fromStdString(text_of(event, "text")));
    } else if (kind == "hot_parameter") {
        note(tr("%1 is %2 from item %3 on")
                 .arg(QString::fromStdString(text_of(event, "name")),
                      event.find("value")
                          ? QString::fromStdString(engine::to_json(*event.find("value")))
                          : QString())
                 .arg(count_of(event, "item")));
    } else if (kind == "stall") {
        const std::string full = text_of(event, "full"), where = text_of(event, "where");
        for (const QString& wire :
             QString::fromStdString(full).split(QStringLiteral(", "), Qt::SkipEmptyParts))
            stalled_.insert(wire.toStdString());
        const QString what =
            where.empty()
                ? tr("The run came to a standstill")
                : tr("The run came to a standstill: %1 waits for a packet that can't come")
                      .arg(QString::fromStdString(where));
        Q_EMIT stalled(
            {.code = "E-RUN-003",
             .what = what.toStdString(),
             .found = full.empty()
                          ? tr("no wire is full").toStdString()
                          : tr("full wires: %1").arg(QString::fromStdString(full)).toStdString(),
             .where = where,
             .cause =
                 full.empty()
                     ? std::string()
                     : tr("What feeds the full wires can't go on until there is room, and what "
                          "empties them waits for the other input")
                           .toStdString(),
             .mend = tr("Give the full wire more capacity, or feed the waiting input from the same "
                        "items.")
                         .toStdString()});
    } else {
        return;
    }
    if (!soon_.isActive()) soon_.start();
}

const RunNode* RunMonitor::node(const std::string& name) const {
    const auto found = nodes().find(name);
    return found == nodes().end() ? nullptr : &found->second;
}

const RunWire* RunMonitor::wire(const std::string& name) const {
    const auto found = wires().find(name);
    return found == wires().end() ? nullptr : &found->second;
}

double RunMonitor::progress() const {
    double done = 0, all = 0;
    for (const auto& [id, node] : nodes_) {
        if (node.expected == 0) continue;
        all += 1;
        done += std::min(1.0, static_cast<double>(node.items) / static_cast<double>(node.expected));
    }
    return all > 0 ? done / all : -1;
}

/// As long as the slowest node; not known as long as one of them is not.
double RunMonitor::seconds_left() const {
    double most = -1;
    for (const auto& [id, node] : nodes_) {
        if (node.expected == 0) continue;
        const double left = node.seconds_left();
        if (left < 0) return -1;
        most = std::max(most, left);
    }
    return most;
}

std::vector<RunFault> RunMonitor::faults(const std::string& node) const {
    std::vector<RunFault> faults;
    if (!of_document_) return faults;
    if (const auto found = faults_.find(node); found != faults_.end())
        for (const auto& [why, fault] : found->second) faults.push_back(fault);
    std::ranges::stable_sort(faults, std::greater(), &RunFault::times);
    return faults;
}

std::vector<std::string> RunMonitor::faulty() const {
    std::vector<std::string> nodes;
    if (!of_document_) return nodes;
    for (const auto& [node, faults] : faults_) nodes.push_back(node);
    return nodes;
}

QStringList RunMonitor::log(const std::string& node) const {
    const auto live = lines_.find(node);
    const QStringList told = live == lines_.end() ? QStringList() : live->second;
    if (is_live() || folder_.isEmpty()) return told;
    // The folder of a worker elsewhere is not here; then what it told is all there is.
    QFile file(folder_ + "/logs/" + QString::fromStdString(node).replace('/', '.') + ".txt");
    if (!file.open(QIODevice::ReadOnly)) return told;
    if (file.size() > kMostOfALog) {
        file.seek(file.size() - kMostOfALog);
        file.readLine();  // the rest of a line
    }
    QStringList lines = QString::fromUtf8(file.readAll()).split('\n', Qt::SkipEmptyParts);
    if (lines.size() > kMostLines) lines = lines.mid(lines.size() - kMostLines);
    // Errors are told, not written.
    for (const QString& line : told)
        if (!lines.contains(line)) lines << line;
    return lines;
}

}  // namespace millrace::editor
