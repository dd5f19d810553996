// A child process whose three standard streams are pipes to this one.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::engine::worker {

/// How a process ended.
struct Exit {
    int code = 0;    ///< when no signal ended it
    int signal = 0;  ///< 0: none
};

class Process {
public:
    /// Starts `command`, looked up on the PATH. Throws Error E-WORKER-002 when it can't be.
    explicit Process(const std::vector<std::string>& command);
    /// Ends it with SIGKILL when it still runs.
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t number() const { return process_; }
    /// The pipes' near ends; whoever takes one closes it.
    int take_input() { return std::exchange(input_, -1); }
    int take_output() { return std::exchange(output_, -1); }
    int take_errors() { return std::exchange(errors_, -1); }

    /// Waits for its end so long; then none.
    std::optional<Exit> wait(std::chrono::milliseconds patience);
    void kill(int signal);

private:
    pid_t process_ = -1;
    int input_ = -1, output_ = -1, errors_ = -1;
    std::optional<Exit> exit_;
};

}  // namespace millrace::engine::worker
