// The sums of a network's pass over a group of processes. Belongs to the group's owner, and is used
// by one thread at a time.
#pragma once

#include "nodes/ops/networks/network.hpp"
#include "nodes/ops/training/process_group.hpp"

namespace millrace::ops {

class GroupReducer : public Reducer {
public:
    /// The group outlives it. Its calls throw what the group's do.
    explicit GroupReducer(ProcessGroup& group) : group_(group) {}

    void sum(at::Tensor& tensor) const override;
    void most(at::Tensor& tensor) const override;

private:
    ProcessGroup& group_;
};

}  // namespace millrace::ops
