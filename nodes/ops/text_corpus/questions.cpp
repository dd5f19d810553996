#include "nodes/ops/text_corpus/questions.hpp"

#include <fmt/format.h>

#include <utility>

#include "engine/problem.hpp"
#include "engine/value.hpp"
#include "engine/value_parse.hpp"
#include "nodes/ops/text_corpus/records.hpp"
#include "nodes/ops/text_corpus/text_file.hpp"
#include "nodes/ops/tokenizers/unicode.hpp"

namespace millrace::ops {
namespace {

using engine::Value;

/// One line of the file.
class QuestionReader {
public:
    QuestionReader(const Value& record, const std::string& where)
        : record_(record), where_(where) {}

    Question read() const {
        Question question;
        if (const Value* task = record_.find("task")) question.task = text(*task, "task");
        question.choices = choices();
        question.contexts = contexts(question.choices.size());
        question.right = right(question.choices.size());
        return question;
    }

private:
    [[noreturn]] void fail(const char* member, std::string expected, std::string found) const {
        throw engine::Error({.code = "E-TEXT-034",
                             .what = fmt::format("\"{}\" of a question is malformed", member),
                             .expected = std::move(expected),
                             .found = std::move(found),
                             .where = where_,
                             .mend = "Correct the line, as the help says of task files."});
    }

    const Value& needed(const char* member, const char* expected) const {
        const Value* value = record_.find(member);
        if (!value) fail(member, expected, "nothing");
        return *value;
    }

    const std::string& text(const Value& value, const char* member) const {
        if (!value.is_string()) fail(member, "text", std::string(value.kind()));
        return value.as_string();
    }

    std::vector<std::string> choices() const {
        const Value& list = needed("choices", "a list of texts");
        const bool is_list = list.is_array() && !list.as_array().empty();
        if (!is_list || list.as_array().size() > kMostChoices)
            fail("choices", fmt::format("a list of 1 to {} texts", kMostChoices),
                 list.is_array() ? fmt::format("{} of them", list.as_array().size())
                                 : std::string(list.kind()));
        std::vector<std::string> choices;
        for (const Value& choice : list.as_array()) {
            // The blank between context and choice is the reader's.
            const std::string& whole = text(choice, "choices");
            const std::size_t first = whole.find_first_not_of(" \t\r\n");
            if (first == std::string::npos) fail("choices", "texts", "an empty one");
            choices.push_back(whole.substr(first));
        }
        return choices;
    }

    std::vector<std::string> contexts(std::size_t choices) const {
        const Value& value = needed("context", "text, or a text for each choice");
        std::vector<std::string> contexts;
        if (!value.is_array()) {
            contexts.push_back(text(value, "context"));
            if (contexts.front().size() > kMostContextBytes / choices)
                fail("context",
                     fmt::format("at most {} bytes before {} choices", kMostContextBytes, choices),
                     fmt::format("{} bytes before each", contexts.front().size()));
            return contexts;
        }
        if (value.as_array().size() != choices)
            fail("context", fmt::format("one text, or {}, one for each choice", choices),
                 fmt::format("{}", value.as_array().size()));
        for (const Value& context : value.as_array()) contexts.push_back(text(context, "context"));
        return contexts;
    }

    std::vector<std::int64_t> right(std::size_t choices) const {
        const std::string expected = fmt::format("a number from 0 to {}, or several", choices - 1);
        const Value& value = needed("answer", expected.c_str());
        std::vector<std::int64_t> right;
        const auto add = [&](const Value& number) {
            if (!number.is_int())
                fail("answer", expected, engine::shortened(engine::to_json(number)));
            if (number.as_int() < 0 || number.as_int() >= static_cast<std::int64_t>(choices))
                fail("answer", expected, fmt::format("{}", number.as_int()));
            right.push_back(number.as_int());
        };
        if (!value.is_array()) {
            add(value);
            return right;
        }
        if (value.as_array().empty()) fail("answer", expected, "an empty list");
        for (const Value& number : value.as_array()) add(number);
        return right;
    }

    const Value& record_;
    const std::string& where_;
};

}  // namespace

std::vector<Question> parse_questions(std::string_view text, const std::string& name) {
    std::vector<Question> questions;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(text)) {
        ++number;
        if (trimmed_text(line).empty()) continue;
        const std::string where = fmt::format("{}, line {}", name, number);
        if (const auto byte = first_ill_formed(line)) {
            throw engine::Error({.code = "E-TEXT-034",
                                 .what = "A question is not UTF-8",
                                 .expected = "UTF-8",
                                 .found = fmt::format("another byte at {} of the line", *byte),
                                 .where = where,
                                 .mend = "Convert the file to UTF-8, as by iconv."});
        }
        questions.push_back(QuestionReader(record_of(line, where), where).read());
    }
    if (questions.empty()) {
        throw engine::Error({.code = "E-TEXT-020",
                             .what = "There are too few texts",
                             .expected = "at least one question",
                             .found = "none",
                             .where = name,
                             .mend = "Name a task file; the help says what it holds."});
    }
    return questions;
}

std::vector<Question> read_questions(const std::filesystem::path& file) {
    return parse_questions(read_text_file(file), file.string());
}

}  // namespace millrace::ops
