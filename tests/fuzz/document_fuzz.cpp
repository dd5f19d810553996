// Graph documents: read, written, migrated, compared, expanded and planned, as `millrace validate`
// does it.
#include "engine/graph/graph.hpp"
#include "engine/graph/migrate.hpp"
#include "engine/hash.hpp"
#include "engine/node/registry.hpp"
#include "engine/plan/plan.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

namespace engine = millrace::engine;
namespace fuzz = millrace::fuzz;
using fuzz::require;

void require_helpful(const std::vector<engine::Problem>& problems) {
    for (const engine::Problem& problem : problems) fuzz::require_helpful(problem);
}

/// A document without faults is written so that it reads back the same; its writing is canonical.
void check_writing(const engine::Graph& graph) {
    const std::string written = write_graph(graph);
    const engine::ReadGraph again = engine::read_graph(written, "written");
    for (const engine::Problem& problem : again.problems)
        std::fprintf(stderr, "%s\n", to_text(problem).c_str());
    require(again.problems.empty(), "a written document has no faults");
    require(write_graph(again.graph) == written, "writing twice gives the same text");
    require(diff(graph, again.graph).empty(), "a written document means the same");
    require(meaning_hash(graph) == meaning_hash(again.graph), "equal meaning has equal hashes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const engine::Registry registry;
    engine::ReadGraph read = engine::read_graph(fuzz::text_of(data, size), "input");
    require_helpful(read.problems);
    if (read.problems.empty())
        check_writing(read.graph);
    else
        write_graph(read.graph);

    std::vector<engine::Problem> problems;
    engine::Graph migrated = read.graph;
    migrate(migrated, registry, problems);
    require_helpful(problems);
    const engine::Expanded expanded = expand(migrated);
    require_helpful(expanded.problems);
    diff(read.graph, expanded.graph);
    require_helpful(make_plan(migrated, registry, {.check_files = false}).problems);
    return 0;
}
