#include "nodes/ops/language/generate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "engine/random.hpp"
#include "nodes/ops/language/generate_corpus.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using Tokens = std::vector<std::int64_t>;

/// After token t, t + 1 is likeliest by far and t + 2 next; all others have equal logits.
class Counting : public LanguageSteps {
public:
    Counting(std::int64_t vocabulary, std::int64_t capacity)
        : capacity_(capacity), logits_(static_cast<std::size_t>(vocabulary)) {}

    std::int64_t vocabulary() const override { return std::int64_t(logits_.size()); }
    std::int64_t length() const override { return std::int64_t(seen.size()); }
    std::int64_t capacity() const override { return capacity_; }
    std::span<const float> feed(std::span<const std::int64_t> tokens) override {
        seen.insert(seen.end(), tokens.begin(), tokens.end());
        const std::size_t next = static_cast<std::size_t>(seen.back()) + 1;
        std::ranges::fill(logits_, 0.0F);
        logits_[next % logits_.size()] = 2;
        logits_[(next + 1) % logits_.size()] = 1;
        return logits_;
    }
    void rewind(std::int64_t length) override { seen.resize(std::size_t(length)); }
    std::unique_ptr<LanguageSteps> sibling() const override {
        return std::make_unique<Counting>(vocabulary(), capacity_);
    }
    void take(const LanguageSteps& other, std::int64_t) override {
        seen = dynamic_cast<const Counting&>(other).seen;
    }

    Tokens seen;

private:
    std::int64_t capacity_;
    std::vector<float> logits_;
};

Generated from(LanguageSteps& steps, const Tokens& prompt, const GenerateOptions& options,
               const OnToken& on_token = {}) {
    engine::Random random(1, "test", 0);
    return generate(steps, prompt, options, random, on_token);
}

TEST(Generate, MakesAsManyTokensAsAskedFor) {
    Counting steps(100, 50);
    const Generated text = from(steps, {3, 4}, {.most_tokens = 3});
    EXPECT_EQ(text.tokens, (Tokens{5, 6, 7}));
    EXPECT_EQ(text.ending, Ending::MostTokens);
    EXPECT_EQ(steps.seen, (Tokens{3, 4, 5, 6})) << "the last token is not read";
    // The text goes on.
    EXPECT_EQ(from(steps, {7}, {.most_tokens = 1}).tokens, (Tokens{8}));
    EXPECT_TRUE(from(steps, {1}, {.most_tokens = 0}).tokens.empty());
}

TEST(Generate, EndsAtAnEndToken) {
    Counting steps(100, 50);
    const Generated text = from(steps, {3}, {.end_tokens = {90, 6}});
    EXPECT_EQ(text.tokens, (Tokens{4, 5}));
    EXPECT_EQ(text.ending, Ending::EndToken);
    EXPECT_EQ(text.end_token, 6);
}

TEST(Generate, EndsWhereTheModelIsFull) {
    Counting steps(100, 4);
    const Generated text = from(steps, {3, 4}, {});
    EXPECT_EQ(text.tokens, (Tokens{5, 6, 7}));
    EXPECT_EQ(text.ending, Ending::Full);
    EXPECT_EQ(text.end_token, -1);
}

TEST(Generate, HandsOutTokensAndStopsWhenAsked) {
    Counting steps(100, 50);
    Tokens streamed;
    const Generated text = from(steps, {3}, {}, [&](std::int64_t token) {
        streamed.push_back(token);
        return token == 6 ? GoOn::No : GoOn::Yes;
    });
    EXPECT_EQ(streamed, (Tokens{4, 5, 6}));
    EXPECT_EQ(text.tokens, streamed);
    EXPECT_EQ(text.ending, Ending::Stopped);
}

TEST(Generate, BadInputIsNamed) {
    Counting steps(10, 3);
    EXPECT_EQ(error_code([&] { from(steps, {}, {}); }), "E-LM-022");
    EXPECT_EQ(error_code([&] { from(steps, {1, 2, 3, 4}, {}); }), "E-LM-023");
    EXPECT_EQ(error_code([&] { from(steps, {1}, {.most_tokens = -1}); }), "E-LM-024");
    EXPECT_EQ(error_code([&] { from(steps, {1}, {.sampling = {.top_p = 2}}); }), "E-LM-020");
    EXPECT_TRUE(steps.seen.empty());
}

std::set<std::pair<std::int64_t, std::int64_t>> starts(const SelfCorpus& corpus,
                                                       std::int64_t vocabulary,
                                                       std::int64_t count) {
    std::set<std::pair<std::int64_t, std::int64_t>> starts;
    for (std::int64_t i = 0; i < count; ++i) {
        const TextStart start = start_of(corpus, vocabulary, i);
        starts.emplace(start.token, start.prefix);
    }
    return starts;
}

TEST(SelfCorpus, EveryTokenBeginsATextWithEveryPrefix) {
    for (const std::int64_t vocabulary : {6, 7, 8}) {  // all remainders by 3
        for (const FirstToken first : {FirstToken::Every, FirstToken::InTurn}) {
            const auto all = starts({.first = first}, vocabulary, 3 * vocabulary);
            EXPECT_EQ(std::int64_t(all.size()), 3 * vocabulary);
            EXPECT_EQ(all.begin()->second, 3);
            EXPECT_EQ(all.rbegin()->second, 5);
        }
    }
    EXPECT_EQ(start_of({}, 512, 511).prefix, 3);
    EXPECT_EQ(start_of({}, 512, 512).prefix, 4);
    EXPECT_EQ(start_of({.first = FirstToken::InTurn}, 512, 1).prefix, 4);
}

