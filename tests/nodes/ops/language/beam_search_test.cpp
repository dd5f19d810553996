#include "nodes/ops/language/beam_search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>

#include "engine/random.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using Tokens = std::vector<std::int64_t>;
using Distribution = std::vector<double>;  // probabilities

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A model that is a function of source and tokens so far.
class Scripted : public BeamStep {
public:
    using Script = std::function<Distribution(std::int64_t source, const Tokens& tokens)>;

    Scripted(std::int64_t vocabulary, Script script)
        : vocabulary_(vocabulary), script_(std::move(script)) {}

    std::int64_t vocabulary() const override { return vocabulary_; }
    int steps() const { return steps_; }

    void step(std::span<const std::int64_t> parents, std::span<const std::int64_t> tokens,
              std::span<float> log_probabilities) override {
        std::vector<Row> rows;
        for (std::size_t i = 0; i < parents.size(); ++i) {
            const auto parent = static_cast<std::size_t>(parents[i]);
            Row row = steps_ == 0 ? Row{parents[i], {}} : rows_.at(parent);
            row.tokens.push_back(tokens[i]);
            const Distribution next = script_(row.source, row.tokens);
            for (std::size_t k = 0; k < next.size(); ++k)
                log_probabilities[i * next.size() + k] = static_cast<float>(std::log(next[k]));
            rows.push_back(std::move(row));
        }
        rows_ = std::move(rows);
        ++steps_;
    }

private:
    struct Row {
        std::int64_t source = 0;
        Tokens tokens;
    };
    std::int64_t vocabulary_;
    Script script_;
    std::vector<Row> rows_;
    int steps_ = 0;
};

/// Probabilities that look random and belong to the tokens so far.
Distribution spread(std::int64_t source, const Tokens& tokens, std::int64_t vocabulary) {
    std::string key = std::to_string(source);
    for (const std::int64_t token : tokens) key += "/" + std::to_string(token);
    engine::Random random(7, key, 0);
    Distribution weights;
    double sum = 0;
    for (std::int64_t i = 0; i < vocabulary; ++i) {
        weights.push_back(std::exp(1.5 * random.normal()));
        sum += weights.back();
    }
    for (double& weight : weights) weight /= sum;
    return weights;
}

// Tokens a and b, the end, and the start that never comes again.
constexpr std::int64_t kA = 0, kB = 1, kEnd = 2, kStart = 3;

Scripted::Script by_last(std::map<std::int64_t, Distribution> next) {
    return [next = std::move(next)](std::int64_t, const Tokens& tokens) {
        return next.at(tokens.back());
    };
}

TEST(BeamSearch, FindsWhatTheLikeliestFirstTokenHides) {
    const auto script =
        by_last({{kStart, {0.6, 0.4, 0, 0}}, {kA, {0.3, 0.3, 0.4, 0}}, {kB, {0.05, 0.05, 0.9, 0}}});
    const BeamOptions options{.beams = 2, .max_length = 3, .start = kStart, .end = kEnd};
    Scripted greedy(4, script), wide(4, script);
    const Hypothesis first = greedy_search(greedy, 1, options).at(0);
    EXPECT_EQ(first.tokens, (Tokens{kStart, kA, kEnd}));
    EXPECT_NEAR(first.log_probability, std::log(0.6 * 0.4), 1e-6);
    EXPECT_TRUE(first.is_finished);
    const Hypothesis best = beam_search(wide, 1, options).at(0).at(0);
    EXPECT_EQ(best.tokens, (Tokens{kStart, kB, kEnd}));
    EXPECT_NEAR(best.score, std::log(0.4 * 0.9) / 2, 1e-6);
    EXPECT_EQ(wide.steps(), 2);
}

