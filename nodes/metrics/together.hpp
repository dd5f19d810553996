// What metrics sum over the processes that run one graph, each on its part of the items, so that
// every process reports the figure of all. A node keeps one, joins in start() and sums in finish();
// such a node has the resource wait or compute, for then its finish() has a thread of its own and
// may wait. Used by one call at a time; copies of a node share the group.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/node.hpp"

namespace millrace::nodes {

/// One process may be done long before another, whose end is noticed at once; so this is long.
inline constexpr double kPeerTimeout = 3600;

/// The parameter of nodes that sum.
engine::ParamSpec peer_timeout_param(engine::Field field);

/// Adds what processes have counted, in the order of their ranks. By member: numbers are added,
/// lists of numbers element by element, a truth is one where any is; of texts the first that is not
/// empty stays; objects are joined; other lists are dealt together, the first of each, then the
/// second, as the items were. Members named in `alike` are the same everywhere where they are not
/// 0. A null is NaN. Throws Error E-DIST-009 where parts don't fit each other.
engine::Object sum_of(const std::vector<engine::Object>& parts,
                      const std::vector<std::string_view>& alike = {});

class Together {
public:
    /// Waits for the others where there are any, as ops::ranks_from_environment() has it. Throws
    /// Error E-DIST-00x.
    void join(engine::RunContext& context, double timeout_seconds);

    /// sum_of() what all processes hand over; `own` in a process by itself. Throws Error
    /// E-DIST-00x.
    engine::Object sum(engine::RunContext& context, engine::Object own,
                       const std::vector<std::string_view>& alike = {});

private:
    struct Processes;
    std::shared_ptr<Processes> processes_;
};

}  // namespace millrace::nodes
