// Checkpoints: all that a run needs to go on after a kill, taken while nothing moves. See design section 5, Resuming.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value.hpp"

namespace millrace::engine {

class Executor;
class Stage;
struct Slot;

/// A checkpoint file taken apart; the packets are views into `bytes`.
struct CheckpointContents {
    std::string bytes;
    Value top;
    std::vector<std::string_view> packets;
};

inline constexpr std::string_view kCheckpointMagic = "MRCKPT1\n";

/// Throws Error E-CKPT-003. The hash of such a checkpoint is right, so it was written so: by another version, or by somebody
/// who means harm.
[[noreturn]] void malformed_checkpoint(std::string what);

/// nullptr when the file is damaged: cut short, or other bytes than were written.
std::unique_ptr<CheckpointContents> read_checkpoint(const std::filesystem::path& file);

class Checkpoint {
public:
    /// Writes checkpoints/NNNNNN.ckpt in the run folder (temporary file, fsync, rename) and keeps the newest, as many as
    /// the options say. The run must be quiet. Throws Error E-CKPT-001.
    static void write(Executor& executor);
    /// Before the nodes start: reads the newest whole checkpoint, or sets the note why there is none to go on from.
    /// Throws Error E-CKPT-002 when it belongs to another graph, seed or set of parameters.
    static void find(Executor& executor);
    /// Bytes of metrics that belong to what find() found; 0 without.
    static std::uint64_t metrics_length(const Executor& executor);
    /// After the nodes have started: restores what find() found. Throws Error E-CKPT-003 when it contradicts itself or the
    /// plan; it is untrusted, for whoever writes a checkpoint can write its hash.
    static void restore(Executor& executor);

private:
    static void check_held(const Stage& stage, Slot& slot);
};

}  // namespace millrace::engine
