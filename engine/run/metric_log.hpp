// The metrics of a run on their way to metrics.csv. Rows come in any order from any thread; they wait in a file, so that a
// long run takes no more memory than a short one, and are put in order at the end. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

namespace millrace::engine {

class MetricLog {
public:
    /// `out`: the run folder; empty: nothing is kept. With `length`, that of a checkpoint, rows after it are dropped; without,
    /// all earlier ones. Throws Error E-FILE-0xx.
    void open(const std::filesystem::path& out, std::uint64_t length = 0);
    void add(std::uint64_t item, std::string_view node, std::string_view name, double value);
    /// Writes what waits in memory and gives the file's length, for a checkpoint. Throws Error when the disk is full.
    std::uint64_t flush();
    /// Writes metrics.csv, sorted by item, node and name, if there are rows. The rows stay as long as there is a checkpoint that
    /// a resume could go on from. Throws Error E-FILE-0xx.
    void finish();

private:
    void flush_locked();

    std::mutex mutex_;
    std::filesystem::path out_, file_;
    std::string waiting_;
};

}  // namespace millrace::engine
