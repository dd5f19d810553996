// millrace run
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>
#include <mutex>

#include <fmt/format.h>

#include "engine/cli/exit_codes.hpp"
#include "engine/cli/session.hpp"
#include "engine/cli/watch.hpp"
#include "engine/observe/manifest.hpp"
#include "engine/observe/record.hpp"
#include "engine/observe/report.hpp"
#include "engine/observe/run_folder.hpp"
#include "engine/observe/run_report.hpp"
#include "engine/observe/trace.hpp"
#include "engine/run/cache.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::cli {
namespace {

namespace fs = std::filesystem;
using engine::Problem;
using engine::RunStatus;

std::chrono::milliseconds milliseconds(double seconds) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(seconds, 1e9) * 1000));
}

void add_limits(const Call& call, engine::RunOptions& options) {
    options.keep_going = call.flag("keep-going");
    options.resume = call.flag("resume");
    options.trace = call.flag("trace");
    options.freeze = call.texts("freeze");
    if (options.resume && !options.freeze.empty()) {
        throw usage_error("E-CLI-015",
                          "--freeze needs all items, and --resume gives the rest of them",
                          "one of them", "both", "Leave one out.");
    }
    if (const auto seconds = call.number("timeout", 0))
        options.timeout = std::max(milliseconds(*seconds), std::chrono::milliseconds(1));
    if (const auto seconds = call.number("checkpoint", 0))
        options.checkpoint_interval = milliseconds(*seconds);
    options.checkpoint_items =
        static_cast<std::uint64_t>(call.integer("checkpoint-items", 0).value_or(0));
    options.checkpoints_kept =
        static_cast<std::size_t>(call.integer("checkpoints-kept", 1).value_or(2));
    options.memory_budget = static_cast<std::size_t>(call.integer("memory", 1).value_or(0)) << 20;
}

engine::FolderUse folder_use(const Call& call) {
    if (call.flag("resume") && call.flag("overwrite")) {
        throw usage_error("E-CLI-002", "--resume and --overwrite exclude one another",
                          "one of them", "both", "Leave one out.");
    }
    if (call.flag("resume") && !call.flag("out")) {
        throw usage_error("E-CLI-003", "--resume needs the folder of the run to go on with",
                          "--out DIR", "no --out", "Name the run folder with --out.");
    }
    return call.flag("resume")      ? engine::FolderUse::Resume
           : call.flag("overwrite") ? engine::FolderUse::Overwrite
                                    : engine::FolderUse::New;
}

/// The timeline's place, tried before the run that it is about.
void check_place(const std::string& file) {
    const fs::path folder = fs::absolute(file).parent_path();
    std::error_code ignored;
    if (!fs::is_directory(file, ignored) && access(folder.c_str(), W_OK) == 0) return;
    throw engine::Error({.code = "E-FILE-003",
                         .what = "The timeline can't be written there",
                         .expected = "a file in a folder that can be written to",
                         .found = fs::is_directory(file, ignored)     ? "a folder"
                                  : fs::is_directory(folder, ignored) ? "no permission"
                                                                      : "no such folder",
                         .where = file,
                         .mend = "Choose another --trace FILE."});
}

/// What the events told so far, for a run that has to be ended before it could report.
class Told {
public:
    void note(const engine::Object& event) {
        const auto text = [&](const char* name) {
            const auto found = event.find(name);
            return found != event.end() && found->second.is_string() ? found->second.as_string()
                                                                     : std::string();
        };
        if (text("event") != "node_error") return;
        const std::scoped_lock lock(mutex_);
        if (problems_.size() < 100)
            problems_.push_back({.code = text("code"),
                                 .what = text("what"),
                                 .found = text("found"),
                                 .where = text("node")});
    }
    std::vector<Problem> problems() {
        const std::scoped_lock lock(mutex_);
        return problems_;
    }

private:
    std::mutex mutex_;
    std::vector<Problem> problems_;
};

bool lenient_errors(const engine::RunOptions& options, const engine::Plan& plan,
                    const engine::RunResult& result) {
    if (!options.keep_going) return false;
    for (std::size_t i = 0; i < plan.nodes.size() && i < result.figures.nodes.size(); ++i) {
        if (plan.nodes[i].on_error == engine::OnError::Stop && result.figures.nodes[i].errors > 0)
            return true;
    }
    return false;
}

