// Runs: starting, steering, reporting.
#include <algorithm>
#include <condition_variable>

#include <fmt/format.h>

#include "engine/observe/manifest.hpp"
#include "engine/observe/report.hpp"
#include "engine/observe/trace.hpp"
#include "engine/run/cores.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/worker/live_run.hpp"

namespace millrace::engine::worker {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kMost = 1 << 20;

/// Part of the free memory that a run may take when the client names no limit, so that it ends with
/// a clear message rather than by the system's hand.
std::size_t default_budget() {
    const auto pages = static_cast<std::size_t>(std::max(0L, sysconf(_SC_PHYS_PAGES)));
    return pages / 10 * 9 * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::chrono::milliseconds milliseconds(double seconds) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(seconds, 1e9) * 1000));
}

Value all_figures(const RunFigures& figures) {
    Object nodes;
    for (const NodeFigures& node : figures.nodes) {
        Value value = to_value(node);
        value["progress"] = node.progress;
        if (node.expected > 0) value["expected"] = node.expected;
        if (!node.cache_note.empty()) value["cache_note"] = node.cache_note;
        nodes[node.id] = std::move(value);
    }
    Array wires;
    for (const WireFigures& wire : figures.wires) {
        Value value = to_value(wire);
        value["waiting"] = wire.waiting;
        wires.push_back(std::move(value));
    }
    return Object{{"status", to_text(figures.status)},
                  {"seconds", figures.seconds},
                  {"nodes", std::move(nodes)},
                  {"wires", std::move(wires)}};
}

/// What is looked at need not run: what doesn't is left out and told of, and keeps nothing else
/// from running.
std::vector<Endpoint> viewed_outputs(const Plan& plan, const std::vector<std::string>& names,
                                     std::vector<Problem>& problems) {
    std::vector<std::string> running;
    for (const std::string& name : names) {
        const auto output = endpoint_from(name);
        if (!output || plan.find(output->node) >= 0) {
            running.push_back(name);
            continue;
        }
        const std::string idle = plan.why_idle(output->node);
        problems.push_back({.code = "W-RPC-015",
                            .what = fmt::format("The visuals of {} are not recorded", name),
                            .found = idle.empty() ? "the node is no part of this run" : idle,
                            .where = name,
                            .severity = Severity::Warning});
    }
    return outputs_named(plan, running);
}

}  // namespace

RunOptions Session::run_options(const Params& params) const {
    RunOptions options;
    options.threads =
        static_cast<int>(params.integer_if("threads", 1, kMost).value_or(available_cores()));
    options.intra_threads =
        static_cast<int>(params.integer_if("intra_threads", 1, kMost)
                             .value_or(library_threads_at_most(options.threads)));
    options.in_flight = static_cast<int>(params.integer_if("in_flight", 1, kMost).value_or(0));
    options.seed = static_cast<std::uint64_t>(
        params.integer_if("seed", 0, std::numeric_limits<std::int64_t>::max()).value_or(0));
    options.until = params.texts("until");
    options.inline_chains = params.flag("inline_chains", true);
    options.keep_going = params.flag("keep_going");
    options.resume = params.flag("resume");
    options.freeze = params.texts("freeze");
    if (options.resume && !options.freeze.empty())
        params.wrong("freeze", "resume or freeze", "both");
    options.trace = params.flag("trace");
    options.start_paused = params.flag("paused");
    options.timeout = milliseconds(params.number("timeout", 0, 0));
    options.checkpoint_interval = milliseconds(params.number("checkpoint", 0, 30));
    const auto megabytes = params.integer_if("memory", 1, kMost);
    options.memory_budget =
        megabytes ? static_cast<std::size_t>(*megabytes) << 20 : default_budget();
    options.roots = setup_.roots;
    options.roots.document = file_.empty() ? fs::current_path() : file_.parent_path();
    for (const auto& [name, folder] : params.object("roots")) {
        if (!folder.is_string())
            params.wrong("roots", "folders by name", std::string(folder.kind()));
        options.roots.named[name] = fs::absolute(folder.as_string()).lexically_normal();
    }
    return options;
}

