#include "nodes/types/table.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace millrace::types {

std::size_t Column::size() const {
    return std::visit([](const auto& list) { return list.size(); }, values);
}

const Column* Table::column(std::string_view name) const {
    const auto found = std::ranges::find(columns, name, &Column::name);
    return found == columns.end() ? nullptr : &*found;
}

}  // namespace millrace::types

namespace millrace::engine {
namespace {

using types::Column;
using types::Metrics;
using types::Table;
using types::Text;

std::string cell(const Column& column, std::size_t row) {
    return std::visit(
        [row](const auto& list) {
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(list)>,
                                         std::vector<std::string>>)
                return list[row];
            else
                return fmt::format("{}", list[row]);
        },
        column.values);
}

/// The first `most` bytes at most, not ending within a character of UTF-8, whose later bytes begin
/// with the bits 10.
std::string cut(const std::string& text, std::size_t most) {
    if (text.size() <= most) return text;
    std::size_t end = most;
    const std::size_t least =
        most < 3 ? 0 : most - 3;  // in what is no UTF-8 there may be no border
    while (end > least && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80) --end;
    return text.substr(0, end);
}

/// Takes cells into a table as long as they fit the budget. Each cell may have its share of it, so
/// that one long text hides no row.
class Rows {
public:
    Rows(visual::Table& shown, const visual::Budget& budget)
        : shown_(shown),
          left_(budget.bytes),
          most_(budget.bytes / 2 / std::max<std::size_t>(1, shown.columns.size())) {
        for (const std::string& name : shown.columns) take(name.size());
    }

    bool add(std::vector<std::string> cells) {
        std::size_t bytes = sizeof cells;
        for (std::string& text : cells) {
            text = cut(text, most_);
            bytes += sizeof text + text.size();
        }
        if (bytes > left_) return false;
        take(bytes);
        shown_.rows.push_back(std::move(cells));
        return true;
    }

private:
    void take(std::size_t bytes) { left_ -= std::min(left_, bytes); }

    visual::Table& shown_;
    std::size_t left_, most_;
};

}  // namespace

Record PayloadTraits<Table>::record(const Table& table) {
    Record record;
    Array columns;
    for (const Column& column : table.columns) {
        Object described{{"name", column.name}};
        const std::string name = fmt::format("column.{}", columns.size());
        if (const auto* texts = std::get_if<std::vector<std::string>>(&column.values))
            described["texts"] = Array(texts->begin(), texts->end());
        else if (const auto* numbers = std::get_if<std::vector<double>>(&column.values)) {
            record.arrays.push_back(
                view_of(name, numbers->data(), {static_cast<std::int64_t>(numbers->size())}));
        } else {
            const auto& integers = std::get<std::vector<std::int64_t>>(column.values);
            record.arrays.push_back(
                view_of(name, integers.data(), {static_cast<std::int64_t>(integers.size())}));
        }
        columns.push_back(std::move(described));
    }
    record.attributes["columns"] = std::move(columns);
    return record;
}

Table PayloadTraits<Table>::restore(const Record& record) {
    Table table;
    for (const Value& described : record.attributes.at("columns").as_array()) {
        Column column;
        column.name = described.as_object().at("name").as_string();
        const ArrayView* array = record.find(fmt::format("column.{}", table.columns.size()));
        if (const Value* texts = described.find("texts")) {
            std::vector<std::string> list;
            for (const Value& text : texts->as_array()) list.push_back(text.as_string());
            column.values = std::move(list);
        } else if (array && array->type == DType::F64) {
            column.values = copy_of<double>(record.require(array->name, DType::F64, 1));
        } else if (array && array->type == DType::I64) {
            column.values = copy_of<std::int64_t>(record.require(array->name, DType::I64, 1));
        } else {
            throw Error({.code = "E-FILE-011",
                         .what = "The stored table lacks a column",
                         .expected = column.name,
                         .found = "nothing"});
        }
        if (!table.columns.empty() && column.size() != table.rows()) {
            throw Error({.code = "E-FILE-011",
                         .what = "The stored table's columns differ in length",
                         .expected = std::to_string(table.rows()),
                         .found = std::to_string(column.size())});
        }
        table.columns.push_back(std::move(column));
    }
    return table;
}

std::vector<visual::Visual> PayloadTraits<Table>::visual(const Table& table,
                                                         const visual::Budget& budget) {
    visual::Table shown;
    shown.full_rows = table.rows();
    for (const Column& column : table.columns) shown.columns.push_back(column.name);
    Rows rows(shown, budget);
    for (std::size_t row = 0; row < table.rows(); ++row) {
        std::vector<std::string> cells;
        for (const Column& column : table.columns) cells.push_back(cell(column, row));
        if (!rows.add(std::move(cells))) break;
    }
    return {std::move(shown)};
}

Record PayloadTraits<Metrics>::record(const Metrics& metrics) {
    auto numbers = std::make_shared<std::vector<double>>();
    Array names;
    for (const auto& [name, value] : metrics.values) {
        names.push_back(name);
        numbers->push_back(value);
    }
    ArrayView view =
        view_of("values", numbers->data(), {static_cast<std::int64_t>(numbers->size())});
    view.owner = numbers;
    return {.arrays = {std::move(view)},
            .attributes = {{"names", std::move(names)}, {"step", metrics.step}}};
}

Metrics PayloadTraits<Metrics>::restore(const Record& record) {
    Metrics metrics;
    metrics.step = record.attributes.at("step").as_int();
    const std::vector<double> values = copy_of<double>(record.require("values", DType::F64, 1));
    const Array& names = record.attributes.at("names").as_array();
    if (names.size() != values.size())
        throw Error({.code = "E-FILE-011", .what = "The stored metrics are malformed"});
    for (std::size_t i = 0; i < values.size(); ++i)
        metrics.values[names[i].as_string()] = values[i];
    return metrics;
}

std::vector<visual::Visual> PayloadTraits<Metrics>::visual(const Metrics& metrics,
                                                           const visual::Budget& budget) {
    visual::Table shown{
        .columns = {"name", "value"}, .rows = {}, .full_rows = metrics.values.size()};
    Rows rows(shown, budget);
    for (const auto& [name, value] : metrics.values) {
        if (!rows.add({name, fmt::format("{}", value)})) break;
    }
    return {std::move(shown)};
}

Record PayloadTraits<Text>::record(const Text& text) {
    return {.arrays = {}, .attributes = {{"text", text.text}}};
}

Text PayloadTraits<Text>::restore(const Record& record) {
    return {record.attributes.at("text").as_string()};
}

std::vector<visual::Visual> PayloadTraits<Text>::visual(const Text& text,
                                                        const visual::Budget& budget) {
    visual::Text shown{.text = cut(text.text, budget.bytes)};
    if (shown.text.size() < text.text.size()) shown.full_bytes = text.text.size();
    return {std::move(shown)};
}

}  // namespace millrace::engine
