// The processes that train together, as one node meets them. A group belongs to one node and is used
// by one call at a time; nodes have groups of their own, since calls of two nodes may run in any
// order.
#pragma once

#include <atomic>
#include <memory>

#include "engine/node.hpp"
#include "nodes/ops/networks/group_reducer.hpp"
#include "nodes/ops/training/process_group.hpp"

namespace millrace::nodes {

class Group {
public:
    /// Null in a process by itself: see ops::ranks_from_environment() for what says that there are
    /// others. Waits for them; throws Error E-DIST-00x.
    static std::shared_ptr<Group> join(engine::RunContext& context, double timeout_seconds);

    /// A call's use of the group, whose waits end when the run is stopped.
    class Use {
    public:
        Use(Group& group, const engine::RunContext& context) : group_(group) {
            group_.context_ = &context;
        }
        ~Use() { group_.context_ = nullptr; }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        ops::ProcessGroup* operator->() const { return group_.processes_.get(); }
        const ops::Reducer& reducer() const { return *group_.reducer_; }

    private:
        Group& group_;
    };

    int rank() const { return processes_->rank(); }
    int size() const { return processes_->size(); }

private:
    std::atomic<const engine::RunContext*> context_ = nullptr;
    std::unique_ptr<ops::ProcessGroup> processes_;
    std::unique_ptr<ops::GroupReducer> reducer_;
};

/// The parameter of nodes that join.
inline engine::ParamSpec peer_timeout_param(engine::Field field) {
    return {.name = "peer_timeout",
            .field = std::move(field),
            .unit = "s",
            .range = {1, 86400},
            .doc = "Where several processes train together: how long one waits for another before it "
                   "gives up",
            .advanced = true};
}

}  // namespace millrace::nodes
