// How ranks find each other at rank 0's address and port, and the connections that come of it. For
// the sources of this folder; the group that connects owns the connections and uses them from one
// thread.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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

class Socket {
public:
    explicit Socket(int descriptor = -1) : descriptor_(descriptor) {}
    ~Socket();
    Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    explicit operator bool() const { return descriptor_ >= 0; }
    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

/// A group of Gloo, whose connections the owner may break, and lines beside it for what ranks tell
/// each other when they leave. Nothing else travels there: in a connection of Gloo that word would
/// wait behind a collective's bytes, and be lost with them when a socket closes before it was read.
struct Connections {
    std::shared_ptr<c10d::ProcessGroupGloo> group;
    gloo::Context* context = nullptr;  ///< lives as long as the group
    std::vector<Socket> lines;         ///< to each rank, which never block; none to itself
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
