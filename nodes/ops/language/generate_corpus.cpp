#include "nodes/ops/language/generate_corpus.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "engine/problem.hpp"
#include "engine/random.hpp"

namespace millrace::ops {
namespace {

[[noreturn]] void fail(std::string what, std::string expected, std::string found) {
    throw engine::Error({.code = "E-LM-025",
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = "The release has prefixes of 3 to 5 tokens in texts of 2048."});
}

engine::Random random_of(const SelfCorpus& corpus, const char* purpose, std::int64_t number) {
    return {corpus.seed, purpose, static_cast<std::uint64_t>(number)};
}

}  // namespace

TextStart start_of(const SelfCorpus& corpus, std::int64_t vocabulary, std::int64_t number) {
    const std::int64_t prefixes = corpus.most_prefix - corpus.least_prefix + 1;
    if (corpus.least_prefix < 1 || prefixes < 1 || corpus.most_prefix > corpus.most_tokens) {
        fail("The prefixes of the texts are out of range",
             fmt::format("1 <= least <= most <= {}", corpus.most_tokens),
             fmt::format("{} to {}", corpus.least_prefix, corpus.most_prefix));
    }
    // Divided, for neither is bounded here.
    const bool is_beyond =
        corpus.first == FirstToken::Every && number >= 0 && number / vocabulary >= prefixes;
    if (number < 0 || is_beyond) {
        fail("There is no text of that number",
             fmt::format("0 to below {} x {}", vocabulary, prefixes), fmt::format("{}", number));
    }
    const std::int64_t token = number % vocabulary, round = number / vocabulary;
    switch (corpus.first) {
        case FirstToken::Every:
            return {.token = token, .prefix = corpus.least_prefix + round};
        case FirstToken::InTurn:
            return {
                .token = token,
                .prefix = corpus.least_prefix + (token % prefixes + round % prefixes) % prefixes};
        default:
            break;
    }
    engine::Random random = random_of(corpus, "self_corpus/start", number);
    const auto below = [&](std::int64_t bound) {
        return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bound)));
    };
    const std::int64_t drawn = below(vocabulary);
    return {.token = drawn, .prefix = corpus.least_prefix + below(prefixes)};
}

std::vector<std::int64_t> self_made_text(LanguageSteps& steps, const SelfCorpus& corpus,
                                         std::int64_t number) {
    const TextStart start = start_of(corpus, steps.vocabulary(), number);
    steps.rewind(0);
    engine::Random random = random_of(corpus, "self_corpus/text", number);
    std::vector<std::int64_t> text = {start.token};
    const Generated rest = generate(steps, text,
                                    {.most_tokens = corpus.most_tokens - 1,
                                     .greedy_tokens = start.prefix - 1,
                                     .sampling = corpus.sampling,
                                     .end_tokens = corpus.end_tokens},
                                    random);
    text.insert(text.end(), rest.tokens.begin(), rest.tokens.end());
    return text;
}

}  // namespace millrace::ops
