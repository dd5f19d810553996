#include "engine/observe/report.hpp"

namespace millrace::engine {
namespace {

Value count(std::uint64_t number) { return static_cast<std::int64_t>(number); }

}  // namespace

Value to_value(const Problem& problem) {
    Object object{{"code", problem.code},
                  {"severity", problem.severity == Severity::Error ? "error" : "warning"},
                  {"what", problem.what}};
    const auto add = [&](const char* name, const std::string& text) {
        if (!text.empty()) object[name] = text;
    };
    add("expected", problem.expected);
    add("found", problem.found);
    add("where", problem.where);
    add("cause", problem.cause);
    add("fix", problem.mend);
    return object;
}

Value to_value(const std::vector<Problem>& problems) {
    Array list;
    for (const Problem& problem : problems) list.push_back(to_value(problem));
    return list;
}

Value to_value(const NodeFigures& figures) {
    return Object{
        {"items", count(figures.items)},        {"executed", count(figures.executed)},
        {"cached", count(figures.cached)},      {"deferred", count(figures.deferred)},
        {"none", count(figures.none)},          {"skipped", count(figures.skipped)},
        {"errors", count(figures.errors)},      {"retries", count(figures.retries)},
        {"busy_seconds", figures.busy_seconds}, {"blocked_seconds", figures.blocked_seconds}};
}

Value to_value(const WireFigures& figures) {
    return Object{{"wire", figures.name},
                  {"capacity", count(figures.capacity)},
                  {"dropped", count(figures.dropped)}};
}

}  // namespace millrace::engine
