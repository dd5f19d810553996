#include "engine/problem.hpp"

#include <algorithm>
#include <utility>

#include "engine/value.hpp"

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

}  // namespace

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
    Object object{{"code", problem.code},
                  {"severity", problem.severity == Severity::Error ? "error" : "warning"},
                  {"what", problem.what}};
    const auto add = [&](const char* name, const std::string& text) {
        if (!text.empty()) object[name] = text;
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

Error::Error(Problem problem) : problem_(std::move(problem)), text_(to_text(problem_)) {}

}  // namespace millrace::engine
