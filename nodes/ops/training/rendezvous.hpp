// How ranks find each other at rank 0's address and port, and the connections that come of it. For
// the sources of this folder; the group that connects owns the connections and uses them from one
// thread.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "nodes/ops/training/ranks.hpp"

namespace c10d {
class ProcessGroupGloo;
}
namespace gloo {
class Context;
}

namespace millrace::ops::training {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using Stop = std::function<bool()>;

inline constexpr milliseconds kSlice{50};  ///< between two questions whether to stop

/// A group of Gloo, and its pairs of ranks, which the owner may watch and break.
struct Connections {
    std::shared_ptr<c10d::ProcessGroupGloo> group;
    gloo::Context* context = nullptr;  ///< lives as long as the group
};

/// Connects to all other ranks; `stop` may be empty. Groups of other names may meet at the same
/// address and port. Throws Error E-DIST-003, 004, 005 or 008.
Connections connect(const Ranks& ranks, milliseconds timeout, const Stop& stop,
                    const std::string& name);

/// Throws Error E-DIST-008.
[[noreturn]] void fail_stopped();

/// The first line of what LibTorch or Gloo says, without its backtrace.
std::string first_line(const std::exception& error);

}  // namespace millrace::ops::training
