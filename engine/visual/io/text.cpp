#include "engine/visual/io/text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/visual/io/errors.hpp"

namespace millrace::visual::io {
namespace {

constexpr bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

}  // namespace

std::string shown(std::string_view text) {
    constexpr std::size_t kMost = 48;
    std::string quoted = "\"";
    for (char c : text.substr(0, kMost)) quoted += c >= 0x20 && c < 0x7f ? c : '?';
    quoted += text.size() > kMost ? "…\"" : "\"";
    return quoted;
}

std::optional<std::string_view> Lines::next() {
    if (offset_ >= text_.size()) return std::nullopt;
    ++number_;
    const std::string_view window = text_.substr(offset_, kMaxLine + 1);
    const std::size_t end = window.find('\n');
    if (end == std::string_view::npos && window.size() > kMaxLine) {
        fail(kBadHeader, "A line is too long", fmt::format("at most {} bytes a line", kMaxLine),
             "a longer line", where(), "Check that the file is of the kind its name says.");
    }
    std::string_view line = window.substr(0, end);
    offset_ += line.size() + (end == std::string_view::npos ? 0 : 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::optional<std::string_view> Lines::next_filled() {
    while (const auto line = next()) {
        std::string_view rest = *line;
        if (!take_word(rest).empty()) return line;
    }
    return std::nullopt;
}

std::string Lines::where() const { return at_line(name_, std::max<std::size_t>(number_, 1)); }

std::string_view take_word(std::string_view& rest) {
    std::size_t begin = 0;
    while (begin < rest.size() && is_space(rest[begin])) ++begin;
    std::size_t end = begin;
    while (end < rest.size() && !is_space(rest[end])) ++end;
    const std::string_view word = rest.substr(begin, end - begin);
    rest.remove_prefix(end);
    return word;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line))
        words.push_back(word);
    return words;
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

}  // namespace millrace::visual::io
