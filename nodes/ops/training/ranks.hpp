// Which of the processes that train together this one is, as its launcher says. Values; any thread.
// Throws engine::Error E-DIST-001 for variables that contradict and E-DIST-002 for no address of
// rank 0.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace millrace::ops {

inline constexpr int kMostRanks = 4096;

struct Ranks {
    int rank = 0;                              ///< 0 to world_size - 1
    int world_size = 1;                        ///< processes, 1 to kMostRanks
    std::string master_address = "127.0.0.1";  ///< rank 0's, as the other ranks reach it
    int master_port = 29500;                   ///< rank 0 listens there, 1 to 65535
};

/// What RANK and WORLD_SIZE say, or else mpirun (Open MPI, MPICH) or srun; none without them and
/// for a world of one process. `lookup` is std::getenv or a stand-in; empty values count as unset.
std::optional<Ranks> ranks_from_environment(const std::function<const char*(const char*)>& lookup);

}  // namespace millrace::ops
