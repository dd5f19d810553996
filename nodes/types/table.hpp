// Tables of named columns, metrics and text.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/packet.hpp"

namespace millrace::types {

struct Column {
    std::string name;
    std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::string>> values;
    std::size_t size() const;
};

/// All columns have one length.
struct Table {
    std::vector<Column> columns;

    std::size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
    const Column* column(std::string_view name) const;
};

/// Named figures of one step or item.
struct Metrics {
    std::int64_t step = 0;
    std::map<std::string, double> values;
};

struct Text {
    std::string text;
};

}  // namespace millrace::types

template <>
struct millrace::engine::PayloadTraits<millrace::types::Table> {
    static constexpr std::string_view name = "table";
    static constexpr int version = 1;
    static Record record(const types::Table& table);
    static types::Table restore(const Record& record);
    static std::vector<visual::Visual> visual(const types::Table& table, const visual::Budget& budget);
};
template <>
struct millrace::engine::PayloadTraits<millrace::types::Metrics> {
    static constexpr std::string_view name = "metrics";
    static constexpr int version = 1;
    static Record record(const types::Metrics& metrics);
    static types::Metrics restore(const Record& record);
    static std::vector<visual::Visual> visual(const types::Metrics& metrics,
                                              const visual::Budget& budget);
};
template <>
struct millrace::engine::PayloadTraits<millrace::types::Text> {
    static constexpr std::string_view name = "text";
    static constexpr int version = 1;
    static Record record(const types::Text& text);
    static types::Text restore(const Record& record);
    static std::vector<visual::Visual> visual(const types::Text& text, const visual::Budget& budget);
};
