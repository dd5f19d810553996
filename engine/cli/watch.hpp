// Watches a run from beside: signals, progress on a terminal, and the end of a run that does not
// end by itself. Has a thread of its own while the run goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "engine/run/run.hpp"

namespace millrace::cli {

class Watch {
public:
    /// From now on SIGINT and SIGTERM stop `run`. A run that has been stopped for two seconds and
    /// still has not ended gets `forced_end` called, which must end the process; so does a second
    /// signal, at once. `bars` shows progress on stderr.
    Watch(engine::Run& run, bool bars, std::function<void()> forced_end);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// The run has ended: stops watching and wipes the progress line.
    void end();

private:
    void loop();
    void take_signals();
    void draw();

    engine::Run& run_;
    bool bars_;
    bool drawn_ = false;
    /// Items and seconds when the line was first drawn: a resumed run has done some before.
    std::optional<std::pair<std::uint64_t, double>> begin_;
    int signals_ = 0;
    std::function<void()> forced_end_;
    std::thread thread_;
};

}  // namespace millrace::cli
