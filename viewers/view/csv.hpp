// Comma-separated text (RFC 4180) a row at a time, and what is made of it: a table, or the series
// of a run's metrics. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "viewers/view/source.hpp"

namespace millrace::view {

/// Calls `row` with the cells of each row until it answers false; the cells are the same vector
/// each time. Line ends within quotes belong to the cell; a quote that never ends does with the
/// text. A row of one empty cell is left out.
void read_csv(std::string_view text, const std::function<bool(std::vector<std::string>&)>& row);

/// Whether a file of comma-separated text holds points: numbers from the first row on, or columns
/// called x, y and z.
bool holds_points(std::string_view text);
bool holds_metrics(std::string_view text);

/// The first row names the columns. Cut at 100 000 rows, which `full_rows` tells.
visual::Table table_from_csv(std::string_view text);

/// A series for each name of a metric, in it a line for each node, over the numbers of the items.
/// Throws Error E-VIEW-013 where a row is no metric; `file` for its text. A last row without an end
/// of line is left out when `running`: the run is about to write it.
std::vector<visual::Series> metrics_from_csv(std::string_view text, bool running,
                                             const std::string& file);

/// The metrics of a run folder; while it runs, or when it was ended, what it wrote so far. Empty
/// path: there are none.
std::filesystem::path metrics_file(const std::filesystem::path& run);
std::vector<Shared> load_metrics(const std::filesystem::path& file);

}  // namespace millrace::view
