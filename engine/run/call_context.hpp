// The RunContext of one call.
#pragma once

#include "engine/node/context.hpp"
#include "engine/run/executor.hpp"

namespace millrace::engine {

class CallContext final : public RunContext {
public:
    CallContext(Executor& executor, NodeState& node, std::uint64_t item)
        : executor_(executor), node_(node), item_(item) {}

    bool stop_requested() const override { return executor_.stopping(); }
    std::uint64_t item() const override { return item_; }
    Random random() const override;
    std::uint64_t seed() const override { return executor_.options.seed; }
    std::string_view node_id() const override { return node_.plan->id; }
    void progress(double fraction) override { node_.progress.store(fraction, std::memory_order_relaxed); }
    void log(std::string_view line) override { executor_.log_line(node_, line); }
    void warn(std::string_view line) override { executor_.warn(node_, line); }
    std::filesystem::path artifacts() const override;
    std::filesystem::path artifact(std::string_view name) const override;
    void metric(std::string_view name, double value) override { executor_.metric(node_, item_, name, value); }
    int intra_threads() const override {
        return node_.plan->type->spec.resource == Resource::Compute ? executor_.intra_threads : 1;
    }
    bool resuming() const override { return executor_.resuming(); }
    const PayloadLookup& payloads() const override { return executor_.registry; }

private:
    Executor& executor_;
    NodeState& node_;
    std::uint64_t item_;
};

}  // namespace millrace::engine
