#include "engine/observe/report.hpp"

namespace millrace::engine {
namespace {

Value count(std::uint64_t number) { return static_cast<std::int64_t>(number); }

}  // namespace

Value to_value(const NodeFigures& figures) {
    return Object{{"items", count(figures.items)},
                  {"executed", count(figures.executed)},
                  {"cached", count(figures.cached)},
                  {"deferred", count(figures.deferred)},
                  {"repeated", count(figures.repeated)},
                  {"none", count(figures.none)},
                  {"skipped", count(figures.skipped)},
                  {"errors", count(figures.errors)},
                  {"retries", count(figures.retries)},
                  {"busy_seconds", figures.busy_seconds},
                  {"blocked_seconds", figures.blocked_seconds}};
}

Value to_value(const WireFigures& figures) {
    return Object{{"wire", figures.name},
                  {"capacity", count(figures.capacity)},
                  {"dropped", count(figures.dropped)}};
}

Value to_value(const Comparison& comparison) {
    const auto figure = [&](double value) { return comparison.measured ? Value(value) : Value(); };
    return Object{{"equal", comparison.equal},
                  {"measured", comparison.measured},
                  {"max_abs", figure(comparison.max_abs)},
                  {"max_rel", figure(comparison.max_rel)},
                  {"sqnr_db", figure(comparison.sqnr_db)},
                  {"count", count(comparison.count)},
                  {"differing", count(comparison.differing)},
                  {"array", comparison.worst_array},
                  {"index", Array(comparison.worst_index.begin(), comparison.worst_index.end())},
                  {"a", comparison.worst_a},
                  {"b", comparison.worst_b},
                  {"how", comparison.how},
                  {"why", comparison.why}};
}

}  // namespace millrace::engine
