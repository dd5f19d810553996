// Task files of multiple-choice questions: each has choices, a context for each, and right ones
// among them, all of it UTF-8.
#include "nodes/ops/text_corpus/questions.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

void require_text(const std::string& text) {
    namespace engine = millrace::engine;
    engine::parse_json(engine::to_json(text), "text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace fuzz = millrace::fuzz;
    namespace ops = millrace::ops;
    using fuzz::require;
    std::vector<ops::Question> questions;
    const auto parse = [&] {
        questions = ops::parse_questions(fuzz::text_of(data, size), "input");
    };
    if (!fuzz::succeeds(parse)) return 0;
    require(!questions.empty(), "a task has questions");
    for (const ops::Question& question : questions) {
        const std::size_t choices = question.choices.size();
        require(choices > 0 && choices <= ops::kMostChoices, "choices are as many as allowed");
        require(question.contexts.size() == choices, "each choice has a context");
        require(!question.right.empty(), "a question has an answer");
        for (const std::int64_t number : question.right)
            require(number >= 0 && static_cast<std::size_t>(number) < choices,
                    "the answer is a choice");
        require_text(question.task);
        for (const std::string& context : question.contexts) require_text(context);
        for (const std::string& choice : question.choices) {
            require(!choice.empty() && choice.front() != ' ', "a choice begins with no blank");
            require_text(choice);
        }
    }
    return 0;
}
