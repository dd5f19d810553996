// One run as its folder tells it: what it was, how it went, what it gave. A folder may be anybody's
// and hold anything; what can't be read is an entry with the reason. Values, any thread.
#pragma once

#include <QDateTime>
#include <QString>
#include <QStringList>
#include <filesystem>
#include <map>
#include <vector>

#include "engine/graph/graph.hpp"

namespace millrace::editor {

struct RunEntry {
    enum class State { Running, Succeeded, Failed, Stopped, Interrupted, Broken };

    QString folder;  ///< absolute
    State state = State::Broken;
    QString status;      ///< as run.json says it
    QString graph_file;  ///< as run.json says it; may be empty
    QString graph_hash;
    QDateTime started;  ///< not valid when not known
    double seconds = 0;
    std::uint64_t items = 0;  ///< the most that any node saw
    std::int64_t seed = 0;
    QStringList until = {};                            ///< what it was to run to; all when empty
    std::map<QString, double> metrics = {};            ///< "node.name": the last value
    std::map<std::string, engine::Value> params = {};  ///< "node.param", defaults included
    QString problem = {};                              ///< why it is broken, or what went wrong
    bool recorded = false;                             ///< there are sketches or packets
    bool resumable = false;                            ///< ended early, with a checkpoint

    /// The folder's own name.
    QString name() const;
};

QString state_text(RunEntry::State state);

/// Never throws: State::Broken with `problem` when the folder is no run that can be read.
RunEntry read_entry(const std::filesystem::path& folder);

/// The runs in these folders, newest first, each once; at most `most` of them, the newest.
std::vector<RunEntry> list_entries(const QStringList& folders, std::size_t most = 200);

/// What of the parameters differs: "blur.size 3 → 5", one an entry; nodes that are new or gone as
/// "+ blur" and "− blur".
QStringList changed_params(const RunEntry& before, const RunEntry& after);

/// The graph of a run folder. Throws engine::Error when it can't be read or is none.
engine::Graph graph_of_run(const QString& folder);

/// The graph as it means the same wherever its file lies: parameters that are relative paths to
/// what is there beside `graph_file` become absolute, those of subgraphs, too.
engine::Graph anchored(engine::Graph graph, const QString& graph_file);

}  // namespace millrace::editor
