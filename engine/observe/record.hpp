// Keeps what passes chosen outputs in the run folder: sketches (sketches.ndjson, a line a packet
// after one that lists the outputs), packets (packets/NODE.PORT/ITEM.safetensors) and visuals
// (visuals/NODE.PORT/ITEM.safetensors), which compare and scrubbing read back. Called from worker
// threads through the run's taps.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/run/run.hpp"

namespace millrace::engine {

/// The outputs that `names` mean: "NODE.PORT", "NODE" for all of its outputs, "NODE.PORT -> …" as
/// wires are written, or "all". Throws Error E-CLI-009 for an unknown one, with the nearest.
std::vector<Endpoint> outputs_named(const Plan& plan, const std::vector<std::string>& names);

/// Where the packet, or the visuals, of one item of an output are kept.
std::filesystem::path packet_file(const std::filesystem::path& folder, const std::string& output,
                                  std::uint64_t item);
std::filesystem::path visual_file(const std::filesystem::path& folder, const std::string& output,
                                  std::uint64_t item);

/// What a run records. Sketches are kept of every output that is named anywhere.
struct RecordChoice {
    std::vector<Endpoint> sketches, packets, visuals;
    visual::Budget budget{std::size_t{1} << 20};      ///< of the visuals of one packet
    std::size_t visual_bytes = std::size_t{4} << 30;  ///< of all visuals; then no more are kept
};

class Recorder {
public:
    /// Sets taps on `run`, which must not have started. A resumed run appends.
    Recorder(Run& run, const std::filesystem::path& folder, const RecordChoice& choice);
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /// What could not be written, once the run has ended.
    std::vector<Problem> problems() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// What was recorded of one output, by item; of an item recorded twice (a resumed run), the last.
struct Recorded {
    std::map<std::uint64_t, Sketch> sketches;
    std::map<std::uint64_t, std::filesystem::path> packets, visuals;
};

/// The files alone, without reading any: what a run that goes on has written until now. Empty when
/// there are none.
std::map<std::string, Recorded> recorded_files(const std::filesystem::path& folder);

/// All of a run folder by "NODE.PORT". Throws Error E-CLI-012 when nothing was recorded, E-FILE-…
/// when it can't be read.
std::map<std::string, Recorded> read_recorded(const std::filesystem::path& folder);

}  // namespace millrace::engine