/// Where mpirun, srun and the like start several processes on one graph: this one's number.
std::optional<std::string> rank_of_process() {
    for (const char* name : {"RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"}) {
        const char* text = std::getenv(name);
        if (!text || !*text) continue;
        // A Slurm job's own shell has a number, too; only a step's processes are several.
        if (name == std::string_view("SLURM_PROCID") && !std::getenv("SLURM_STEP_ID")) continue;
        const std::string_view rank = text;
        const bool number = rank.size() < 6 && std::ranges::all_of(rank, [](unsigned char c) {
                                return std::isdigit(c);
                            });
        return number ? std::string(rank) : "0";
    }
    return std::nullopt;
}

/// The first process has the run's folder, each of the others one of its own in it.
fs::path folder_of_rank(const fs::path& run, const std::string& rank) {
    return rank == "0" ? run : run / "ranks" / rank;
}

/// Processes that train together take checkpoints at the same items, and go on from one that all
/// of them have.
void go_along(const Call& call, const fs::path& run, const std::string& rank,
              engine::RunOptions& options) {
    if (!call.flag("checkpoint")) options.checkpoint_interval = std::chrono::milliseconds(0);
    if (!call.flag("checkpoint-items")) options.checkpoint_items = 500;
    std::vector<std::string> ranks = {"0"};
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(run / "ranks", ignored))
        ranks.push_back(entry.path().filename().string());
    for (const std::string& other : ranks) {
        if (other != rank) options.companions.push_back(folder_of_rank(run, other));
    }
}

void tell_result(const engine::RunResult& result, const fs::path& out) {
    for (const Problem& problem : result.problems) message(to_text(problem));
    if (!result.resume_note.empty()) message(result.resume_note);
    std::uint64_t items = 0;
    for (const engine::NodeFigures& node : result.figures.nodes)
        items = std::max(items, node.items);
    message(fmt::format("{} after {:.2f} s, {} items; see {}", to_text(result.status),
                        result.figures.seconds, items, out.string()));
}

/// The problem of a run that was ended for its limits before it could say so itself.
std::optional<Problem> limit_problem(RunStatus status, const engine::RunOptions& options) {
    if (status == RunStatus::TimedOut) {
        return Problem{.code = "E-RUN-004",
                       .what = "The run took longer than it may",
                       .expected = fmt::format("at most {} s",
                                               static_cast<double>(options.timeout.count()) / 1000),
                       .mend = "Raise --timeout, or see run.json for the slowest node."};
    }
    if (status == RunStatus::OutOfMemory) {
        return Problem{.code = "E-MEM-002",
                       .what = "The run is over its memory budget",
                       .expected = fmt::format("at most {} MB", options.memory_budget >> 20),
                       .mend = "Lower --in-flight or wire capacities, or raise --memory."};
    }
    return {};
}

/// Everything one run needs, in the order in which it has to go again.
struct Setting {
    const Call& call;
    Document document;
    engine::RunOptions options;
    engine::RunFacts facts;
    std::unique_ptr<engine::CacheStore> cache;
};

