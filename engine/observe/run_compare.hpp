// Two recorded runs against each other, wire by wire in the order of the graph, so that the first
// that differs is where they part. Pure functions over what read_recorded() gave; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/graph.hpp"
#include "engine/observe/compare.hpp"
#include "engine/observe/record.hpp"

namespace millrace::engine {

/// All items of one wire against another.
struct WireComparison {
    std::string name;  ///< "NODE.PORT"
    std::uint64_t items = 0;
    std::uint64_t exact = 0, sketched = 0;
    std::uint64_t differing = 0;  ///< items beyond the tolerance
    std::uint64_t unmatched = 0;  ///< items that only one side has
    std::optional<std::uint64_t> first_unmatched = {};
    std::uint64_t worst_item = 0;
    std::optional<Comparison> worst = {};  ///< of the items beyond the tolerance, else of all
    bool equal() const { return differing == 0 && unmatched == 0; }
    /// "exact", "from sketches" or both.
    std::string how() const;
};

/// Exactly where both kept the packet or the hashes agree, else from sketches; nothing when neither
/// can be. Throws Error E-FILE-… when a kept packet can't be read.
std::optional<Comparison> compare_item(const Recorded& a, const Recorded& b, std::uint64_t item,
                                       Tolerance tolerance);
WireComparison compare_wire(const std::string& name, const Recorded& a, const Recorded& b,
                            Tolerance tolerance, const std::function<bool()>& go_on = {});

struct RunComparison {
    std::vector<WireComparison> wires;  ///< in the order of the graph
    std::vector<std::string> only_one;  ///< recorded on one side alone
};

/// `order` are the nodes of `a`, as from nodes_in_order(). Ends early, with what it has, when
/// `go_on` says no.
RunComparison compare_runs(const std::vector<std::string>& order,
                           const std::map<std::string, Recorded>& a,
                           const std::map<std::string, Recorded>& b, Tolerance tolerance,
                           const std::function<bool()>& go_on = {});

/// Where two runs part: a node whose outputs differ though what entered it agrees.
struct Divergence {
    std::string node;
    std::string output;                ///< its first "NODE.PORT" that differs
    std::uint64_t item = 0;            ///< the worst of that output
    std::vector<Endpoint> inputs;      ///< the outputs that feed it
    std::vector<std::string> unknown;  ///< those of them that were not compared
};

/// The first such node in the comparison's order; none when nothing differs. `graph` is expanded.
/// In a loop, where a node comes before what feeds it, the first node that differs stands for it.
std::optional<Divergence> first_divergence(const Graph& graph, const RunComparison& comparison);

}  // namespace millrace::engine
