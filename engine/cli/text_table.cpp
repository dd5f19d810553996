#include "engine/cli/text_table.hpp"

#include <algorithm>

namespace millrace::cli {

std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
    std::vector<std::string> lines(1);
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        std::string& line = lines.back();
        if (line.empty())
            line = word;
        else if (columns_of(line) + 1 + columns_of(word) <= width)
            line.append(" ").append(word);
        else
            lines.emplace_back(word);
    }
    return lines;
}

std::string TextTable::text(std::size_t width) const {
    constexpr std::size_t kLeastRoom = 24;
    const std::size_t columns = rows_.front().size();
    std::vector<std::size_t> widths(columns, 0);
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], columns_of(row[i]));
    }
    std::string text;
    const bool heads =
        std::ranges::any_of(rows_.front(), [](const std::string& head) { return !head.empty(); });
    for (std::size_t number = heads ? 0 : 1; number < rows_.size(); ++number) {
        const std::vector<std::string>& row = rows_[number];
        std::string line;
        std::size_t before = 0;
        for (std::size_t i = 0; i + 1 < row.size(); ++i) {
            line += row[i] + std::string(widths[i] - columns_of(row[i]) + 2, ' ');
            before += widths[i] + 2;
        }
        const bool wrap = width > before + kLeastRoom;
        bool first = true;
        for (const std::string& part :
             wrap ? wrapped(row.back(), width - before) : std::vector<std::string>{row.back()}) {
            line += (first ? "" : "\n" + std::string(before, ' ')) + part;
            first = false;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

}  // namespace millrace::cli