TEST(BeamSearch, EarlyStoppingDecidesHowLongToLook) {
    // Ended at once 0.5, "a" and the end 0.14, "a", "b" and the end 0.26 which is best by length.
    const auto script = [](std::int64_t, const Tokens& tokens) -> Distribution {
        if (tokens.back() == kStart) return {0.4, 0.1, 0.5, 0};
        if (tokens == Tokens{kStart, kA}) return {0, 0.65, 0.35, 0};
        if (tokens == Tokens{kStart, kA, kB}) return {0, 0, 1, 0};
        return {0.5, 0.5, 0, 0};
    };
    BeamOptions options{.beams = 2, .max_length = 4, .start = kStart, .end = kEnd, .returned = 2};
    const auto found = [&](EarlyStopping stopping) {
        options.stopping = stopping;
        Scripted model(4, script);
        return beam_search(model, 1, options).at(0);
    };
    EXPECT_EQ(found(EarlyStopping::Now).at(0).tokens, (Tokens{kStart, kEnd}));
    EXPECT_EQ(found(EarlyStopping::Now).at(1).tokens, (Tokens{kStart, kA, kEnd}));
    for (const EarlyStopping stopping : {EarlyStopping::Likely, EarlyStopping::Exact}) {
        const std::vector<Hypothesis> results = found(stopping);
        EXPECT_EQ(results.at(0).tokens, (Tokens{kStart, kA, kB, kEnd}));
        EXPECT_NEAR(results.at(0).score, std::log(0.26) / 3, 1e-6);
        EXPECT_NEAR(results.at(1).score, std::log(0.5), 1e-6);
    }
}

TEST(BeamSearch, EnoughAnswersAreEnoughAtTheGreatestLengthToo) {
    // "a", "a" is open when the second answer ends and the greatest length is reached.
    const auto script =
        by_last({{kStart, {0.5, 0.1, 0.4, 0}}, {kA, {0.55, 0, 0.45, 0}}, {kB, {1, 0, 0, 0}}});
    BeamOptions options{.beams = 2,
                        .max_length = 3,
                        .stopping = EarlyStopping::Now,
                        .start = kStart,
                        .end = kEnd,
                        .returned = 2};
    Scripted hasty(4, script);
    const auto at_once = beam_search(hasty, 1, options).at(0);
    EXPECT_EQ(at_once.at(0).tokens, (Tokens{kStart, kA, kEnd}));
    EXPECT_EQ(at_once.at(1).tokens, (Tokens{kStart, kEnd}));
    options.stopping = EarlyStopping::Exact;
    Scripted patient(4, script);
    const auto best = beam_search(patient, 1, options).at(0);
    EXPECT_EQ(best.at(0).tokens, (Tokens{kStart, kA, kA}));
    EXPECT_FALSE(best.at(0).is_finished);
}

/// All sequences, by recursion.
class BruteForce {
public:
    BruteForce(std::int64_t vocabulary, const BeamOptions& options)
        : vocabulary_(vocabulary), options_(options) {}

    Hypothesis best(std::int64_t source) {
        best_.score = -kInfinity;
        extend(source, {options_.start}, 0);
        return best_;
    }

private:
    void extend(std::int64_t source, const Tokens& tokens, double sum) {
        const bool is_finished = tokens.size() > 1 && tokens.back() == options_.end;
        if (is_finished || std::ssize(tokens) == options_.max_length) {
            const double score = sum / std::pow(double(tokens.size() - 1), options_.length_penalty);
            if (score > best_.score) best_ = {tokens, sum, score, is_finished};
            return;
        }
        const Distribution next = spread(source, tokens, vocabulary_);
        for (std::int64_t token = 0; token < vocabulary_; ++token) {
            if (token == options_.end && std::ssize(tokens) < options_.min_length) continue;
            Tokens longer = tokens;
            longer.push_back(token);
            if (options_.no_repeat_ngram == 2 && repeats_pair(longer)) continue;
            extend(source, longer, sum + static_cast<float>(std::log(next[std::size_t(token)])));
        }
    }

    static bool repeats_pair(const Tokens& tokens) {
        const std::size_t n = tokens.size();
        for (std::size_t i = 1; i + 2 < n; ++i) {
            if (tokens[i] == tokens[n - 2] && tokens[i + 1] == tokens[n - 1]) return true;
        }
        return false;
    }

    std::int64_t vocabulary_;
    const BeamOptions& options_;
    Hypothesis best_;
};

