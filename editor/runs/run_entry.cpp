#include "editor/runs/run_entry.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <set>

#include "engine/value_parse.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::editor {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostReport = std::uint64_t{64} << 20;
constexpr qint64 kMetricsEnd = 256 << 10;  ///< of metrics.csv: its last values are there
constexpr std::size_t kMostFolders = 10'000;

QString tr(const char* text) { return QCoreApplication::translate("RunEntry", text); }

std::string text_of(const engine::Value& object, std::string_view name) {
    const engine::Value* found = object.find(name);
    return found && found->is_string() ? found->as_string() : std::string();
}

/// Whoever runs in a folder holds a lock on it.
bool somebody_runs_in(const fs::path& folder) {
    const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool taken = flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(descriptor);
    return taken;
}

bool has_checkpoint(const fs::path& folder) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder / "checkpoints", ignored))
        if (entry.path().extension() == ".ckpt") return true;
    return false;
}

RunEntry::State state_from(const std::string& status, const fs::path& folder) {
    if (status == "succeeded") return RunEntry::State::Succeeded;
    if (status == "running" || status == "paused")
        return somebody_runs_in(folder) ? RunEntry::State::Running : RunEntry::State::Interrupted;
    if (status == "stopped" || status == "cancelled") return RunEntry::State::Stopped;
    return RunEntry::State::Failed;
}

void read_nodes(const engine::Value& nodes, RunEntry& entry) {
    if (!nodes.is_object()) return;
    for (const auto& [id, node] : nodes.as_object()) {
        if (const engine::Value* params = node.find("params"); params && params->is_object())
            for (const auto& [name, value] : params->as_object())
                entry.params[id + "." + name] = value;
        const engine::Value* figures = node.find("figures");
        const engine::Value* items = figures ? figures->find("items") : nullptr;
        if (items && items->is_int())
            entry.items = std::max(entry.items, static_cast<std::uint64_t>(items->as_int()));
    }
}

/// Lines "item,node,name,value", sorted by item.
void read_metrics(const fs::path& file, RunEntry& entry) {
    QFile in(QString::fromStdString(file.string()));
    if (!in.open(QIODevice::ReadOnly)) return;
    const bool cut = in.size() > kMetricsEnd;
    if (cut) in.seek(in.size() - kMetricsEnd);
    bool first = true;
    for (const QByteArray& line : in.readAll().split('\n')) {
        // The head, or what is left of a line.
        if (std::exchange(first, false)) continue;
        const QList<QByteArray> fields = line.split(',');
        bool good = false;
        const double value = fields.size() == 4 ? fields[3].toDouble(&good) : 0;
        if (good)
            entry.metrics[QString::fromUtf8(fields[1]) + '.' + QString::fromUtf8(fields[2])] =
                value;
    }
}

void read_report(const engine::Value& report, const fs::path& folder, RunEntry& entry) {
    const std::string status = text_of(report, "status");
    if (!report.is_object() || status.empty()) {
        entry.problem = tr("run.json is not that of a run: it has no status.");
        return;
    }
    entry.state = state_from(status, folder);
    entry.status = QString::fromStdString(status);
    entry.graph_file = QString::fromStdString(text_of(report, "graph"));
    entry.graph_hash = QString::fromStdString(text_of(report, "graph_hash"));
    entry.started =
        QDateTime::fromString(QString::fromStdString(text_of(report, "started")), Qt::ISODate);
    if (const engine::Value* seconds = report.find("seconds"); seconds && seconds->is_number())
        entry.seconds = seconds->as_double();
    if (const engine::Value* seed = report.find("seed"); seed && seed->is_int())
        entry.seed = seed->as_int();
    if (const engine::Value* until = report.find("until"); until && until->is_array())
        for (const engine::Value& id : until->as_array())
            if (id.is_string()) entry.until << QString::fromStdString(id.as_string());
    if (const engine::Value* nodes = report.find("nodes")) read_nodes(*nodes, entry);
    const engine::Value* problems = report.find("problems");
    if (problems && problems->is_array() && !problems->as_array().empty())
        entry.problem = QString::fromStdString(text_of(problems->as_array().front(), "what"));
}

}  // namespace

QString RunEntry::name() const { return QFileInfo(folder).fileName(); }

QString state_text(RunEntry::State state) {
    switch (state) {
        case RunEntry::State::Running:
            return tr("Running");
        case RunEntry::State::Succeeded:
            return tr("Succeeded");
        case RunEntry::State::Failed:
            return tr("Failed");
        case RunEntry::State::Stopped:
            return tr("Stopped");
        case RunEntry::State::Interrupted:
            return tr("Interrupted");
        case RunEntry::State::Broken:
            break;
    }
    return tr("Broken");
}

