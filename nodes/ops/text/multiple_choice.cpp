#include "nodes/ops/text/multiple_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/problem.hpp"
#include "nodes/ops/text/utf8.hpp"

namespace millrace::ops {
namespace {

[[noreturn]] void throw_question(const std::string& expected, const std::string& found) {
    throw engine::Error({.code = "E-TEXT-010",
                         .what = "A multiple-choice question cannot be scored",
                         .expected = expected,
                         .found = found,
                         .mend = "Mend this line of the task file."});
}

std::int64_t best(const std::vector<double>& values) {
    return std::ranges::max_element(values) - values.begin();
}

}  // namespace

ChoiceScore score_choice(const Choice& choice) {
    const auto rows = choice.logits.rows(), count = static_cast<std::int64_t>(choice.tokens.size());
    const bool is_whole =
        static_cast<std::int64_t>(choice.logits.values.size()) == rows * choice.logits.vocabulary;
    if (count == 0 || count > rows || !is_whole) {
        throw engine::Error({.code = "E-TEXT-008",
                             .what = "Logits and tokens do not fit",
                             .expected = "1 token or more, and a row of logits for each",
                             .found = fmt::format("{} tokens, {} rows", count, rows),
                             .mend = "Raise the model's context length or shorten the choice."});
    }
    ChoiceScore score{.is_greedy = true};
    for (std::int64_t k = 0; k < count; ++k) {
        const auto row = choice.logits.row(rows - count + k);
        const double value = log_probability(row, choice.tokens[k]);
        score.token_log_probabilities.push_back(value);
        score.log_likelihood += value;
        score.is_greedy =
            score.is_greedy && std::ranges::max_element(row) - row.begin() == choice.tokens[k];
    }
    return score;
}

QuestionScore score_question(std::span<const Choice> choices, std::span<const std::int64_t> right) {
    if (choices.empty()) throw_question("at least one choice", "none");
    const auto count = static_cast<std::int64_t>(choices.size());
    const auto is_known = [count](std::int64_t index) { return index >= 0 && index < count; };
    if (right.empty() || !std::ranges::all_of(right, is_known)) {
        throw_question(fmt::format("right choices between 0 and {}", count - 1),
                       right.empty() ? "none" : "another index");
    }
    QuestionScore result;
    std::vector<double> whole, by_characters, by_bytes;
    for (const Choice& choice : choices) {
        const auto characters = code_points(choice.text, "choice").size();
        if (characters == 0) throw_question("choices with text", "an empty choice");
        result.choices.push_back(score_choice(choice));
        const double value = result.choices.back().log_likelihood;
        whole.push_back(value);
        by_characters.push_back(value / double(characters));
        by_bytes.push_back(value / double(choice.text.size()));
    }
    const auto is_right = [&](std::int64_t index) {
        return std::ranges::find(right, index) != right.end();
    };
    result.predicted = best(whole);
    result.predicted_by_characters = best(by_characters);
    result.predicted_by_bytes = best(by_bytes);
    result.is_right = is_right(result.predicted);
    result.is_right_by_characters = is_right(result.predicted_by_characters);
    result.is_right_by_bytes = is_right(result.predicted_by_bytes);
    result.is_exact = std::ranges::any_of(
        right, [&](std::int64_t index) { return result.choices[index].is_greedy; });
    return result;
}

Accuracy accuracy(std::int64_t right, std::int64_t questions) {
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    if (questions == 0) return {kNone, kNone};
    const auto count = static_cast<double>(questions);
    const double mean = double(right) / count;
    // The variance of zeros and ones with n - 1.
    const double variance = count > 1 ? mean * (1 - mean) * count / (count - 1) : kNone;
    return {mean, std::sqrt(variance / count)};
}

Accuracy accuracy(const std::vector<bool>& is_right) {
    return accuracy(std::ranges::count(is_right, true), std::int64_t(is_right.size()));
}

}  // namespace millrace::ops