TEST(BeamSearch, WithEnoughBeamsIsTheBestOfAllSequences) {
    constexpr std::int64_t kVocabulary = 3;
    for (const double penalty : {0.0, 1.0, 2.0, -0.5}) {
        for (const std::int64_t ngram : {0, 2}) {
            for (const std::int64_t least : {0, 3}) {
                const BeamOptions options{.beams = 81,
                                          .length_penalty = penalty,
                                          .min_length = least,
                                          .max_length = 5,
                                          .stopping = EarlyStopping::Exact,
                                          .no_repeat_ngram = ngram,
                                          .start = 0,
                                          .end = 0};
                Scripted model(kVocabulary, [](std::int64_t source, const Tokens& tokens) {
                    return spread(source, tokens, kVocabulary);
                });
                const auto found = beam_search(model, 4, options);
                BruteForce all(kVocabulary, options);
                for (std::int64_t source = 0; source < 4; ++source) {
                    const Hypothesis expected = all.best(source),
                                     best = found.at(std::size_t(source)).at(0);
                    EXPECT_EQ(best.tokens, expected.tokens);
                    EXPECT_NEAR(best.score, expected.score, 1e-9);
                    EXPECT_EQ(best.is_finished, expected.is_finished);
                }
            }
        }
    }
}

TEST(BeamSearch, SourcesDoNotDisturbEachOther) {
    const auto script = [](std::int64_t source, const Tokens& tokens) {
        return spread(source, tokens, 6);
    };
    const BeamOptions options{
        .beams = 3, .max_length = 9, .no_repeat_ngram = 2, .start = 0, .end = 1, .returned = 3};
    Scripted together(6, script);
    const auto all = beam_search(together, 5, options);
    for (std::int64_t source = 0; source < 5; ++source) {
        Scripted single(6,
                        [&](std::int64_t, const Tokens& tokens) { return script(source, tokens); });
        const auto alone = beam_search(single, 1, options).at(0);
        ASSERT_EQ(alone.size(), all.at(std::size_t(source)).size());
        for (std::size_t i = 0; i < alone.size(); ++i) {
            EXPECT_EQ(alone[i].tokens, all[std::size_t(source)][i].tokens);
            EXPECT_EQ(alone[i].score, all[std::size_t(source)][i].score);
        }
    }
}

TEST(BeamSearch, ForcedTokensCostNothing) {
    Scripted model(
        4, by_last({{kStart, {0.9, 0, 0.1, 0}}, {kA, {1, 0, 0, 0}}, {kB, {0.5, 0.25, 0.25, 0}}}));
    const Hypothesis found =
        greedy_search(
            model, 1,
            {.max_length = 5, .start = kStart, .end = kEnd, .forced_begin = kB, .forced_end = kEnd})
            .at(0);
    EXPECT_EQ(found.tokens, (Tokens{kStart, kB, kA, kA, kEnd}));
    EXPECT_NEAR(found.log_probability, std::log(0.5), 1e-6);
    EXPECT_NEAR(found.score, std::log(0.5) / 4, 1e-6);
    EXPECT_TRUE(found.is_finished);
}

TEST(BeamSearch, LengthsHold) {
    const auto script = by_last({{kStart, {0.1, 0, 0.9, 0}}, {kA, {0.1, 0, 0.9, 0}}});
    for (const std::int64_t least : {0, 3}) {
        Scripted model(4, script);
        const Hypothesis found =
            greedy_search(model, 1,
                          {.min_length = least, .max_length = 8, .start = kStart, .end = kEnd})
                .at(0);
        EXPECT_EQ(std::ssize(found.tokens), least == 0 ? 2 : 4);
    }
    // Cut off: not finished.
    Scripted endless(4, by_last({{kStart, {1, 0, 0, 0}}, {kA, {1, 0, 0, 0}}}));
    const Hypothesis cut =
        greedy_search(endless, 1, {.max_length = 4, .start = kStart, .end = kEnd}).at(0);
    EXPECT_EQ(cut.tokens, (Tokens{kStart, kA, kA, kA}));
    EXPECT_FALSE(cut.is_finished);
}

