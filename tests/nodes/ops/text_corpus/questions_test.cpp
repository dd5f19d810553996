// Task files of multiple-choice questions, whole and malformed.
#include "nodes/ops/text_corpus/questions.hpp"

#include <gtest/gtest.h>

#include <set>

#include "engine/problem.hpp"
#include "nodes/ops/text_corpus/small_text.hpp"
#include "nodes/ops/text_corpus/text_file.hpp"
#include "tests/nodes/ops/corpus/corpora.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::testing {
namespace {

using Texts = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

engine::Problem problem(const std::string& text) {
    try {
        ops::parse_questions(text, "tasks");
    } catch (const engine::Error& error) {
        return error.problem();
    }
    return {};
}

TEST(Questions, AreReadInTheirOrder) {
    const CorpusFolder folder;
    const auto file = folder.write(
        "a.jsonl",
        "{\"task\": \"boolq\", \"context\": \"P\\nQ\", \"choices\": [\"no\", \" yes\"], "
        "\"answer\": 1, \"id\": 7}\r\n\n"
        "{\"context\": [\"a\", \"\"], \"choices\": [\"x\", \"x\"], \"answer\": [0, 1]}\n");
    const auto questions = ops::read_questions(file);
    ASSERT_EQ(questions.size(), 2U);
    EXPECT_EQ(questions[0].task, "boolq");
    EXPECT_EQ(questions[0].contexts, Texts{"P\nQ"}) << "held once";
    EXPECT_EQ(questions[0].context(1), "P\nQ");
    EXPECT_EQ(questions[0].choices, (Texts{"no", "yes"})) << "the blank before it is the reader's";
    EXPECT_EQ(questions[0].right, Numbers{1});
    EXPECT_EQ(questions[1].task, "");
    EXPECT_EQ(questions[1].contexts, (Texts{"a", ""}));
    EXPECT_EQ(questions[1].context(0), "a");
    EXPECT_EQ(questions[1].context(1), "");
    EXPECT_EQ(questions[1].right, (Numbers{0, 1}));
}

TEST(Questions, MalformedLinesAreNamed) {
    const auto member = [](const std::string& line) {
        const engine::Problem found = problem("\n" + line);
        EXPECT_EQ(found.code, "E-TEXT-034") << line;
        EXPECT_EQ(found.where, "tasks, line 2") << line;
        return found.what.substr(0, found.what.find(" of"));
    };
    EXPECT_EQ(member(R"({"choices": ["a"], "answer": 0})"), "\"context\"");
    EXPECT_EQ(member(R"({"context": 3, "choices": ["a"], "answer": 0})"), "\"context\"");
    EXPECT_EQ(member(R"({"context": ["a"], "choices": ["a", "b"], "answer": 0})"), "\"context\"");
    EXPECT_EQ(member(R"({"context": "c", "answer": 0})"), "\"choices\"");
    EXPECT_EQ(member(R"({"context": "c", "choices": [], "answer": 0})"), "\"choices\"");
    EXPECT_EQ(member(R"({"context": "c", "choices": "ab", "answer": 0})"), "\"choices\"");
    EXPECT_EQ(member(R"({"context": "c", "choices": ["a", " "], "answer": 0})"), "\"choices\"");
    EXPECT_EQ(member(R"({"context": "c", "choices": ["a", 1], "answer": 0})"), "\"choices\"");
    EXPECT_EQ(member(R"({"context": "c", "choices": ["a"]})"), "\"answer\"");
    EXPECT_EQ(member(R"({"context": "c", "choices": ["a"], "answer": 1})"), "\"answer\"");
    EXPECT_EQ(member(R"({"context": "c", "choices": ["a"], "answer": -1})"), "\"answer\"");
    EXPECT_EQ(member(R"({"context": "c", "choices": ["a"], "answer": "A"})"), "\"answer\"");
    EXPECT_EQ(member(R"({"context": "c", "choices": ["a"], "answer": 0.0})"), "\"answer\"");
    EXPECT_EQ(member(R"({"context": "c", "choices": ["a"], "answer": []})"), "\"answer\"");
    EXPECT_EQ(member(R"({"task": 1, "context": "c", "choices": ["a"], "answer": 0})"), "\"task\"");
    EXPECT_EQ(member("{\"context\": \"\xFF\"}"), "A question is not UTF-8");
    std::string many = R"({"context": "c", "answer": 0, "choices": ["a")";
    for (std::size_t i = 0; i < ops::kMostChoices; ++i) many += R"(,"a")";
    EXPECT_EQ(member(many + "]}"), "\"choices\"");
    // A long text before many choices would be a table of gigabytes.
    std::string wide = R"({"answer": 0, "choices": ["a")";
    for (std::size_t i = 1; i < ops::kMostChoices; ++i) wide += R"(,"a")";
    const std::size_t most = ops::kMostContextBytes / ops::kMostChoices;
    EXPECT_EQ(member(wide + R"(], "context": ")" + std::string(most + 1, 'c') + "\"}"),
              "\"context\"");
    EXPECT_EQ(
        ops::parse_questions(wide + R"(], "context": ")" + std::string(most, 'c') + "\"}", "tasks")
            .at(0)
            .context(999)
            .size(),
        most);
    EXPECT_EQ(problem("{\"context\": ").code, "E-TEXT-026");
    EXPECT_EQ(problem("[]").code, "E-TEXT-026");
    EXPECT_EQ(problem("").code, "E-TEXT-020");
    EXPECT_EQ(problem("\n \n").code, "E-TEXT-020");
    EXPECT_EQ(error_code([] { ops::read_questions("/no/such/file"); }), "E-FILE-001");
}

TEST(Questions, SomeComeWithTheProgram) {
    const auto questions = ops::small_questions();
    EXPECT_EQ(questions.size(), 24U);
    std::set<std::string> tasks;
    for (const ops::Question& question : questions) {
        tasks.insert(question.task);
        EXPECT_EQ(question.right.size(), 1U);
        EXPECT_EQ(std::set(question.choices.begin(), question.choices.end()).size() == 1,
                  question.contexts.front() != question.contexts.back())
            << "texts differ in one or the other";
    }
    EXPECT_EQ(tasks, (std::set<std::string>{"endings", "facts"}));
    EXPECT_EQ(ops::small_text().questions,
              ops::read_text_file(std::filesystem::path(MILLRACE_SOURCE_DIR) /
                                  "resources/corpora/small-text/questions.jsonl"));
}

}  // namespace
}  // namespace millrace::testing
