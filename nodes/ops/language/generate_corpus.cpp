#include "nodes/ops/language/generate_corpus.hpp"

#include <fmt/format.h>

#include <algorithm>
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

/// A text as it grows.
struct Writer {
    std::vector<std::int64_t> text;
    std::int64_t prefix = 1;
    engine::Random random;
    bool has_ended = false;
};

class OneText final : public TextsSteps {
public:
    explicit OneText(LanguageSteps& steps) : steps_(steps) {}
    std::int64_t texts() const override { return 1; }
    std::int64_t vocabulary() const override { return steps_.vocabulary(); }
    std::int64_t capacity() const override { return steps_.capacity(); }
    std::span<const float> feed(std::span<const std::int64_t> tokens) override {
        return steps_.feed(tokens);
    }
    void clear() override { steps_.rewind(0); }

private:
    LanguageSteps& steps_;
};

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

std::vector<std::vector<std::int64_t>> self_made_texts(
    TextsSteps& steps, const SelfCorpus& corpus, std::int64_t first, std::int64_t count,
    const std::function<GoOn(std::int64_t made)>& on_token) {
    check_sampling(corpus.sampling);
    std::vector<Writer> writers;
    for (std::int64_t number = first; number < first + count; ++number) {
        const TextStart start = start_of(corpus, steps.vocabulary(), number);
        writers.push_back({.text = {start.token},
                           .prefix = start.prefix,
                           .random = random_of(corpus, "self_corpus/text", number)});
    }
    steps.clear();
    // Rows without a text, and texts that have ended, go on with any token.
    std::vector<std::int64_t> tokens(static_cast<std::size_t>(steps.texts()), 0);
    const auto vocabulary = static_cast<std::size_t>(steps.vocabulary());
    const std::int64_t most = std::min(corpus.most_tokens, steps.capacity() + 1);
    std::vector<Candidate> scratch;
    for (std::int64_t length = 1; length < most; ++length) {
        if (std::ranges::all_of(writers, &Writer::has_ended)) break;
        for (std::size_t row = 0; row < writers.size(); ++row)
            tokens[row] = writers[row].text.back();
        const std::span<const float> logits = steps.feed(tokens);
        for (std::size_t row = 0; row < writers.size(); ++row) {
            Writer& writer = writers[row];
            if (writer.has_ended) continue;
            const auto next = logits.subspan(row * vocabulary, vocabulary);
            const std::int64_t token = length < writer.prefix
                                           ? likeliest(next)
                                           : sample(next, corpus.sampling, writer.random, scratch);
            writer.has_ended =
                std::ranges::find(corpus.end_tokens, token) != corpus.end_tokens.end();
            if (!writer.has_ended) writer.text.push_back(token);
        }
        if (on_token && on_token(length) == GoOn::No) return {};
    }
    std::vector<std::vector<std::int64_t>> texts;
    for (Writer& writer : writers) texts.push_back(std::move(writer.text));
    return texts;
}

std::vector<std::int64_t> self_made_text(LanguageSteps& steps, const SelfCorpus& corpus,
                                         std::int64_t number) {
    OneText one(steps);
    return std::move(self_made_texts(one, corpus, number, 1).front());
}

}  // namespace millrace::ops