int execute(Setting& setting, const Catalogue& catalogue) {
    const Call& call = setting.call;
    engine::Plan plan =
        engine::plan_run(setting.document.graph, catalogue.registry, setting.options);
    stop_on_errors(plan.problems);
    engine::RecordChoice choice{
        .sketches = engine::outputs_named(plan, call.texts("record")),
        .packets = engine::outputs_named(plan, call.texts("keep")),
        .visuals = engine::outputs_named(plan, call.texts("record-visuals"))};
    if (const auto kilobytes = call.integer("visual-size", 1))
        choice.budget.bytes = static_cast<std::size_t>(std::min(*kilobytes, std::int64_t{1} << 20))
                              << 10;
    engine::RunFolder folder(setting.options.out, folder_use(call));
    engine::Run run(std::move(plan), catalogue.registry, setting.options);
    engine::Recorder recorder(run, folder.path(), choice);
    setting.facts.plan = &run.plan();
    const engine::ReportsBefore before(folder.path(), call.flag("resume"));
    folder.write_graph(setting.document.graph);
    folder.write_report(run_report(setting.facts, {.status = RunStatus::Running}, {}));

    Told told;
    const bool print_events = call.flag("events");
    run.on_event([&](const engine::Object& event) {
        const std::string line = engine::to_json(event);
        folder.append_event(line);
        told.note(event);
        if (print_events) call.output().line(line);
    });
    const auto print = [&](engine::Object& report, int code) {
        if (call.json()) {
            report["out"] = folder.path().string();
            call.print_json(std::move(report), code);
        }
        return code;
    };
    const auto finish = [&](engine::RunResult& result, bool lenient) {
        int code = exit_of(result, lenient);
        if (code == kGood && any_errors(result.problems)) code = exit_of(result.problems);
        engine::Object report = engine::run_report(setting.facts, result, code);
        try {
            folder.write_report(report);
        } catch (const engine::Error& error) {
            // A disk that has filled up meanwhile: what the run came to is still printed, and the
            // cause told once.
            if (code != kGood) return print(report, code);
            result.problems.push_back(error.problem());
            code = kUsage;
            report = run_report(setting.facts, result, code);
        }
        return print(report, code);
    };
    Watch watch(run, call.output().messages_to_terminal() && !call.flag("events"), [&] {
        // A call that never asks whether to stop must not hold up the end.
        engine::RunResult result{
            .status = run.status(), .problems = told.problems(), .figures = run.figures()};
        if (auto problem = limit_problem(result.status, setting.options)) {
            result.problems.insert(result.problems.begin(), *std::move(problem));
        }
        result.problems.push_back({.code = "W-RUN-007",
                                   .what = "A call did not end within 2 s of the stop, so the "
                                           "program ended with it still running",
                                   .severity = engine::Severity::Warning});
        const int code = finish(result, false);
        tell_result(result, folder.path());
        _exit(code);
    });
    message(fmt::format("running {} in {}", call.arguments().front(), folder.path().string()));
    run.start();
    engine::RunResult result = run.wait();
    watch.end();
    for (Problem& problem : recorder.problems()) result.problems.push_back(std::move(problem));
    if (const auto trace = call.text("trace")) {
        try {
            visual::write_file_atomically(
                *trace, engine::chrome_trace(result, run.plan(), setting.facts.graph_file));
        } catch (const engine::Error& error) {
            result.problems.push_back(error.problem());
        }
    }
    if (setting.cache && result.status == RunStatus::Succeeded) {
        engine::write_manifests(*setting.cache, setting.document.file, run.plan(), setting.options);
    }
    const int code = finish(result, lenient_errors(setting.options, run.plan(), result));
    if (!result.problems.empty() && result.problems.front().code == "E-CKPT-002") before.put_back();
    tell_result(result, folder.path());
    return code;
}

}  // namespace

int run_command(const Call& call) {
    if (call.flag("dry-run")) return plan_command(call);
    if (call.json() && call.flag("events")) {
        throw usage_error("E-CLI-002", "--json and --events exclude one another", "one of them",
                          "both", "Leave one out; run.json holds the report either way.");
    }
    const std::string& graph = call.arguments().front();
    const fs::path named = call.text("out").value_or(engine::new_run_folder("runs", graph).string());
    const std::optional<std::string> rank = rank_of_process();
    const fs::path run = fs::absolute(named).lexically_normal();
    const fs::path out = folder_of_rank(run, rank.value_or("0"));
    folder_use(call);
    if (const auto trace = call.text("trace")) check_place(*trace);
    Setting setting{.call = call,
                    .options = run_options(call, fs::absolute(graph).lexically_normal(), out)};
    add_limits(call, setting.options);
    if (rank) go_along(call, run, *rank, setting.options);
    const auto catalogue = load_catalogue(setting.options.intra_threads);
    setting.document = open_document(call, graph, catalogue->registry);
    stop_on_errors(setting.document.problems);
    if (!call.flag("no-cache")) {
        setting.cache = std::make_unique<engine::CacheStore>(
            call.text("cache").value_or(engine::default_cache_folder().string()),
            engine::default_cache_limit());
        setting.options.cache = setting.cache.get();
    }
    setting.facts = {.graph_file = fs::absolute(graph).lexically_normal().string(),
                     .started = engine::utc_now(),
                     .words = call.words(),
                     .meaning = engine::meaning_hash(setting.document.graph),
                     .options = &setting.options,
                     .plugins = &catalogue->plugins};
    return execute(setting, *catalogue);
}

}  // namespace millrace::cli
