#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/sinks/csv_file.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct MetricsSink {
    std::string file = "metrics.csv";

    static engine::NodeSpec spec() {
        return {
            .id = "sinks.metrics",
            .title = "Save metrics",
            .group = "Sinks",
            .doc = "Appends one row per item to a CSV file in the run's artifacts folder, and adds the figures to the run's metrics. The "
                   "columns are those of the first item.",
            .inputs = {{"metrics", "named figures"}, {.name = "name", .doc = "name of the item", .optional = true}},
            .params = {{.name = "file", .field = &MetricsSink::file, .doc = "File inside the artifacts folder"}},
            .resource = engine::Resource::Disk,
        };
    }

    void start(engine::RunContext& context) { csv_.open(context.artifact(file), context.resuming()); }

    void operator()(const types::Metrics& metrics, const types::Text* name, engine::RunContext& context) {
        if (csv_.empty()) {
            columns_.clear();
            std::vector<std::string> header = {"item", "name"};
            for (const auto& [column, value] : metrics.values) {
                columns_.push_back(column);
                header.push_back(csv_field(column));
            }
            csv_.row(header);
        }
        std::vector<std::string> row = {fmt::format("{}", context.item()), name ? csv_field(name->text) : std::string()};
        for (const std::string& column : columns_) {
            const auto value = metrics.values.find(column);
            row.push_back(value == metrics.values.end() ? std::string() : csv_number(value->second));
        }
        csv_.row(row);
        for (const auto& [column, value] : metrics.values) context.metric(column, value);
    }

    void finish() { csv_.close(); }

    engine::State save() const {
        engine::State state;
        state.values["bytes"] = csv_.save();
        engine::Array columns(columns_.begin(), columns_.end());
        state.values["columns"] = std::move(columns);
        return state;
    }
    void load(const engine::State& state) {
        csv_.load(state.values.at("bytes").as_int());
        columns_.clear();
        for (const engine::Value& column : state.values.at("columns").as_array()) columns_.push_back(column.as_string());
    }

private:
    CsvFile csv_;
    std::vector<std::string> columns_;
};

}  // namespace

void register_metrics_sink(engine::Registry& registry) { registry.add<MetricsSink>(); }

}  // namespace millrace::nodes
