#include "engine/observe/run_report.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/observe/report.hpp"
#include "engine/run/cores.hpp"
#include "engine/version.hpp"

namespace millrace::engine {

std::string utc_now() {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

Object host_facts() {
    utsname names = {};
    uname(&names);
    const auto pages = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES));
    return {{"name", names.nodename},
            {"system", fmt::format("{} {} {}", names.sysname, names.release, names.machine)},
            {"cores", available_cores()},
            {"memory_bytes", pages * static_cast<std::int64_t>(sysconf(_SC_PAGESIZE))}};
}

namespace {

Object versions(const std::vector<PluginReport>& plugins, const Plan& plan) {
    Object builds;
    for (const PlanNode& node : plan.nodes) {
        if (!node.type->plugin.empty()) builds[node.type->plugin] = to_hex(node.type->build);
    }
    Array list;
    for (const PluginReport& plugin : plugins) {
        if (!builds.contains(plugin.name)) continue;
        list.push_back(Object{{"name", plugin.name}, {"build", builds[plugin.name]}});
    }
    return {{"millrace", version()}, {"abi", MILLRACE_ABI}, {"plugins", std::move(list)}};
}

Object nodes(const Plan& plan, const RunFigures& figures) {
    Object all;
    for (const PlanNode& node : plan.nodes) {
        all[node.id] = Object{{"type", node.type->spec.id},
                              {"version", node.type->spec.version},
                              {"params", node.params}};
    }
    for (const NodeFigures& node : figures.nodes) all[node.id]["figures"] = to_value(node);
    return all;
}

}  // namespace

Object run_report(const RunFacts& facts, const RunResult& result, std::optional<int> exit_code) {
    const RunOptions& options = *facts.options;
    Array words;
    for (const std::string& word : facts.words) words.emplace_back(word);
    Array wires;
    for (const WireFigures& wire : result.figures.wires) wires.push_back(to_value(wire));
    Array until;
    for (const std::string& id : options.until) until.emplace_back(id);
    Object report{{"schema_version", kReportSchema},
                  {"kind", "run"},
                  {"status", std::string(to_text(result.status))},
                  {"graph", facts.graph_file},
                  {"graph_hash", to_hex(facts.meaning)},
                  {"command_line", std::move(words)},
                  {"started", facts.started},
                  {"seconds", result.figures.seconds},
                  {"seed", static_cast<std::int64_t>(options.seed)},
                  {"threads", options.threads},
                  {"intra_threads", options.intra_threads},
                  {"inline_chains", options.inline_chains},
                  {"keep_going", options.keep_going},
                  {"until", std::move(until)},
                  {"cache", options.cache != nullptr},
                  {"host", host_facts()},
                  {"versions", versions(*facts.plugins, *facts.plan)},
                  {"nodes", nodes(*facts.plan, result.figures)},
                  {"wires", std::move(wires)},
                  {"resumed", result.resumed},
                  {"problems", to_value(result.problems)}};
    if (!facts.plan->idle.empty()) {
        Array idle;
        for (const PlanIdle& node : facts.plan->idle)
            idle.push_back(Object{{"node", node.id}, {"reason", facts.plan->why_idle(node.id)}});
        report["idle"] = std::move(idle);
    }
    if (!result.resume_note.empty()) report["resume_note"] = result.resume_note;
    if (options.in_flight > 0) report["in_flight"] = options.in_flight;
    if (exit_code) {
        report["exit_code"] = *exit_code;
        report["ended"] = utc_now();
    }
    return report;
}

}  // namespace millrace::engine
