#include "engine/problem.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "engine/value.hpp"
#include "engine/value_parse.hpp"

namespace millrace::engine {
namespace {

void add_line(std::string& text, const char* label, const std::string& value) {
    if (value.empty()) return;
    text += "\n  ";
    text += label;
    for (char c : value) {
        text += c;
        if (c == '\n') text += "            ";
    }
}

/// Bytes of the UTF-8 character at the front of `text`, or 0 when there is none (RFC 3629, section
/// 4).
std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                               : first >= 0xe0 && first < 0xf0 ? 3
                               : first >= 0xf0 && first < 0xf5 ? 4
                                                               : 0;
    if (length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
    }
    // Longer than need be, halves of UTF-16 pairs, and beyond the last character.
    if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f)) return 0;
    if ((first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f)) return 0;
    return length;
}

}  // namespace

std::string as_utf8(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        result += length > 0 ? text.substr(0, length) : "\xef\xbf\xbd";
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return result;
}

std::string to_text(const Problem& problem) {
    std::string text = problem.code.empty() ? "E-NODE-000" : problem.code;
    text += "  ";
    if (!problem.where.empty()) text += problem.where + ": ";
    text += problem.what;
    add_line(text, "expected  ", problem.expected);
    add_line(text, "found     ", problem.found);
    add_line(text, "cause     ", problem.cause);
    add_line(text, "fix       ", problem.mend);
    return text;
}

Value to_value(const Problem& problem) {
    Object object{{"code", as_utf8(problem.code)},
                  {"severity", problem.severity == Severity::Error ? "error" : "warning"},
                  {"what", as_utf8(problem.what)}};
    const auto add = [&](const char* name, const std::string& text) {
        if (!text.empty()) object[name] = as_utf8(text);
    };
    add("expected", problem.expected);
    add("found", problem.found);
    add("where", problem.where);
    add("cause", problem.cause);
    add("fix", problem.mend);
    return object;
}

Value to_value(const std::vector<Problem>& problems) {
    Array list;
    for (const Problem& problem : problems) list.push_back(to_value(problem));
    return list;
}

Problem problem_from(const Value& value) {
    const auto text = [&](const char* name) {
        const Value* member = value.find(name);
        return member ? member->as_string() : std::string();
    };
    return {.code = text("code"),
            .what = text("what"),
            .expected = text("expected"),
            .found = text("found"),
            .where = text("where"),
            .cause = text("cause"),
            .mend = text("fix"),
            .severity = text("severity") == "warning" ? Severity::Warning : Severity::Error};
}

bool any_errors(const std::vector<Problem>& problems) {
    return std::ranges::any_of(
        problems, [](const Problem& problem) { return problem.severity == Severity::Error; });
}

void make_harmless(Problem& problem, bool keep_lines) {
    for (std::string* text : {&problem.what, &problem.expected, &problem.found, &problem.where,
                              &problem.cause, &problem.mend}) {
        const auto bad = [keep_lines](char c) {
            const auto byte = static_cast<unsigned char>(c);
            return byte == 0x7f || (byte < 0x20 && !(keep_lines && (c == '\n' || c == '\t')));
        };
        std::ranges::replace_if(*text, bad, '?');
        if (std::ranges::any_of(*text,
                                [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
            *text = as_utf8(*text);
    }
}

void make_harmless(std::vector<Problem>& problems, bool keep_lines) {
    for (Problem& problem : problems) make_harmless(problem, keep_lines);
}

namespace {

Problem harmless(Problem problem) {
    make_harmless(problem, true);
    return problem;
}

}  // namespace

Error::Error(Problem problem) : problem_(harmless(std::move(problem))), text_(to_text(problem_)) {}

}  // namespace millrace::engine