TEST(SelfCorpus, RandomStartsCoverAllAndRepeat) {
    const SelfCorpus corpus{.first = FirstToken::Random, .seed = 5};
    EXPECT_EQ(starts(corpus, 4, 400).size(), 12U);
    EXPECT_EQ(start_of(corpus, 1000, 17).token, start_of(corpus, 1000, 17).token);
    EXPECT_NE(start_of(corpus, 1 << 20, 17).token, start_of(corpus, 1 << 20, 18).token);
}

TEST(SelfCorpus, TextsBeginGreedilyAndAreThenSampled) {
    Counting steps(1000, 500);
    const SelfCorpus corpus{.sampling = {.top_k = 2}, .most_tokens = 60, .seed = 5};
    const Tokens text = self_made_text(steps, corpus, 2007);  // token 7, prefix 5
    ASSERT_EQ(text.size(), 60U);
    for (std::int64_t i = 0; i < 5; ++i) EXPECT_EQ(text[std::size_t(i)], 7 + i);
    EXPECT_GT(text.back(), 7 + 59);
    EXPECT_EQ(self_made_text(steps, corpus, 2007), text) << "whatever was made before";
    // Of another number the samples are others, not the same ones moved.
    Tokens next = self_made_text(steps, corpus, 2008);
    for (std::int64_t& token : next) --token;
    EXPECT_NE(next, text);
}

TEST(SelfCorpus, ThePrefixCountsTheFirstToken) {
    Counting steps(1000, 500);
    const SelfCorpus corpus{.sampling = {.top_k = 2}, .most_tokens = 6};
    int sampled = 0;
    for (std::int64_t number = 2000; number < 2100; ++number) {  // prefix 5
        const Tokens text = self_made_text(steps, corpus, number);
        EXPECT_EQ(text.at(4), text.at(0) + 4) << "the last of the prefix";
        sampled += text.at(5) != text.at(4) + 1;
    }
    // The second likeliest of two has 0.27.
    EXPECT_GT(sampled, 10);
    EXPECT_LT(sampled, 50);
}

TEST(SelfCorpus, TextsEndWhereTheModelSaysSo) {
    Counting steps(1000, 500);
    const SelfCorpus corpus{.sampling = {.temperature = 0}, .end_tokens = {12}};
    EXPECT_EQ(self_made_text(steps, corpus, 7), (Tokens{7, 8, 9, 10, 11}));
    EXPECT_EQ(self_made_text(steps, {.most_tokens = 5}, 7).size(), 5U);
}

/// Several of the texts that Counting writes.
class CountingTexts : public TextsSteps {
public:
    CountingTexts(std::int64_t texts, std::int64_t capacity) {
        for (std::int64_t i = 0; i < texts; ++i) rows_.emplace_back(1000, capacity);
    }
    std::int64_t texts() const override { return std::ssize(rows_); }
    std::int64_t vocabulary() const override { return 1000; }
    std::int64_t capacity() const override { return rows_.front().capacity(); }
    std::span<const float> feed(std::span<const std::int64_t> tokens) override {
        logits_.clear();
        for (std::size_t row = 0; row < rows_.size(); ++row) {
            const auto of_row = rows_[row].feed(tokens.subspan(row, 1));
            logits_.insert(logits_.end(), of_row.begin(), of_row.end());
        }
        return logits_;
    }
    void clear() override {
        for (Counting& row : rows_) row.rewind(0);
    }

private:
    std::vector<Counting> rows_;
    std::vector<float> logits_;
};

TEST(SelfCorpus, TextsWrittenTogetherAreThoseWrittenAlone) {
    const SelfCorpus corpus{.sampling = {.top_k = 2}, .most_tokens = 40, .end_tokens = {27, 33}};
    Counting one(1000, 500);
    CountingTexts several(7, 500), narrow(7, 20);
    for (const std::int64_t count : {1, 4, 7}) {
        const auto texts = self_made_texts(several, corpus, 3, count);
        ASSERT_EQ(std::ssize(texts), count);
        for (std::int64_t i = 0; i < count; ++i)
            EXPECT_EQ(texts[std::size_t(i)], self_made_text(one, corpus, 3 + i)) << i;
    }
    EXPECT_EQ(self_made_texts(narrow, {.most_tokens = 40}, 100, 1).at(0).size(), 21U)
        << "the last one is not read";
    int asked = 0;
    EXPECT_TRUE(self_made_texts(several, corpus, 3, 2, [&](std::int64_t made) {
                    EXPECT_EQ(made, ++asked);
                    return made == 5 ? GoOn::No : GoOn::Yes;
                }).empty());
    EXPECT_EQ(asked, 5);
}

TEST(SelfCorpus, BadRulesAreNamed) {
    const auto code = [](const SelfCorpus& corpus, std::int64_t number) {
        return error_code([&] { start_of(corpus, 10, number); });
    };
    EXPECT_EQ(code({.least_prefix = 0}, 0), "E-LM-025");
    EXPECT_EQ(code({.least_prefix = 6}, 0), "E-LM-025");
    EXPECT_EQ(code({.most_tokens = 4}, 0), "E-LM-025");
    EXPECT_EQ(code({}, -1), "E-LM-025");
    EXPECT_EQ(code({}, 29), "none");
    EXPECT_EQ(code({}, 30), "E-LM-025");
    EXPECT_EQ(code({.first = FirstToken::InTurn}, 30), "none");
}

}  // namespace
}  // namespace millrace::ops
