#include "engine/problem.hpp"

#include <algorithm>
#include <utility>

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

bool any_errors(const std::vector<Problem>& problems) {
    return std::ranges::any_of(
        problems, [](const Problem& problem) { return problem.severity == Severity::Error; });
}

Error::Error(Problem problem) : problem_(std::move(problem)), text_(to_text(problem_)) {}

}  // namespace millrace::engine
