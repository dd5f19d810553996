// What a run tells of itself: figures, events, problems, taps, logs, metrics, the trace.
#include <algorithm>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "engine/run/checkpoint.hpp"
#include "engine/run/deferred.hpp"
#include "engine/run/executor.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::engine {
namespace {

constexpr std::size_t kProblemsKept = 1000;
constexpr std::size_t kSpansKept = 2'000'000;

std::string file_name(std::string_view node_id) {
    std::string name(node_id);
    std::ranges::replace(name, '/', '.');
    return name + ".txt";
}

}  // namespace

void Executor::note(Object event) {
    event["seconds"] = seconds();
    const std::scoped_lock lock(notes_mutex_);
    if (event_callback) event_callback(event);
}

void Executor::report_failure(const NodeState& node, const Problem& found, std::uint64_t item, bool stops) {
    Problem problem = found;
    if (problem.code.empty()) problem.code = "E-NODE-020";
    problem.where = problem.where.empty() || problem.where == node.plan->id
                        ? fmt::format("{}, item {}", node.plan->id, item)
                        : fmt::format("{}, item {}, {}", node.plan->id, item, problem.where);
    note({{"event", "node_error"},
          {"node", node.plan->id},
          {"item", static_cast<std::int64_t>(item)},
          {"code", problem.code},
          {"what", problem.what},
          {"found", problem.found},
          {"skipped", !stops}});
    {
        const std::scoped_lock lock(notes_mutex_);
        if (!stops) problem.severity = Severity::Warning;
        if (stops && !failure_) failure_ = problem;
        else if (problems_.size() < kProblemsKept) problems_.push_back(problem);
    }
    if (stops) stop(RunStatus::Failed);
}

void Executor::warn(const NodeState& node, std::string_view text) {
    bool first = false;
    {
        const std::scoped_lock lock(notes_mutex_);
        first = ++warnings_[node.plan->id + ": " + std::string(text)] == 1;
    }
    if (first) note({{"event", "warning"}, {"node", node.plan->id}, {"text", std::string(text)}});
    log_line(node, text);
}

void Executor::log_line(const NodeState& node, std::string_view line) {
    const std::scoped_lock lock(notes_mutex_);
    std::string& waiting = log_lines_[node.index];
    waiting += line;
    waiting += '\n';
    if (waiting.size() >= 4096) write_log(node.index);
}

void Executor::write_log(int node) {
    std::string& waiting = log_lines_[node];
    if (waiting.empty() || options.out.empty()) return;
    visual::make_folders(options.out / "logs");
    std::ofstream(options.out / "logs" / file_name(plan.nodes[static_cast<std::size_t>(node)].id), std::ios::app) << waiting;
    waiting.clear();
}

void Executor::cut_logs() {
    if (!options.resume || options.out.empty()) return;
    const Value* told = checkpoint_ ? checkpoint_->top.find("told") : nullptr;
    const Value* lengths = told ? told->find("logs") : nullptr;
    for (const PlanNode& node : plan.nodes) {
        const std::filesystem::path file = options.out / "logs" / file_name(node.id);
        const Value* length = lengths ? lengths->find(node.id) : nullptr;
        const auto keep = length ? static_cast<std::uintmax_t>(length->as_int()) : 0;
        std::error_code ignored;
        if (keep == 0) std::filesystem::remove(file, ignored);
        else if (std::filesystem::file_size(file, ignored) > keep && !ignored) std::filesystem::resize_file(file, keep);
    }
}

Value Executor::told() {
    const std::scoped_lock lock(notes_mutex_);
    Object logs, warnings;
    for (const auto& [node, text] : log_lines_) write_log(node);
    for (const auto& [node, text] : log_lines_) {
        const std::string& id = plan.nodes[static_cast<std::size_t>(node)].id;
        std::error_code none;
        const auto length = std::filesystem::file_size(options.out / "logs" / file_name(id), none);
        if (!none) logs[id] = static_cast<std::int64_t>(length);
    }
    for (const auto& [text, times] : warnings_) warnings[text] = static_cast<std::int64_t>(times);
    return Object{{"problems", to_value(problems_)}, {"warnings", std::move(warnings)}, {"logs", std::move(logs)}};
}

void Executor::restore_told(const Value& told) {
    const std::scoped_lock lock(notes_mutex_);
    // Nodes that have started may have told something already.
    const Value* problems = told.find("problems");
    const Value* warnings = told.find("warnings");
    for (std::size_t i = 0; problems && i < problems->as_array().size(); ++i) {
        problems_.push_back(problem_from(problems->as_array()[i]));
    }
    if (!warnings) return;
    for (const auto& [text, times] : warnings->as_object()) warnings_[text] += static_cast<std::uint64_t>(times.as_int());
}

void Executor::metric(const NodeState& node, std::uint64_t item, std::string_view name, double value) {
    metrics_.add(item, node.plan->id, name, value);
    note({{"event", "metric"},
          {"node", node.plan->id},
          {"item", static_cast<std::int64_t>(item)},
          {"name", std::string(name)},
          {"value", value}});
}

void Executor::span(const NodeState& node, std::uint64_t item, std::int64_t start_ns, std::int64_t end_ns) {
    const std::int64_t zero = started_.time_since_epoch().count();
    const auto thread = static_cast<std::uint64_t>(std::hash<std::thread::id>()(std::this_thread::get_id()) & 0xffffff);
    const std::scoped_lock lock(notes_mutex_);
    if (trace_.size() >= kSpansKept) return;
    trace_.push_back({node.index, item, thread, static_cast<double>(start_ns - zero) / 1e3,
                      static_cast<double>(end_ns - start_ns) / 1e3});
}

