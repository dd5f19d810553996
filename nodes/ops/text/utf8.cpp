#include "nodes/ops/text/utf8.hpp"

#include <fmt/format.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <cstdint>
#include <limits>

#include "engine/problem.hpp"
#include "nodes/ops/tokenizers/unicode.hpp"

namespace millrace::ops {
namespace {

/// Calls `visit` with each code point and its bytes.
template <class Visit>
void for_each_character(std::string_view text, std::string_view name, const Visit& visit) {
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_step(text, at);
        if (!step.is_well_formed) {
            throw engine::Error({.code = "E-TEXT-001",
                                 .what = fmt::format("The {} is not UTF-8 text", name),
                                 .expected = "UTF-8",
                                 .found = fmt::format("other bytes at position {}", at),
                                 .mend = "Convert the file to UTF-8."});
        }
        const std::string_view bytes = text.substr(at, step.length);
        visit(first_code_point(bytes), bytes);
        at += step.length;
    }
}

/// What Python's str.split() parts words at.
bool is_space(char32_t point) {
    return (point >= 0x09 && point <= 0x0D) || (point >= 0x1C && point <= 0x20) || point == 0x85 ||
           point == 0xA0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200A) ||
           point == 0x2028 || point == 0x2029 || point == 0x202F || point == 0x205F ||
           point == 0x3000;
}

}  // namespace

std::vector<char32_t> code_points(std::string_view text, std::string_view name) {
    std::vector<char32_t> points;
    for_each_character(text, name,
                       [&](char32_t point, std::string_view) { points.push_back(point); });
    return points;
}

std::vector<std::string> split_words(std::string_view text, std::string_view name) {
    std::vector<std::string> words;
    bool is_inside = false;
    for_each_character(text, name, [&](char32_t point, std::string_view bytes) {
        const bool belongs = !is_space(point);
        if (belongs && !is_inside) words.emplace_back();
        if (belongs) words.back() += bytes;
        is_inside = belongs;
    });
    return words;
}

std::string_view without_last_spaces(std::string_view text, std::string_view name) {
    std::size_t end = 0;
    for_each_character(text, name, [&](char32_t point, std::string_view bytes) {
        if (!is_space(point))
            end = static_cast<std::size_t>(bytes.data() - text.data()) + bytes.size();
    });
    return text.substr(0, end);
}

std::string lower_case(std::string_view text, std::string_view name) {
    for_each_character(text, name, [](char32_t, std::string_view) {});
    if (text.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
        throw engine::Error({.code = "E-TEXT-005",
                             .what = fmt::format("The {} is too long", name),
                             .expected = "less than 2 GiB",
                             .found = fmt::format("{} bytes", text.size()),
                             .mend = "Score shorter texts."});
    }
    std::string result;
    icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())})
        .toLower(icu::Locale::getRoot())
        .toUTF8String(result);
    return result;
}

}  // namespace millrace::ops
