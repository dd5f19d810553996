// How a run stands, by its folder: run.json tells how it ended, the lock on the folder whether
// somebody is still at it. Plain functions and values, any thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace millrace::view {

struct RunState {
    enum class Kind {
        None,  ///< this is no run
        Running,
        Finished,  ///< to its end
        Failed,    ///< ended with a problem
        Stopped,   ///< ended because somebody asked it to
        Killed     ///< nobody is at it any more, and it has no end
    };
    Kind kind = Kind::None;
    std::string problem;  ///< of a failed run, a line
    pid_t process = 0;    ///< that writes the folder; below 1 when it is not known
    bool operator==(const RunState&) const = default;
};

/// Never throws: a run.json that can't be read now is about to be replaced, or says nothing.
RunState run_state(const std::filesystem::path& folder);

/// The process that holds the lock on a run folder, by the kernel's list: asking with a lock of
/// one's own could turn a run away that starts at that moment. 0 when there is none on this
/// machine, -1 when it can't be seen from here, as in a container.
pid_t locking_process(const std::filesystem::path& folder);

/// Whether the folder lies on another machine, whose changes the kernel does not tell of.
bool on_network(const std::filesystem::path& folder);

}  // namespace millrace::view
