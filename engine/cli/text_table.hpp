// Columns of text for a terminal.
#pragma once

#include <string>
#include <vector>

namespace millrace::cli {

class TextTable {
public:
    explicit TextTable(std::vector<std::string> heads) { rows_.push_back(std::move(heads)); }
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    bool empty() const { return rows_.size() == 1; }
    /// Two spaces between columns, a newline after each row; the heads are left out when they are
    /// all empty.
    std::string text() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

/// Columns a UTF-8 text takes, one a code point.
std::size_t columns_of(std::string_view text);

}  // namespace millrace::cli
