#include "viewers/table/table_rows.hpp"

#include <QCollator>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "viewers/common/numbers.hpp"

namespace millrace::viewers {
namespace {

constexpr std::size_t kBlock = 1 << 15;  ///< rows between two looks at the stop

bool stopped(const Stop& stop, std::size_t row) { return row % kBlock == 0 && stop && stop(); }

bool is_plain(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Cells are looked through as bytes where that gives the same.
class Search {
public:
    explicit Search(const QString& text) : text_(text), lower_(text.toLower().toStdString()) {
        plain_ = is_plain(lower_);
    }
    bool found_in(const std::string& cell) const {
        if (!plain_ || !is_plain(cell))
            return QString::fromStdString(cell).contains(text_, Qt::CaseInsensitive);
        const auto same = [](char a, char b) {
            return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
        };
        return std::search(cell.begin(), cell.end(), lower_.begin(), lower_.end(), same) !=
               cell.end();
    }

private:
    QString text_;
    std::string lower_;
    bool plain_ = false;
};

/// A stable sort that can be stopped between two blocks.
template <class Less>
bool sort_rows(std::vector<std::uint32_t>& rows, const Less& less, const Stop& stop) {
    const auto at = [&](std::size_t place) {
        return rows.begin() + static_cast<std::ptrdiff_t>(std::min(place, rows.size()));
    };
    for (std::size_t begin = 0; begin < rows.size(); begin += kBlock) {
        if (stop && stop()) return false;
        std::stable_sort(at(begin), at(begin + kBlock), less);
    }
    for (std::size_t wide = kBlock; wide < rows.size(); wide *= 2) {
        for (std::size_t begin = 0; begin < rows.size(); begin += 2 * wide) {
            if (stop && stop()) return false;
            std::inplace_merge(at(begin), at(begin + wide), at(begin + 2 * wide), less);
        }
    }
    return true;
}

void sort_by(std::vector<std::uint32_t>& rows, const visual::Table& table, const TableQuery& query,
             const Stop& stop) {
    const auto column = static_cast<std::size_t>(query.column);
    QCollator collator;
    collator.setCaseSensitivity(Qt::CaseInsensitive);
    std::vector<double> numbers(table.rows.size());
    // Of texts alone, numbered from 1; 0 says that the cell is a number.
    std::vector<std::uint32_t> key_of(table.rows.size(), 0);
    std::vector<QCollatorSortKey> keys;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (stopped(stop, i)) return;
        const std::string& cell = cell_of(table, rows[i], column);
        if (const auto number = number_of(cell)) {
            numbers[rows[i]] = *number;
            continue;
        }
        keys.push_back(collator.sortKey(QString::fromStdString(cell)));
        key_of[rows[i]] = static_cast<std::uint32_t>(keys.size());
    }
    const auto less = [&](std::uint32_t a, std::uint32_t b) {
        const std::uint32_t left = key_of[a], right = key_of[b];
        if (left == 0 && right == 0) {
            const double x = numbers[a], y = numbers[b];
            // NaN after all other numbers.
            return std::isnan(x) || std::isnan(y) ? !std::isnan(x) && std::isnan(y) : x < y;
        }
        if (left == 0 || right == 0) return left == 0;
        return keys[left - 1].compare(keys[right - 1]) < 0;
    };
    if (query.descending)
        sort_rows(
            rows, [&](std::uint32_t a, std::uint32_t b) { return less(b, a); }, stop);
    else
        sort_rows(rows, less, stop);
}

QByteArray quoted(const std::string& text) {
    if (text.find_first_of("\",\r\n") == text.npos)
        return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
    QByteArray bytes("\"");
    for (const char c : text) {
        if (c == '"') bytes += '"';
        bytes += c;
    }
    return bytes + '"';
}

}  // namespace

const std::string& cell_of(const visual::Table& table, std::size_t row, std::size_t column) {
    static const std::string none;
    const auto& cells = table.rows[row];
    return column < cells.size() ? cells[column] : none;
}

std::vector<std::uint32_t> rows_for(const visual::Table& table, const TableQuery& query,
                                    const Stop& stop) {
    std::vector<std::uint32_t> rows;
    if (query.text.isEmpty()) {
        rows.resize(table.rows.size());
        std::iota(rows.begin(), rows.end(), 0U);
    } else {
        const Search search(query.text);
        for (std::size_t row = 0; row < table.rows.size(); ++row) {
            if (stopped(stop, row)) return {};
            const auto& cells = table.rows[row];
            const std::size_t count = std::min(cells.size(), table.columns.size());
            for (std::size_t i = 0; i < count; ++i) {
                if (!search.found_in(cells[i])) continue;
                rows.push_back(static_cast<std::uint32_t>(row));
                break;
            }
        }
    }
    if (query.column >= 0 && static_cast<std::size_t>(query.column) < table.columns.size())
        sort_by(rows, table, query, stop);
    return rows;
}

bool write_csv(QIODevice& device, const visual::Table& table,
               const std::vector<std::uint32_t>& rows, const Stop& stop) {
    constexpr qsizetype kMost = 1 << 20;
    QByteArray bytes;
    const std::size_t columns = table.columns.size();
    for (std::size_t i = 0; i < columns; ++i) bytes += (i ? "," : "") + quoted(table.columns[i]);
    bytes += "\r\n";
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (stopped(stop, row)) return false;
        for (std::size_t i = 0; i < columns; ++i)
            bytes += (i ? "," : "") + quoted(cell_of(table, rows[row], i));
        bytes += "\r\n";
        if (bytes.size() < kMost) continue;
        if (device.write(bytes) != bytes.size()) return false;
        bytes.clear();
    }
    return device.write(bytes) == bytes.size();
}

QString tabbed_text(const visual::Table& table, const std::vector<std::uint32_t>& rows,
                    std::size_t first_column, std::size_t last_column, const Stop& stop) {
    QString text;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (stopped(stop, row)) return {};
        for (std::size_t i = first_column; i <= last_column && i < table.columns.size(); ++i) {
            if (i > first_column) text += '\t';
            text += QString::fromStdString(cell_of(table, rows[row], i));
        }
        text += '\n';
    }
    return text;
}

}  // namespace millrace::viewers