RunEntry read_entry(const fs::path& folder) {
    RunEntry entry;
    entry.folder = QString::fromStdString(folder.string());
    try {
        const auto bytes = visual::read_file_bytes(folder / "run.json", kMostReport);
        read_report(engine::parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                                       (folder / "run.json").string()),
                    folder, entry);
    } catch (const engine::Error& error) {
        entry.state = RunEntry::State::Broken;
        entry.problem = QString::fromStdString(to_text(error.problem()));
    }
    if (!entry.started.isValid())
        entry.started = QFileInfo(entry.folder + "/run.json").lastModified();
    std::error_code ignored;
    if (entry.state == RunEntry::State::Broken) return entry;
    read_metrics(folder / "metrics.csv", entry);
    entry.recorded =
        fs::exists(folder / "sketches.ndjson", ignored) || fs::exists(folder / "packets", ignored);
    entry.resumable = entry.state != RunEntry::State::Running &&
                      entry.state != RunEntry::State::Succeeded && has_checkpoint(folder);
    return entry;
}

std::vector<RunEntry> list_entries(const QStringList& folders, std::size_t most) {
    std::set<fs::path> seen;
    std::vector<std::pair<fs::file_time_type, fs::path>> found;
    for (const QString& folder : folders) {
        std::error_code error;
        for (const auto& one : fs::directory_iterator(folder.toStdString(), error)) {
            std::error_code ignored;
            const fs::path path = fs::weakly_canonical(one.path(), ignored);
            const auto time = fs::last_write_time(path / "run.json", ignored);
            if (ignored || !seen.insert(path).second) continue;
            found.emplace_back(time, path);
            if (found.size() >= kMostFolders) break;
        }
    }
    std::ranges::sort(found, std::greater<>());
    if (found.size() > most) found.resize(most);
    std::vector<RunEntry> entries;
    for (const auto& [time, path] : found) entries.push_back(read_entry(path));
    std::ranges::stable_sort(entries, [](const RunEntry& a, const RunEntry& b) {
        const bool live = a.state == RunEntry::State::Running;
        if (live != (b.state == RunEntry::State::Running)) return live;
        return a.started > b.started;
    });
    return entries;
}

QStringList changed_params(const RunEntry& before, const RunEntry& after) {
    const auto nodes_of = [](const RunEntry& entry) {
        std::set<std::string> nodes;
        for (const auto& [path, value] : entry.params)
            nodes.insert(path.substr(0, path.rfind('.')));
        return nodes;
    };
    const auto old_nodes = nodes_of(before), new_nodes = nodes_of(after);
    const auto shown = [](const engine::Value& value) {
        return QString::fromStdString(value.is_string() ? value.as_string() : to_json(value))
            .left(40);
    };
    QStringList changes;
    for (const auto& [path, value] : after.params) {
        const auto old = before.params.find(path);
        if (!old_nodes.contains(path.substr(0, path.rfind('.')))) continue;
        if (old == before.params.end() || old->second == value) continue;
        changes
            << tr("%1 %2 → %3").arg(QString::fromStdString(path), shown(old->second), shown(value));
    }
    for (const std::string& node : new_nodes)
        if (!old_nodes.contains(node)) changes << "+ " + QString::fromStdString(node);
    for (const std::string& node : old_nodes)
        if (!new_nodes.contains(node)) changes << "− " + QString::fromStdString(node);
    if (before.seed != after.seed) changes << tr("seed %1 → %2").arg(before.seed).arg(after.seed);
    return changes;
}

engine::Graph graph_of_run(const QString& folder) {
    engine::ReadGraph read = engine::load_graph(fs::path(folder.toStdString()) / "graph.json");
    for (const engine::Problem& problem : read.problems)
        if (problem.severity == engine::Severity::Error && read.graph.nodes.empty())
            throw engine::Error(problem);
    return std::move(read.graph);
}

engine::Graph anchored(engine::Graph graph, const QString& graph_file) {
    const fs::path beside = fs::path(graph_file.toStdString()).parent_path();
    if (!beside.is_absolute()) return graph;
    const auto anchor = [&](engine::Object& params) {
        for (auto& [name, value] : params) {
            if (!value.is_string()) continue;
            const std::string& text = value.as_string();
            std::error_code ignored;
            if (text.empty() || text.starts_with("${") || fs::path(text).is_absolute()) continue;
            if (const fs::path file = (beside / text).lexically_normal(); fs::exists(file, ignored))
                value = file.string();
        }
    };
    const auto all = [&](const auto& self, engine::Graph& at) -> void {
        for (auto& [id, node] : at.nodes) anchor(node.params);
        for (auto& [name, subgraph] : at.subgraphs) self(self, subgraph.graph);
    };
    all(all, graph);
    return graph;
}

}  // namespace millrace::editor
