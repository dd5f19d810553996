#include "engine/observe/report.hpp"

namespace millrace::engine {
namespace {

Value count(std::uint64_t number) { return static_cast<std::int64_t>(number); }

}  // namespace

Value to_value(const NodeFigures& figures) {
    return Object{
        {"items", count(figures.items)},        {"executed", count(figures.executed)},
        {"cached", count(figures.cached)},      {"deferred", count(figures.deferred)}, {"repeated", count(figures.repeated)},
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
