// Named numbers out of a table, and what they were in the items before. Plain C++, any thread.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/visual/visual.hpp"

namespace millrace::viewers {

struct Metric {
    std::string name, unit;
    std::string text;  ///< as the table has it
    double value = 0;  ///< may be NaN or infinite
};

/// Rows of name, value and perhaps unit, or one row of which at least one cell is a number; nothing
/// for any other table.
std::optional<std::vector<Metric>> metrics_of(const visual::Table& table);

/// The last values of each name, in the order in which items were shown.
class MetricHistory {
public:
    static constexpr std::size_t kMostItems = 240, kMostNames = 1000;

    void add(const std::vector<Metric>& metrics);
    void clear() { values_.clear(); }
    /// The last one is the item that is shown.
    const std::deque<double>& values(const std::string& name) const;
    /// Against the item shown before; nothing without it, or when one is no number.
    std::optional<double> change(const std::string& name) const;

private:
    std::map<std::string, std::deque<double>> values_;
};

}  // namespace millrace::viewers
