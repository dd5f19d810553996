#include "viewers/cards/metrics.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <set>

#include "viewers/common/numbers.hpp"

namespace millrace::viewers {
namespace {

bool is_one_of(std::string text, std::initializer_list<std::string_view> names) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::ranges::find(names, std::string_view(text)) != names.end();
}

const std::string& cell(const std::vector<std::string>& row, std::size_t column) {
    static const std::string none;
    return column < row.size() ? row[column] : none;
}

}  // namespace

std::optional<std::vector<Metric>> metrics_of(const visual::Table& table) {
    std::vector<Metric> metrics;
    const auto& columns = table.columns;
    const bool pairs = (columns.size() == 2 || columns.size() == 3) &&
                       is_one_of(columns[0], {"name", "metric", "key", "quantity"}) &&
                       is_one_of(columns[1], {"value"}) &&
                       (columns.size() == 2 || is_one_of(columns[2], {"unit", "units"}));
    if (pairs) {
        for (const auto& row : table.rows) {
            const auto value = number_of(cell(row, 1));
            if (!value) return {};
            metrics.push_back({cell(row, 0), cell(row, 2), cell(row, 1), *value});
        }
        return metrics;
    }
    if (table.rows.size() != 1 || table.full_rows > 1) return {};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string& text = cell(table.rows.front(), i);
        if (const auto value = number_of(text)) metrics.push_back({columns[i], {}, text, *value});
    }
    if (metrics.empty()) return {};
    return metrics;
}

void MetricHistory::add(const std::vector<Metric>& metrics) {
    // A name that an item lacks has a gap there, so that all are in step.
    for (auto& [name, values] : values_) values.push_back(std::numeric_limits<double>::quiet_NaN());
    std::set<std::string_view> taken;
    for (const Metric& metric : metrics) {
        if (!taken.insert(metric.name).second) continue;
        auto found = values_.find(metric.name);
        if (found == values_.end()) {
            if (values_.size() >= kMostNames) continue;
            found = values_.try_emplace(metric.name, 1, 0.0).first;
        }
        found->second.back() = metric.value;
    }
    for (auto& [name, values] : values_) {
        if (values.size() > kMostItems) values.pop_front();
    }
}

const std::deque<double>& MetricHistory::values(const std::string& name) const {
    static const std::deque<double> none;
    const auto found = values_.find(name);
    return found == values_.end() ? none : found->second;
}

std::optional<double> MetricHistory::change(const std::string& name) const {
    const auto& seen = values(name);
    if (seen.size() < 2) return {};
    const double change = seen.back() - seen[seen.size() - 2];
    return std::isfinite(change) ? std::optional(change) : std::nullopt;
}

}  // namespace millrace::viewers