Object Session::start(const Params& params) {
    require_graph();
    if (const auto before = live(); before && !before->ended) {
        throw Error({.code = "E-RPC-012",
                     .what = "A run is under way already",
                     .found = fmt::format("run {}", before->number),
                     .mend = "Stop it first, or wait for its end."});
    }
    auto next = std::make_shared<LiveRun>();
    next->number = ++run_number_;
    next->graph = graph_;
    next->file = file_;
    std::vector<Problem> problems;
    for (const auto& [path, value] : params.object("set")) {
        if (auto problem = engine::set_parameter(next->graph, path, value))
            problems.push_back(*std::move(problem));
    }
    next->options = run_options(params);
    const fs::path name = file_.empty() ? fs::path("graph") : file_;
    next->options.out =
        fs::absolute(params.text_if("out").value_or(new_run_folder(setup_.runs, name).string()))
            .lexically_normal();
    next->options.roots.named["out"] = next->options.out;
    if (!setup_.cache.empty() && params.flag("cache", true)) {
        next->cache = std::make_unique<CacheStore>(setup_.cache, default_cache_limit());
        next->options.cache = next->cache.get();
    }
    Plan plan = plan_run(next->graph, registry_, next->options);
    problems.insert(problems.end(), plan.problems.begin(), plan.problems.end());
    if (any_errors(problems)) return {{"run", nullptr}, {"problems", to_value(problems)}};
    RecordChoice choice{.sketches = outputs_named(plan, params.texts("record")),
                        .packets = outputs_named(plan, params.texts("keep")),
                        .visuals = viewed_outputs(plan, params.texts("record_visuals"), problems)};
    choice.budget.bytes = static_cast<std::size_t>(
        params.integer_if("visual_size", 1, std::int64_t{1} << 30).value_or(1 << 20));
    if (next->options.resume && params.flag("overwrite"))
        params.wrong("overwrite", "resume or overwrite", "both");
    next->folder = std::make_unique<RunFolder>(next->options.out,
                                               next->options.resume       ? FolderUse::Resume
                                               : params.flag("overwrite") ? FolderUse::Overwrite
                                                                          : FolderUse::New);
    next->run = std::make_unique<Run>(std::move(plan), registry_, next->options);
    next->recorder = std::make_unique<Recorder>(*next->run, next->folder->path(), choice);
    next->facts = {.graph_file = file_.string(),
                   .started = utc_now(),
                   .words = {"worker"},
                   .meaning = meaning_hash(next->graph),
                   .options = &next->options,
                   .plan = &next->run->plan(),
                   .plugins = &plugins_};
    next->before = std::make_unique<ReportsBefore>(next->folder->path(), next->options.resume);
    next->folder->write_graph(next->graph);
    next->folder->write_report(run_report(next->facts, {.status = RunStatus::Running}, {}));
    next->run->on_event(
        [this, number = next->number, folder = next->folder.get()](const Object& event) {
            folder->append_event(to_json(event));
            channel_.send(make_notice("run/event", {{"run", number}, {"event", event}}), true);
        });
    // The last run is let go of only now, when nothing can fail any more; its newest packets go
    // with it.
    observer_->attach(*next->run);
    {
        const std::scoped_lock lock(mutex_);
        live_.swap(next);
    }
    next.reset();
    const std::shared_ptr<LiveRun> run = live();
    run->run->start();
    run->waiter = std::thread([this, raw = run.get()] { finish_run(raw); });
    Array outputs;
    for (const PlanNode& node : run->run->plan().nodes) {
        for (const OutputSpec& output : node.type->spec.outputs)
            outputs.emplace_back(node.id + "." + output.name);
    }
    return {{"run", run->number},
            {"out", run->options.out.string()},
            {"problems", to_value(problems)},
            {"outputs", std::move(outputs)}};
}

/// On the run's own thread, to which the run belongs until this returns.
void Session::finish_run(LiveRun* live) {
    RunResult result = live->run->wait();
    for (Problem& problem : live->recorder->problems())
        result.problems.push_back(std::move(problem));
    Object report;
    try {
        if (live->options.trace)
            visual::write_file_atomically(
                live->folder->path() / "trace.json",
                chrome_trace(result, live->run->plan(), live->facts.graph_file));
        if (live->cache && result.status == RunStatus::Succeeded)
            write_manifests(*live->cache, live->file, live->run->plan(), live->options);
        report = run_report(live->facts, result, {});
        live->folder->write_report(report);
        // A checkpoint of another run: nothing of that one is lost.
        if (!result.problems.empty() && result.problems.front().code == "E-CKPT-002")
            live->before->put_back();
    } catch (const Error& error) {
        result.problems.push_back(error.problem());
        report = run_report(live->facts, result, {});
    }
    // Others may have the folder now.
    live->folder.reset();
    live->ended = true;
    channel_.send(make_notice("run/figures",
                              {{"run", live->number}, {"figures", all_figures(result.figures)}}));
    channel_.send(make_notice("run/ended", {{"run", live->number},
                                            {"status", to_text(result.status)},
                                            {"out", live->options.out.string()},
                                            {"report", std::move(report)}}));
}

std::shared_ptr<Session::LiveRun> Session::live() const {
    const std::scoped_lock lock(mutex_);
    return live_;
}

std::shared_ptr<Session::LiveRun> Session::require_live(const char* method) const {
    auto found = live();
    if (!found || found->ended) {
        throw Error({.code = "E-RPC-013",
                     .what = fmt::format("There is no run under way for {}", method),
                     .mend = "Start one with run/start."});
    }
    return found;
}

bool Session::is_control(std::string_view method) {
    return method == "run/stop" || method == "run/pause" || method == "run/continue" ||
           method == "run/step";
}

Session::Result Session::control(const Request& request) {
    const auto run = require_live(request.method.c_str());
    if (request.method == "run/stop")
        run->run->stop();
    else if (request.method == "run/pause")
        run->run->pause();
    else if (request.method == "run/continue")
        run->run->go_on();
    else
        run->run->step();
    return {{{"run", run->number}, {"status", to_text(run->run->status())}}};
}

bool Session::stop(std::chrono::milliseconds patience) {
    const auto run = live();
    if (!run) return true;
    run->run->stop();
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!run->ended && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return run->ended;
}

Object Session::set_parameter(const Params& params) {
    const auto run = require_live("run/set");
    const Value* value = params.find("value");
    if (!value) params.wrong("value", "the parameter's new value", "nothing");
    if (const auto problem =
            run->run->set_parameter(params.text("node"), params.text("name"), *value))
        throw Error(*problem);
    return {};
}

Object Session::figures() {
    const auto run = live();
    if (!run) require_live("run/figures");
    return {{"run", run->number}, {"figures", all_figures(run->run->figures())}};
}

void Session::tick() {
    const auto run = live();
    if (!run || run->ended) return;
    channel_.send(make_notice("run/figures", {{"run", run->number},
                                              {"figures", all_figures(run->run->figures())}}),
                  true);
}

}  // namespace millrace::engine::worker
