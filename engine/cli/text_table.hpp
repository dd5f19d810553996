// Columns of text for a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::cli {

class TextTable {
public:
    explicit TextTable(std::vector<std::string> heads) { rows_.push_back(std::move(heads)); }
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    bool empty() const { return rows_.size() == 1; }
    /// Two spaces between columns, a newline after each row; the heads are left out when they are
    /// all empty.
    std::string text() const { return text(0); }
    /// The same, with the last column broken between words so that lines take at most `width`
    /// columns where that leaves it room; 0: never.
    std::string text(std::size_t width) const;

private:
    std::vector<std::vector<std::string>> rows_;
};

/// The text broken between words into lines of at most `width` columns; a longer word has its own.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// Columns a UTF-8 text takes, one a code point.
std::size_t columns_of(std::string_view text);

}  // namespace millrace::cli
