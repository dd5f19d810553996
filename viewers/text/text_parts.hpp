// A long text in parts of a quarter megabyte that begin at lines, since a text widget can't hold
// more without stalling; bytes that are no text are escaped. Plain functions, any thread.
#pragma once

#include <QString>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::viewers {

/// Where parts begin and which line stands first in each; the first begins at 0.
struct TextParts {
    std::vector<std::size_t> begins = {0};
    std::vector<std::size_t> lines = {0};
    std::size_t end = 0;
    std::size_t all_lines = 1;

    std::size_t count() const { return begins.size(); }
    std::string_view part(std::string_view text, std::size_t number) const;
};

TextParts parts_of(std::string_view text);

struct PartText {
    QString text;
    std::size_t escaped = 0;  ///< bytes that are no UTF-8, written as \xE2
    std::size_t broken = 0;   ///< lines too long for the widget, which go on in the next one
};

PartText read_part(std::string_view part);

/// The next part after `from` (or before it), round the end, that holds the text in any case.
std::optional<std::size_t> part_with(std::string_view text, const TextParts& parts,
                                     const QString& wanted, std::size_t from, bool backward,
                                     const std::function<bool()>& stop);

}  // namespace millrace::viewers
