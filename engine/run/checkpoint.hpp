// Checkpoints: all that a run needs to go on after a kill, taken while nothing moves. See design section 5, Resuming.
#pragma once

#include <cstdint>

namespace millrace::engine {

class Executor;

class Checkpoint {
public:
    /// Writes checkpoints/NNNNNN.ckpt in the run folder (temporary file, fsync, rename) and keeps the last two. The run
    /// must be quiet. Throws Error E-CKPT-001.
    static void write(Executor& executor);
    /// Restores the newest whole checkpoint; sets the note why when there is none to go on from. Throws Error
    /// E-CKPT-002 when it belongs to another graph, seed or set of parameters.
    static void restore_newest(Executor& executor);
};

}  // namespace millrace::engine
