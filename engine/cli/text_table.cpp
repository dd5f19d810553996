#include "engine/cli/text_table.hpp"

#include <algorithm>

namespace millrace::cli {

std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

std::string TextTable::text() const {
    std::vector<std::size_t> widths(rows_.front().size(), 0);
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], columns_of(row[i]));
    }
    std::string text;
    const bool heads =
        std::ranges::any_of(rows_.front(), [](const std::string& head) { return !head.empty(); });
    for (std::size_t number = heads ? 0 : 1; number < rows_.size(); ++number) {
        std::string line;
        for (std::size_t i = 0; i < rows_[number].size(); ++i) {
            const std::string& cell = rows_[number][i];
            line += cell + std::string(widths[i] - columns_of(cell) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

}  // namespace millrace::cli
