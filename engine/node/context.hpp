// What a node may ask of the run while it works. Valid during one call only; owned by the run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "engine/packet.hpp"
#include "engine/random.hpp"
#include "engine/value.hpp"

namespace millrace::engine {

/// The number of the item a source is asked for, or a node is working on, within its rate.
struct Item {
    std::uint64_t number = 0;
};

class RunContext {
public:
    virtual ~RunContext() = default;

    /// True once the run is to end: return early with anything, the result is discarded.
    virtual bool stop_requested() const = 0;
    virtual std::uint64_t item() const = 0;
    /// Random numbers keyed by seed, node and item; the spec must say `.random = true`.
    virtual Random random() const = 0;
    virtual std::uint64_t seed() const = 0;
    virtual std::string_view node_id() const = 0;
    /// Fraction of this call done, 0 to 1.
    virtual void progress(double fraction) = 0;
    /// One line to the node's log; `warning` lines are also shown to the user, each text once with a count.
    virtual void log(std::string_view line) = 0;
    virtual void warn(std::string_view line) = 0;
    /// Where a sink writes: the run's artifacts folder (exists). With `name`, the path of that file in it;
    /// throws Error (E-PATH-002) when `name` climbs out.
    virtual std::filesystem::path artifacts() const = 0;
    virtual std::filesystem::path artifact(std::string_view name) const = 0;
    /// A number for the run's metrics.csv and the live curves.
    virtual void metric(std::string_view name, double value) = 0;
    /// Cores this call may use, for libraries with threads of their own.
    virtual int intra_threads() const = 0;
    /// In start(): load() will follow, so files written before are to be kept, and cut to the saved length in load().
    virtual bool resuming() const { return false; }
    virtual const PayloadLookup& payloads() const = 0;
};

/// The saved state of a node: plain values and packets. Bytes go through text.
struct State {
    Object values;
    std::map<std::string, std::vector<Packet>> packets;
};

}  // namespace millrace::engine
