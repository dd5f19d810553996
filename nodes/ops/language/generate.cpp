#include "nodes/ops/language/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

[[noreturn]] void fail(const char* code, std::string what, std::string expected, std::string found,
                       const char* mend) {
    throw engine::Error({.code = code,
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = mend});
}

void check(const LanguageSteps& steps, std::span<const std::int64_t> prompt,
           const GenerateOptions& options) {
    check_sampling(options.sampling);
    if (options.most_tokens < 0) {
        fail("E-LM-024", "A number of tokens is below 0", "0 and up",
             fmt::format("most_tokens {}", options.most_tokens), "Set it to 0 or more.");
    }
    check_prompt(steps, prompt);
}

}  // namespace

void check_prompt(const LanguageSteps& steps, std::span<const std::int64_t> prompt) {
    if (prompt.empty()) {
        fail("E-LM-022", "There is nothing to go on from", "a prompt of at least one token", "none",
             "Begin with the model's start token.");
    }
    const std::int64_t room = steps.capacity() - steps.length();
    if (static_cast<std::int64_t>(prompt.size()) > room) {
        fail("E-LM-023", "The prompt is longer than the model can see",
             fmt::format("at most {} tokens", room), fmt::format("{}", prompt.size()),
             "Shorten the prompt, or use a model with a longer context.");
    }
}

Generated generate(LanguageSteps& steps, std::span<const std::int64_t> prompt,
                   const GenerateOptions& options, engine::Random& random,
                   const OnToken& on_token) {
    check(steps, prompt, options);
    Generated text;
    if (options.most_tokens == 0) return text;
    // Memory is taken here, so that no later token takes any.
    text.tokens.reserve(
        static_cast<std::size_t>(std::min(options.most_tokens, steps.capacity() - steps.length())));
    std::vector<Candidate> scratch;
    std::span<const float> logits = steps.feed(prompt);
    while (true) {
        const auto made = static_cast<std::int64_t>(text.tokens.size());
        const std::int64_t token = sample(logits, options.sampling, random, scratch);
        if (std::ranges::find(options.end_tokens, token) != options.end_tokens.end()) {
            text.ending = Ending::EndToken;
            text.end_token = token;
            return text;
        }
        text.tokens.push_back(token);
        if (on_token && on_token(token) == GoOn::No) {
            text.ending = Ending::Stopped;
            return text;
        }
        if (made + 1 == options.most_tokens) return text;
        if (steps.length() == steps.capacity()) {
            text.ending = Ending::Full;
            return text;
        }
        logits = steps.feed({&token, 1});
    }
}

}  // namespace millrace::ops
