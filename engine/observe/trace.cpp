#include "engine/observe/trace.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

namespace millrace::engine {
namespace {

std::string json_text(std::string_view text) { return to_json(Value(text)); }

}  // namespace

std::string chrome_trace(const RunResult& result, const Plan& plan, std::string_view title) {
    std::vector<const TraceSpan*> spans;
    spans.reserve(result.trace.size());
    for (const TraceSpan& span : result.trace) spans.push_back(&span);
    std::ranges::sort(spans, {}, [](const TraceSpan* span) { return span->start_us; });
    std::map<std::uint64_t, int> threads;
    for (const TraceSpan* span : spans)
        threads.try_emplace(span->thread, static_cast<int>(threads.size()) + 1);

    std::string text = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n";
    auto out = std::back_inserter(text);
    fmt::format_to(out,
                   R"({{"ph":"M","name":"process_name","pid":1,"tid":0,"args":{{"name":{}}}}})",
                   json_text(title));
    for (const auto& [id, number] : threads) {
        fmt::format_to(
            out,
            ",\n"
            R"({{"ph":"M","name":"thread_name","pid":1,"tid":{0},"args":{{"name":"thread {0}"}}}})",
            number);
        fmt::format_to(
            out,
            ",\n"
            R"({{"ph":"M","name":"thread_sort_index","pid":1,"tid":{0},"args":{{"sort_index":{0}}}}})",
            number);
    }
    for (const TraceSpan* span : spans) {
        const PlanNode& node = plan.nodes[static_cast<std::size_t>(span->node)];
        fmt::format_to(
            out,
            ",\n"
            R"({{"ph":"X","name":{},"cat":{},"pid":1,"tid":{},"ts":{:.3f},"dur":{:.3f},"args":{{"item":{}}}}})",
            json_text(node.id), json_text(node.type->spec.id), threads[span->thread],
            span->start_us, span->duration_us, span->item);
    }
    text += "\n]}\n";
    return text;
}

}  // namespace millrace::engine
