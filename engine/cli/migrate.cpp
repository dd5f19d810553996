// millrace migrate
#include "engine/graph/migrate.hpp"

#include <fmt/format.h>

#include "engine/cli/exit_codes.hpp"
#include "engine/cli/session.hpp"
#include "engine/observe/report.hpp"

namespace millrace::cli {

int migrate_command(const Call& call) {
    const auto catalogue = known_catalogue();
    engine::Array files;
    std::vector<engine::Problem> all;
    for (const std::string& file : call.arguments()) {
        engine::ReadGraph read = engine::load_graph(file);
        std::vector<engine::Problem> problems = std::move(read.problems);
        engine::Array steps;
        if (!engine::any_errors(problems)) {
            const std::vector<engine::Migrated> done =
                engine::migrate(read.graph, catalogue->registry, problems);
            for (const engine::Migrated& step : done) {
                steps.push_back(engine::Object{{"node", step.node}, {"what", step.what}});
                if (!call.json()) call.output().print("{}: {}: {}\n", file, step.node, step.what);
            }
            if (call.flag("write") && !done.empty()) engine::save_graph(read.graph, file);
            if (!call.json() && done.empty()) call.output().print("{}: up to date\n", file);
        }
        for (const engine::Problem& problem : problems) message(to_text(problem));
        files.push_back(engine::Object{{"graph", file},
                                       {"written", call.flag("write") && !steps.empty()},
                                       {"steps", std::move(steps)},
                                       {"problems", engine::to_value(problems)}});
        all.insert(all.end(), problems.begin(), problems.end());
    }
    const int code = exit_of(all);
    if (call.json()) call.print_json({{"graphs", std::move(files)}}, code);
    return code;
}

}  // namespace millrace::cli
