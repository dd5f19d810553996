#include "engine/run/run.hpp"

#include "engine/run/deferred.hpp"
#include "engine/run/executor.hpp"
#include "engine/run/frozen.hpp"

namespace millrace::engine {

std::string_view to_text(RunStatus status) {
    switch (status) {
        case RunStatus::Ready: return "ready";
        case RunStatus::Running: return "running";
        case RunStatus::Paused: return "paused";
        case RunStatus::Succeeded: return "succeeded";
        case RunStatus::Failed: return "failed";
        case RunStatus::Stopped: return "stopped";
        case RunStatus::Stalled: return "stalled";
        case RunStatus::TimedOut: return "timed out";
        case RunStatus::OutOfMemory: return "out of memory budget";
    }
    return "unknown";
}

Plan plan_run(const Graph& graph, const Registry& registry, const RunOptions& options) {
    PlanOptions planning;
    planning.threads = options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency());
    planning.in_flight = options.in_flight;
    planning.inline_chains = options.inline_chains;
    planning.until = options.until;
    planning.roots = options.roots;
    Plan plan = make_plan(graph, registry, planning);
    check_frozen(plan, options);
    return plan;
}

Run::Run(Plan plan, const Registry& registry, RunOptions options) {
    for (const Problem& problem : plan.problems) {
        if (problem.severity == Severity::Error) throw Error(problem);
    }
    executor_ = std::make_unique<Executor>(std::move(plan), registry, std::move(options));
}

Run::~Run() = default;

void Run::on_event(EventCallback callback) { executor_->event_callback = std::move(callback); }
int Run::tap(const Endpoint& output, TapOptions options, TapCallback callback) {
    return executor_->tap(output, options, std::move(callback));
}
void Run::untap(int number) { executor_->untap(number); }
Packet Run::whole(const Packet& packet) { return resolved(packet); }
void Run::start() { executor_->start(); }
RunResult Run::wait() { return executor_->wait(); }
void Run::stop() { executor_->stop(RunStatus::Stopped); }
void Run::pause() { executor_->pause(); }
void Run::go_on() { executor_->go_on(); }
void Run::step() { executor_->step(); }
std::optional<Problem> Run::set_parameter(std::string_view node, std::string_view name, const Value& value) {
    return executor_->set_parameter(node, name, value);
}
RunFigures Run::figures() const { return executor_->figures(); }
RunStatus Run::status() const { return executor_->status.load(); }
const Plan& Run::plan() const { return executor_->plan; }
const RunOptions& Run::options() const { return executor_->options; }

}  // namespace millrace::engine
