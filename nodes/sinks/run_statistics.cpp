#include <algorithm>

#include "engine/node.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::nodes {
namespace {

struct RunStatistics {
    std::string file = "statistics.json";

    static engine::NodeSpec spec() {
        return {
            .id = "sinks.run_statistics",
            .title = "Run statistics",
            .group = "Sinks",
            .doc =
                "Counts what passes on a wire of any type and writes a summary at the end of the "
                "run. The summary is a JSON file: "
                "payload type, items, bytes, numbers, NaNs, and the range and mean of all finite "
                "numbers.",
            .inputs = {{.name = "item", .doc = "any payload", .type = "T"}},
            .params = {{.name = "file",
                        .field = &RunStatistics::file,
                        .doc = "File inside the artifacts folder",
                        .writes = engine::Writes::File}},
            .resource = engine::Resource::Disk,
        };
    }

    void operator()(const engine::Packet& item) {
        const engine::Sketch sketch = item.sketch();
        ++items_;
        bytes_ += static_cast<std::int64_t>(item.bytes());
        values_ += static_cast<std::int64_t>(sketch.count);
        nan_ += static_cast<std::int64_t>(sketch.nan_count);
        const auto finite =
            static_cast<double>(sketch.count - sketch.nan_count - sketch.infinite_count);
        if (finite > 0) {
            low_ = any_ ? std::min(low_, sketch.min) : sketch.min;
            high_ = any_ ? std::max(high_, sketch.max) : sketch.max;
            any_ = true;
            sum_ += sketch.mean * finite;
            weight_ += finite;
        }
        type_ = sketch.type;
    }

    void finish(engine::RunContext& context) {
        const engine::Object summary{
            {"type", type_},   {"items", items_},
            {"bytes", bytes_}, {"values", values_},
            {"nan", nan_},     {"min", low_},
            {"max", high_},    {"mean", weight_ > 0 ? sum_ / weight_ : 0.0}};
        visual::write_file_atomically(context.artifact(file),
                                      to_json(summary, engine::JsonLayout::Pretty) + "\n");
    }

    engine::State save() const {
        engine::State state;
        state.values = {{"items", items_},   {"bytes", bytes_}, {"values", values_}, {"nan", nan_},
                        {"low", low_},       {"high", high_},   {"sum", sum_},       {"any", any_},
                        {"weight", weight_}, {"type", type_}};
        return state;
    }
    void load(const engine::State& state) {
        items_ = state.values.at("items").as_int();
        bytes_ = state.values.at("bytes").as_int();
        values_ = state.values.at("values").as_int();
        nan_ = state.values.at("nan").as_int();
        low_ = state.values.at("low").as_double();
        high_ = state.values.at("high").as_double();
        sum_ = state.values.at("sum").as_double();
        weight_ = state.values.at("weight").as_double();
        any_ = state.values.at("any").as_bool();
        type_ = state.values.at("type").as_string();
    }

private:
    std::int64_t items_ = 0, bytes_ = 0, values_ = 0, nan_ = 0;
    double low_ = 0, high_ = 0, sum_ = 0, weight_ = 0;
    bool any_ = false;
    std::string type_;
};

}  // namespace

void register_run_statistics(engine::Registry& registry) { registry.add<RunStatistics>(); }

}  // namespace millrace::nodes
