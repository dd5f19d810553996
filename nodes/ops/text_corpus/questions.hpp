// Multiple-choice questions from task files. Files are untrusted. Plain functions, any thread.
//
// A task file has one JSON object a line; members that are not named here are passed over:
//
//     {"task": "arc-easy", "context": "Question: Which … ?\nAnswer:",
//      "choices": ["the sun", "a lamp"], "answer": 0}
//
// A model reads the context, one blank and a choice, and the choice it finds likeliest is its
// answer. "context" may be a list with one text for each choice, for questions that put the choice
// into the middle (WinoGrande). "answer" is the number of the right choice, from 0, or a list of
// such numbers. "task" may be left out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::ops {

struct Question {
    std::string task;
    std::vector<std::string> contexts;  ///< one for all choices, or one for each; may be empty
    std::vector<std::string> choices;   ///< without white space at their beginning
    std::vector<std::int64_t> right;    ///< numbers of the right choices

    /// What stands before a choice.
    const std::string& context(std::size_t choice) const {
        return contexts.size() == 1 ? contexts.front() : contexts[choice];
    }
};

/// Most choices of a question, and most bytes of its context before each of them.
inline constexpr std::size_t kMostChoices = 1000, kMostContextBytes = std::size_t{16} << 20;

/// The questions of a file, which may be compressed, in its order. Throws Error: E-FILE-00x where
/// it can't be read, E-TEXT-021 and 022 as read_text_file(), others as parse_questions().
std::vector<Question> read_questions(const std::filesystem::path& file);

/// Empty lines are passed over; `name` stands for the file. Throws Error, which names the line:
/// E-TEXT-026 for no JSON object, E-TEXT-034 for members that are missing or of another kind,
/// answers that are no choice, and texts that are empty or not UTF-8, E-TEXT-020 for no question.
std::vector<Question> parse_questions(std::string_view text, const std::string& name);

/// Those that come with the program, written for this project (resources/corpora/small-text).
std::vector<Question> small_questions();

}  // namespace millrace::ops
