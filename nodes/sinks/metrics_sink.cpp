#include <algorithm>

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
            .doc =
                "Appends one row per item to a CSV file in the run's artifacts folder, and adds "
                "the figures to the run's metrics. The columns are the item's number, its name "
                "and the figures of the first item; other figures of later items go to the run's "
                "metrics alone.",
            .inputs = {{"metrics", "named figures of one item"},
                       {.name = "name",
                        .doc = "name of the item, for the column \"name\"",
                        .optional = true}},
            .params = {{.name = "file",
                        .field = &MetricsSink::file,
                        .doc = "File inside the artifacts folder",
                        .writes = engine::Writes::File}},
            .resource = engine::Resource::Disk,
        };
    }

    void start(engine::RunContext& context) {
        csv_.open(context.artifact(file), context.resuming());
    }

    void operator()(const types::Metrics& metrics, const types::Text* name,
                    engine::RunContext& context) {
        std::string text;
        if (csv_.empty()) {
            columns_.clear();
            std::vector<std::string> header = {"item", "name"};
            for (const auto& [column, value] : metrics.values) {
                columns_.push_back(column);
                header.push_back(csv_field(column));
            }
            text = csv_row(header);
        }
        std::vector<std::string> row = {fmt::format("{}", context.item()),
                                        name ? csv_field(name->text) : std::string()};
        for (const std::string& column : columns_) {
            const auto value = metrics.values.find(column);
            row.push_back(value == metrics.values.end() ? std::string()
                                                        : csv_number(value->second));
        }
        csv_.append(text + csv_row(row));
        for (const auto& [column, value] : metrics.values) {
            context.metric(column, value);
            if (!std::ranges::binary_search(columns_, column))
                context.warn(fmt::format("{} has no column for \"{}\", which the first item lacked",
                                         file, column));
        }
    }

    void finish() {
        csv_.save();
        csv_.close();
    }

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
        for (const engine::Value& column : state.values.at("columns").as_array())
            columns_.push_back(column.as_string());
    }

private:
    CsvFile csv_;
    std::vector<std::string> columns_;  ///< sorted, as they come from a map
};

}  // namespace

void register_metrics_sink(engine::Registry& registry) { registry.add<MetricsSink>(); }

}  // namespace millrace::nodes