TEST(BeamSearch, NoTokenTwice) {
    // The start token is the end token, as BART has it, and may come all the same.
    const auto script = [](std::int64_t, const Tokens&) { return Distribution{0.5, 0.3, 0.2}; };
    Scripted model(3, script);
    const Hypothesis found =
        greedy_search(model, 1, {.max_length = 9, .no_repeat_ngram = 1, .start = 2, .end = 2})
            .at(0);
    EXPECT_EQ(found.tokens, (Tokens{2, 0, 1, 2}));
}

TEST(BeamSearch, DeadEndsGiveWhatThereIs) {
    Scripted model(4, by_last({{kStart, {1, 0, 0, 0}}, {kA, {0, 0, 0, 0}}}));
    const BeamOptions options{.beams = 3, .max_length = 9, .start = kStart, .end = kEnd};
    const auto found = beam_search(model, 1, options).at(0);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.at(0).tokens, (Tokens{kStart, kA}));
    EXPECT_FALSE(found.at(0).is_finished);
    Scripted nothing(4, by_last({{kStart, {0, 0, 0, 0}}}));
    EXPECT_EQ(greedy_search(nothing, 1, options).at(0).tokens, (Tokens{kStart}));
    Scripted unused(4, by_last({}));
    EXPECT_TRUE(beam_search(unused, 0, options).empty());
    EXPECT_EQ(unused.steps(), 0);
}

TEST(BeamSearch, TiesGoToTheEarlierBeamAndToken) {
    const auto script = [](std::int64_t, const Tokens&) {
        return Distribution{0.25, 0.25, 0.25, 0.25};
    };
    Scripted model(4, script);
    const auto found = beam_search(model, 1,
                                   {.beams = 2,
                                    .length_penalty = 0,
                                    .min_length = 2,
                                    .max_length = 3,
                                    .start = kStart,
                                    .end = kEnd,
                                    .returned = 2})
                           .at(0);
    EXPECT_EQ(found.at(0).tokens, (Tokens{kStart, kA, kA}));
    EXPECT_EQ(found.at(1).tokens, (Tokens{kStart, kA, kB}));
}

TEST(BeamSearch, BadOptionsAndNumbersAreNamed) {
    const auto code = [](const BeamOptions& options, std::int64_t sources = 1) {
        Scripted model(4, by_last({{kStart, {1, 1, 1, 1}}}));
        return error_code([&] { beam_search(model, sources, options); });
    };
    const BeamOptions good{.max_length = 2, .start = kStart, .end = kEnd};
    EXPECT_EQ(code(good), "none");
    const auto with = [&](auto change) {
        BeamOptions options = good;
        change(options);
        return code(options);
    };
    EXPECT_EQ(with([](BeamOptions& o) { o.beams = 0; }), "E-LM-060");
    EXPECT_EQ(with([](BeamOptions& o) { o.beams = 1 << 20; }), "E-LM-060");
    EXPECT_EQ(with([](BeamOptions& o) { o.max_length = 1; }), "E-LM-060");
    EXPECT_EQ(with([](BeamOptions& o) { o.min_length = 3; }), "E-LM-060");
    EXPECT_EQ(with([](BeamOptions& o) { o.end = 4; }), "E-LM-060");
    EXPECT_EQ(with([](BeamOptions& o) { o.start = -1; }), "E-LM-060");
    EXPECT_EQ(with([](BeamOptions& o) { o.forced_begin = 4; }), "E-LM-060");
    EXPECT_EQ(with([](BeamOptions& o) { o.returned = 5; }), "E-LM-060");
    EXPECT_EQ(with([](BeamOptions& o) { o.length_penalty = NAN; }), "E-LM-060");
    EXPECT_EQ(with([](BeamOptions& o) { o.no_repeat_ngram = -1; }), "E-LM-060");
    EXPECT_EQ(code(good, std::int64_t{1} << 40), "E-LM-060");
    Scripted broken(4, by_last({{kStart, {0.5, NAN, 0.5, 0}}}));
    EXPECT_EQ(error_code([&] { beam_search(broken, 1, good); }), "E-LM-061");
}

}  // namespace
}  // namespace millrace::ops
