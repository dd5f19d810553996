#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/sinks/csv_file.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct TableSink {
    std::string file = "table.csv";

    static engine::NodeSpec spec() {
        return {
            .id = "sinks.table",
            .title = "Save tables",
            .group = "Sinks",
            .doc =
                "Appends the rows of each table to a CSV file in the run's artifacts folder. All "
                "tables must have the columns of the first.",
            .inputs = {{"table", "rows to append; a table without rows adds none"}},
            .params = {{.name = "file",
                        .field = &TableSink::file,
                        .doc = "File inside the artifacts folder",
                        .writes = engine::Writes::File}},
            .resource = engine::Resource::Disk,
            .example = R"("nodes": {
    "scene": {"type": "loaders.scene", "version": 1},
    "ground": {"type": "points.remove_ground", "version": 1},
    "table": {"type": "sinks.table", "version": 1}},
"wires": [
    {"from": "scene.cloud", "to": "ground.cloud"},
    {"from": "ground.plane", "to": "table.table"}])",
        };
    }

    void start(engine::RunContext& context) {
        csv_.open(context.artifact(file), context.resuming());
    }

    void operator()(const types::Table& table) {
        if (table.columns.empty()) return;
        std::vector<std::string> names;
        for (const types::Column& column : table.columns) names.push_back(column.name);
        std::string text;
        if (csv_.empty()) {
            columns_ = names;
            std::vector<std::string> header;
            for (const std::string& name : names) header.push_back(csv_field(name));
            text = csv_row(header);
        }
        if (names != columns_) {
            throw engine::Error({.code = "E-SINK-002",
                                 .what = "The table has other columns than the first one",
                                 .expected = fmt::format("{}", fmt::join(columns_, ", ")),
                                 .found = fmt::format("{}", fmt::join(names, ", ")),
                                 .mend = "Write tables of different kinds to different files."});
        }
        for (const types::Column& column : table.columns) {
            if (column.size() == table.rows()) continue;
            throw engine::Error({.code = "E-SINK-005",
                                 .what = "The table's columns differ in length",
                                 .expected = fmt::format("{} rows", table.rows()),
                                 .found = fmt::format("{} in \"{}\"", column.size(), column.name),
                                 .mend = "Correct the node that makes the table."});
        }
        for (std::size_t row = 0; row < table.rows(); ++row) {
            std::vector<std::string> fields;
            for (const types::Column& column : table.columns) fields.push_back(cell(column, row));
            text += csv_row(fields);
        }
        csv_.append(text);
    }

    void finish() {
        csv_.save();
        csv_.close();
    }

    engine::State save() const {
        engine::State state;
        state.values["bytes"] = csv_.save();
        state.values["columns"] = engine::Array(columns_.begin(), columns_.end());
        return state;
    }
    void load(const engine::State& state) {
        csv_.load(state.values.at("bytes").as_int());
        columns_.clear();
        for (const engine::Value& column : state.values.at("columns").as_array())
            columns_.push_back(column.as_string());
    }

private:
    static std::string cell(const types::Column& column, std::size_t row) {
        if (const auto* numbers = std::get_if<std::vector<double>>(&column.values))
            return csv_number((*numbers)[row]);
        if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&column.values))
            return fmt::format("{}", (*integers)[row]);
        return csv_field(std::get<std::vector<std::string>>(column.values)[row]);
    }
    CsvFile csv_;
    std::vector<std::string> columns_;
};

}  // namespace

void register_table_sink(engine::Registry& registry) { registry.add<TableSink>(); }

}  // namespace millrace::nodes
