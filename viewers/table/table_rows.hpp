// Which rows of a table are shown, in which order, and how they are written for other programs. For
// tables of a million rows: any thread, and it stops when told to.
#pragma once

#include <QByteArray>
#include <QIODevice>
#include <QString>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/visual/visual.hpp"

namespace millrace::viewers {

using Stop = std::function<bool()>;

struct TableQuery {
    QString text;     ///< a cell of the row holds it, in any case; empty: all rows
    int column = -1;  ///< to sort by; -1: as given
    bool descending = false;
    bool operator==(const TableQuery&) const = default;
};

/// Numbers by value and before texts, texts as the locale sorts them, equal rows as given; the
/// reverse when descending. Nothing useful when stopped.
std::vector<std::uint32_t> rows_for(const visual::Table& table, const TableQuery& query,
                                    const Stop& stop = {});

/// Writes the columns' names and these rows, RFC 4180; false when stopped or when the device fails.
bool write_csv(QIODevice& device, const visual::Table& table,
               const std::vector<std::uint32_t>& rows, const Stop& stop = {});

/// Cells parted by tabs, rows by line ends; the columns from first to last.
QString tabbed_text(const visual::Table& table, const std::vector<std::uint32_t>& rows,
                    std::size_t first_column, std::size_t last_column, const Stop& stop = {});

/// A cell; empty where a row is too short.
const std::string& cell_of(const visual::Table& table, std::size_t row, std::size_t column);

}  // namespace millrace::viewers