int Executor::tap(const Endpoint& output, TapOptions tap_options, TapCallback callback) {
    const int index = plan.find(output.node);
    int port = -1;
    if (index >= 0) {
        const auto& ports = plan.nodes[static_cast<std::size_t>(index)].type->spec.outputs;
        for (std::size_t i = 0; i < ports.size(); ++i) {
            if (ports[i].name == output.port) port = static_cast<int>(i);
        }
    }
    if (port < 0) {
        throw Error({.code = "E-PLAN-003",
                     .what = "There is no such output to look at",
                     .expected = "NODE.OUTPUT of the graph as it runs",
                     .found = to_text(output),
                     .mend = "See `millrace plan` for the nodes and their outputs."});
    }
    auto entry = std::make_shared<Tap>();
    entry->node = index;
    entry->port = port;
    if (tap_options.per_second > 0) {
        entry->period = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / tap_options.per_second));
    }
    entry->deferred = tap_options.deferred;
    entry->callback = std::move(callback);
    const std::scoped_lock lock(taps_mutex_);
    entry->number = next_tap_++;
    taps_.push_back(entry);
    nodes[static_cast<std::size_t>(index)]->tapped = true;
    return entry->number;
}

void Executor::untap(int number) {
    const std::scoped_lock lock(taps_mutex_);
    std::erase_if(taps_, [&](const auto& tap) { return tap->number == number; });
    for (auto& node : nodes) {
        node->tapped = std::ranges::any_of(taps_, [&](const auto& tap) { return tap->node == node->index; });
    }
}

void Executor::feed_taps(const NodeState& node, std::uint64_t item, const std::vector<Packet>& packets) {
    // One at a time and in the order of calls; a callback that takes long belongs on a thread of its own.
    const std::scoped_lock lock(taps_mutex_);
    const auto now = std::chrono::steady_clock::now();
    for (const auto& tap : taps_) {
        if (tap->node != node.index || !packets[static_cast<std::size_t>(tap->port)]) continue;
        if (tap->period.count() > 0 && now - tap->last < tap->period) continue;
        tap->last = now;
        try {
            const Packet& given = packets[static_cast<std::size_t>(tap->port)];
            const Packet packet = tap->deferred ? given : resolved(given);
            if (packet) tap->callback(item, packet);
        } catch (const std::exception&) {
            // Whoever looks must not change what runs.
        }
    }
}

RunFigures Executor::figures() const {
    RunFigures figures;
    figures.status = status.load();
    figures.seconds = seconds();
    std::map<int, std::uint64_t> items_of_rate;
    for (const auto& node : nodes) {
        if (const std::uint64_t known = node->source_items; known > 0) items_of_rate[node->plan->call_rate] = known;
    }
    for (const auto& node : nodes) {
        NodeFigures out;
        out.id = node->plan->id;
        if (const auto known = items_of_rate.find(node->plan->call_rate); known != items_of_rate.end())
            out.expected = known->second;
        out.items = node->items;
        out.executed = node->executed;
        out.cached = node->cached;
        out.deferred = node->deferred;
        out.repeated = node->repeated;
        out.none = node->none;
        out.skipped = node->skipped;
        out.errors = node->errors;
        out.retries = node->retries;
        out.busy_seconds = static_cast<double>(node->busy_ns.load()) * 1e-9;
        out.blocked_seconds = static_cast<double>(node->blocked_ns.load()) * 1e-9;
        out.progress = node->progress;
        figures.nodes.push_back(std::move(out));
    }
    for (std::size_t i = 0; i < queues.size(); ++i) {
        if (!queues[i]) continue;
        figures.wires.push_back({wire_name(plan, plan.wires[i]), queues[i]->size(), queues[i]->capacity(), queues[i]->dropped()});
    }
    return figures;
}

/// Logs and metrics to the run folder.
void Executor::finish_files() {
    const std::scoped_lock lock(notes_mutex_);
    if (options.out.empty()) return;
    try {
        for (const auto& [node, text] : log_lines_) write_log(node);
        metrics_.finish();
    } catch (const std::exception&) {
        Problem problem = current_problem();
        problem.code = "W-RUN-005";
        problem.what = "Logs or metrics could not be written: " + problem.what;
        problem.severity = Severity::Warning;
        problems_.push_back(std::move(problem));
    }
}

RunResult Executor::collect() {
    RunResult result;
    result.figures = figures();
    result.status = status.load();
    result.resumed = checkpoint_ != nullptr;
    result.resume_note = resume_note_;
    const std::scoped_lock lock(notes_mutex_);
    if (failure_) result.problems.push_back(*failure_);
    result.problems.insert(result.problems.end(), problems_.begin(), problems_.end());
    for (const auto& [key, times] : warnings_) {
        const std::size_t colon = key.find(": ");  // no node's id holds one
        const std::string text = key.substr(colon + 2);
        result.problems.push_back({.code = "W-NODE-001",
                                   .what = times > 1 ? fmt::format("{} ({} times)", text, times) : text,
                                   .where = key.substr(0, colon),
                                   .severity = Severity::Warning});
    }
    result.trace = trace_;
    return result;
}

}  // namespace millrace::engine
