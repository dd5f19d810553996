// millrace validate
#include <fmt/format.h>

#include "engine/cli/exit_codes.hpp"
#include "engine/cli/session.hpp"
#include "engine/observe/report.hpp"
#include "engine/run/cores.hpp"
#include "engine/run/frozen.hpp"

namespace millrace::cli {
namespace {

std::vector<engine::Problem> problems_of(const Call& call, const std::string& file,
                                         const engine::Registry& registry) {
    const Document document = open_document(call, file, registry);
    std::vector<engine::Problem> problems = document.problems;
    // What could be read is planned all the same, so that one slip hides no other.
    if (problems.empty() || !document.graph.nodes.empty()) {
        engine::PlanOptions options;
        options.threads = engine::available_cores();
        options.roots = roots_of(call, document.file, std::filesystem::path("run"));
        engine::Plan plan = engine::make_plan(document.graph, registry, options);
        engine::check_frozen(plan, {});
        for (engine::Problem& problem : plan.problems) {
            // A node without a type was reported by the reader.
            if (problem.code == "E-PLAN-001" && problem.found.empty()) continue;
            problems.push_back(std::move(problem));
        }
    }
    return problems;
}

}  // namespace

int validate_command(const Call& call) {
    const auto catalogue = known_catalogue();
    engine::Array graphs;
    std::vector<engine::Problem> all;
    for (const std::string& file : call.arguments()) {
        const std::vector<engine::Problem> problems = problems_of(call, file, catalogue->registry);
        all.insert(all.end(), problems.begin(), problems.end());
        const bool valid = !engine::any_errors(problems);
        graphs.push_back(engine::Object{
            {"graph", file}, {"valid", valid}, {"problems", engine::to_value(problems)}});
        for (const engine::Problem& problem : problems) message(to_text(problem));
        if (call.json()) continue;
        if (problems.empty())
            call.output().print("{}: good\n", file);
        else
            call.output().print("{}: {}, {} problem{}\n", file, valid ? "good" : "not valid",
                                problems.size(), problems.size() == 1 ? "" : "s");
    }
    const int code = exit_of(all);
    if (call.json()) call.print_json({{"graphs", std::move(graphs)}}, code);
    return code;
}

}  // namespace millrace::cli
