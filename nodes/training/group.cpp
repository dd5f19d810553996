#include "nodes/training/group.hpp"

#include <cstdlib>
#include <optional>
#include <string>

namespace millrace::nodes {

std::shared_ptr<Group> Group::join(engine::RunContext& context, double timeout_seconds) {
    const std::optional<ops::Ranks> ranks =
        ops::ranks_from_environment([](const char* name) { return std::getenv(name); });
    if (!ranks) return nullptr;
    auto group = std::make_shared<Group>();
    group->context_ = &context;
    Group* self = group.get();
    group->processes_ = std::make_unique<ops::ProcessGroup>(
        *ranks, timeout_seconds,
        [self] {
            const engine::RunContext* now = self->context_;
            return now && now->stop_requested();
        },
        std::string(context.node_id()));
    group->reducer_ = std::make_unique<ops::GroupReducer>(*group->processes_);
    group->context_ = nullptr;
    return group;
}

}  // namespace millrace::nodes
