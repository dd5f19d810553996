// millrace diff
#include <fmt/format.h>

#include "engine/cli/exit_codes.hpp"
#include "engine/cli/session.hpp"

namespace millrace::cli {
namespace {

/// A run folder stands for the graph that ran in it.
engine::Graph read(const std::string& name) {
    std::filesystem::path file = name;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(file / "graph.json", ignored)) file /= "graph.json";
    engine::ReadGraph read = engine::load_graph(file);
    stop_on_errors(read.problems);
    return std::move(read.graph);
}

std::string_view kind_name(engine::DiffKind kind) {
    return kind == engine::DiffKind::Added     ? "added"
           : kind == engine::DiffKind::Removed ? "removed"
                                               : "changed";
}

}  // namespace

int diff_command(const Call& call) {
    const engine::Graph before = read(call.arguments()[0]);
    const engine::Graph after = read(call.arguments()[1]);
    const std::vector<engine::Difference> found = engine::diff(before, after);
    const int code = found.empty() ? kGood : kBeyondTolerance;
    engine::Array list;
    for (const engine::Difference& difference : found) {
        engine::Object object{{"kind", kind_name(difference.kind)}, {"where", difference.where}};
        const std::string old = to_json(difference.before);
        const std::string now = to_json(difference.after);
        if (difference.kind != engine::DiffKind::Added) object["before"] = difference.before;
        if (difference.kind != engine::DiffKind::Removed) object["after"] = difference.after;
        list.emplace_back(std::move(object));
        if (call.json()) continue;
        switch (difference.kind) {
            case engine::DiffKind::Added:
                call.output().print("+ {}  {}\n", difference.where, now);
                break;
            case engine::DiffKind::Removed:
                call.output().print("- {}  {}\n", difference.where, old);
                break;
            case engine::DiffKind::Changed:
                call.output().print("~ {}  {} -> {}\n", difference.where, old, now);
                break;
        }
    }
    if (call.json())
        call.print_json({{"equal", found.empty()}, {"differences", std::move(list)}}, code);
    else if (found.empty())
        message("the graphs mean the same");
    return code;
}

}  // namespace millrace::cli
