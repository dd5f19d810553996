// A node type with its C++ type erased: what the planner and the runtime hold. Made by adapt.hpp only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/node/context.hpp"
#include "engine/node/spec.hpp"
#include "engine/packet.hpp"

namespace millrace::engine {

/// Many results of one call, asked for one at a time as the wires have room.
class PacketGenerator {
public:
    virtual ~PacketGenerator() = default;
    /// Fills one packet per output; false when there are no more.
    virtual bool next(std::span<Packet> outputs) = 0;
};

/// What one call gave: packets (empty means none), or a generator of them; `ended` only from a source.
struct Results {
    std::vector<Packet> packets;
    std::unique_ptr<PacketGenerator> generator;
    bool ended = false;
};

class NodeInstance {
public:
    virtual ~NodeInstance() = default;
    virtual void* object() = 0;  ///< the struct whose fields are the parameters
    /// Rules over several parameters. Looks at the fields alone, so that its answer can be kept with them.
    virtual std::vector<Problem> check() const = 0;
    virtual void start(RunContext& context) = 0;
    /// `inputs` has one packet per input port, empty where absent. Results::packets has the size of the outputs.
    virtual void call(std::span<const Packet> inputs, Results& results, RunContext& context) = 0;
    virtual void finish(Results& results, RunContext& context) = 0;
    virtual State save() const = 0;
    virtual void load(const State& state, RunContext& context) = 0;
    /// Items a source has, once started and where it knows.
    virtual std::optional<std::uint64_t> count() const = 0;
    /// Files a source or node reads for `item`; their content belongs to the cache key.
    virtual std::vector<Path> files(std::uint64_t item) const = 0;
    /// Which of a source's own elements `item` repeats; the cache knows it by that, so a second epoch is loaded.
    virtual std::uint64_t place(std::uint64_t item) const = 0;
    /// A copy with the same fields and state, for hot parameters; nullptr when the struct can't be copied.
    virtual std::unique_ptr<NodeInstance> clone() const = 0;
};

struct NodeType {
    NodeSpec spec;
    bool parallel = false;   ///< const call operator: several items at once
    bool source = false;     ///< no stream inputs
    bool pure = false;
    bool has_check = false;
    bool has_finish = false;
    bool finish_gives = false;  ///< finish() has a result
    bool has_save = false;
    bool has_files = false;
    bool has_count = false;
    bool generator = false;  ///< the call gives many results
    bool copyable = false;
    std::string plugin;      ///< name of the plug-in it came from; empty for the engine's own
    Hash128 build;           ///< of the plug-in's file
    std::function<std::unique_ptr<NodeInstance>()> make;
};

}  // namespace millrace::engine
