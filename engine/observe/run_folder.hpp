// The folder a run leaves behind: run.json, graph.json, events.ndjson, and what nodes and the
// engine put beside them. Owned by whoever runs; one process at a time, which a lock on the folder
// sees to. It can be moved.
#pragma once

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/graph/graph.hpp"
#include "engine/value.hpp"

namespace millrace::engine {

/// What may be in the folder before.
enum class FolderUse {
    New,        ///< nothing of a run
    Overwrite,  ///< another run, whose files are removed
    Resume      ///< the run that goes on
};

/// A folder in `runs` that is not there yet, named by the graph's file and the time.
std::filesystem::path new_run_folder(const std::filesystem::path& runs,
                                     const std::filesystem::path& graph_file);

/// The reports of a run that is to go on: when it turns out that this one can't follow it, they are
/// put back.
class ReportsBefore {
public:
    /// Keeps what is there when `resumed`, else nothing.
    ReportsBefore(const std::filesystem::path& folder, bool resumed);
    void put_back() const;

private:
    std::vector<std::pair<std::filesystem::path, std::vector<std::byte>>> files_;
};

class RunFolder {
public:
    /// Makes or takes over the folder. Throws Error E-CLI-005 when it holds another run, E-CLI-013
    /// when another process runs in it, E-FILE-003 when it can't be made.
    RunFolder(std::filesystem::path folder, FolderUse use);
    ~RunFolder();
    RunFolder(const RunFolder&) = delete;
    RunFolder& operator=(const RunFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// Replaces run.json in one step.
    void write_report(const Object& report) const;
    void write_graph(const Graph& graph) const;
    /// Appends a line to events.ndjson. Any thread.
    void append_event(std::string_view line);

private:
    void remove_old_run() const;

    std::filesystem::path path_;
    int lock_ = -1;
    int events_ = -1;
    std::mutex mutex_;
};

}  // namespace millrace::engine
