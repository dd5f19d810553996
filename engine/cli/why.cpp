// millrace why
#include <fmt/format.h>

#include "engine/cli/session.hpp"
#include "engine/cli/text_table.hpp"
#include "engine/observe/manifest.hpp"
#include "engine/run/cache.hpp"

namespace millrace::cli {

int why_command(const Call& call) {
    const std::string& file = call.arguments()[0];
    const std::string& id = call.arguments()[1];
    const engine::RunOptions options =
        run_options(call, std::filesystem::absolute(file).lexically_normal(), "run");
    const auto catalogue = load_catalogue(options.intra_threads);
    const Document document = open_document(call, file, catalogue->registry);
    stop_on_errors(document.problems);
    const engine::Plan plan = engine::plan_run(document.graph, catalogue->registry, options);
    stop_on_errors(plan.problems);
    const int node = plan.find(id);
    if (node < 0) {
        if (const std::string idle = plan.why_idle(id); !idle.empty())
            throw usage_error("E-CLI-014", fmt::format("\"{}\" does not run", id),
                              "a node that runs", idle,
                              "Take the mute or bypass away to have it run.");
        std::vector<std::string> ids;
        for (const engine::PlanNode& known : plan.nodes) ids.push_back(known.id);
        const std::string near = engine::nearest_of(id, ids);
        throw usage_error("E-CLI-009", fmt::format("There is no node \"{}\"", id),
                          "the id of a node", id,
                          near.empty() ? "See `millrace plan` for the nodes."
                                       : fmt::format("Did you mean \"{}\"?", near));
    }
    engine::CacheStore store(call.text("cache").value_or(engine::default_cache_folder().string()),
                             engine::default_cache_limit());
    TextTable table({"", "", ""});
    engine::Array lines;
    for (const engine::Explanation& line :
         engine::explain(store, document.file, plan, options, node)) {
        table.add({line.node, std::string(to_text(line.expectation)), line.because});
        lines.push_back(engine::Object{{"node", line.node},
                                       {"expectation", to_text(line.expectation)},
                                       {"because", line.because}});
    }
    if (call.json())
        call.print_json({{"nodes", std::move(lines)}}, 0);
    else
        call.output().write(table.text());
    return 0;
}

}  // namespace millrace::cli
