// What went wrong, in the form every surface shows it: the editor's problem list, stderr and --json.
// Checking returns all problems and never throws; running throws one Error holding one Problem.
#pragma once

#include <exception>
#include <string>
#include <vector>

namespace millrace::engine {

enum class Severity { Error, Warning };

/// One finding. `code` is stable (E-GRAPH-003); the engine completes what the reporter left empty.
struct Problem {
    std::string code = {};      ///< "E-…" or "W-…"; one cause, one code
    std::string what = {};      ///< in the user's words
    std::string expected = {};  ///< what would have been right
    std::string found = {};     ///< what was there instead
    std::string where = {};     ///< node, node.port, node.parameter or file
    std::string cause = {};     ///< likely cause, when it is not plain from the rest
    std::string mend = {};      ///< what to do now
    Severity severity = Severity::Error;
};

/// The several-line text for people: code, where and what, then the indented details that are known.
std::string to_text(const Problem& problem);

class Value;

/// Members code, severity, what and those of expected, found, where, cause and fix that are known.
Value to_value(const Problem& problem);
Value to_value(const std::vector<Problem>& problems);

/// Reads that form back; members of another kind throw Error (E-VALUE-001).
Problem problem_from(const Value& value);

/// Whether any of `problems` is an error rather than a warning.
bool any_errors(const std::vector<Problem>& problems);

/// Foreign text in a problem, shown so that no terminal acts on it and no report is spoilt by it: what is no UTF-8 becomes
/// U+FFFD, control characters become "?". Lines stay where `keep_lines`.
void make_harmless(Problem& problem, bool keep_lines);
void make_harmless(std::vector<Problem>& problems, bool keep_lines);

/// Thrown while running; what() is to_text() of the problem, which is made harmless.
class Error : public std::exception {
public:
    explicit Error(Problem problem);
    const Problem& problem() const noexcept { return problem_; }
    const char* what() const noexcept override { return text_.c_str(); }

private:
    Problem problem_;
    std::string text_;
};

}  // namespace millrace::engine
