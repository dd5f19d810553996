// Data-parallel training: several processes ("ranks") that sum gradients and share parameters over
// TCP, through LibTorch's Gloo process group. The trainer owns one group and uses it from one
// thread; every rank makes the same calls in the same order, which each call checks first. Ranks
// find each other at rank 0's address and port. A call waits for the slowest rank at most the
// timeout. While it waits, it asks `stop` at least every 100 ms. Throws engine::Error:
// E-DIST-001 a launcher's variables that contradict, E-DIST-002 no address for rank 0,
// E-DIST-003 ranks that do not find each other, E-DIST-004 a port in use, E-DIST-005 processes
// that do not belong together, E-DIST-006 a lost rank, E-DIST-007 a rank that does not answer,
// E-DIST-008 a stop here, E-DIST-009 ranks that do not agree, E-DIST-010 values that cannot travel,
// E-DIST-011 a rank that has left or a group that failed before. After 006, 007, 008 and 011 the
// group is of no more use; destroying it never waits for other ranks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/ops/training/optimizers.hpp"
#include "nodes/ops/training/ranks.hpp"

namespace millrace::ops {

namespace training {
class Peers;
}

class ProcessGroup {
public:
    /// Waits until all ranks have come. A world of one process opens no connection. A process may
    /// be in several groups with names of their own.
    explicit ProcessGroup(const Ranks& ranks, double timeout_seconds = 60,
                          std::function<bool()> stop = {}, const std::string& name = {});
    /// Tells the other ranks that this one leaves.
    ~ProcessGroup();
    ProcessGroup(const ProcessGroup&) = delete;
    ProcessGroup& operator=(const ProcessGroup&) = delete;

    int rank() const;
    int size() const;

    /// Throws on every rank when `text` (a graph's hash, say) differs between ranks.
    void agree(std::string_view what, std::string_view text);

    /// Sums in place over all ranks; dense CPU tensors of the same names, types (float16, 32, 64,
    /// int8, 32, 64, uint8) and shapes everywhere. All ranks get the same bits.
    void sum(NamedTensors& tensors);
    void sum(std::vector<double>& values);

    /// The least or greatest over all ranks, element by element; no NaN.
    void minimum(std::vector<double>& values);
    void maximum(std::vector<double>& values);

    /// Overwrites the tensors with those of rank `root`; any type.
    void broadcast(NamedTensors& tensors, int root);

    /// Waits until every rank is here.
    void barrier();

    /// Each rank's text, in the order of ranks.
    std::vector<std::string> gather(std::string_view text);

private:
    std::unique_ptr<training::Peers> peers_;
};

}  // namespace millrace::ops
