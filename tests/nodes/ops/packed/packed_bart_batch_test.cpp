// Several sources and beams at once: packed against simulation, and against each source alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/random.hpp"
#include "tests/nodes/ops/packed/packed_bart_support.hpp"

namespace millrace::ops {
namespace {

using testing::bart_spec;
using testing::quantized_model;

constexpr int kSources = 3;

std::vector<Ids> some_sources(int number) {
    engine::Random random(29, "sources", number);
    std::vector<Ids> sources(kSources);
    for (Ids& source : sources) {
        source.resize(2 + random.below(8));
        for (std::int64_t& id : source) id = static_cast<std::int64_t>(random.below(64));
    }
    return sources;
}

/// Three sources at a time, with beams: the sequences that both find, but for those whose scores
/// are as good as equal.
void compare_searches(int weights, int activations, std::int64_t beams) {
    const Bart bart(longer_spec(bits(weights, activations, weights)));
    const types::Model model = quantized_model(bart);
    const types::PackedModel packed = packed_model(bart, model);
    const BeamOptions options{.beams = beams, .max_length = 24};
    // With min-max, what the attention mixes is whole steps over whole steps, so values exactly
    // between two codes are not rare there, and float32's last place turns some (seen: 4 in one
    // source of 36, all within 1e-5 of a half; its score moved by 0.004, and float32 simulation's
    // by 0.003).
    const double same = activations > 2 ? 1e-2 : 1e-3;
    int different = 0, beyond = 0;
    for (int number = 0; number < 12; ++number) {
        const std::vector<Ids> sources = some_sources(number);
        PackedBartDecoder mine = decoder(packed, sources);
        BartDecoder theirs = simulation(bart, model, sources);
        const auto found = beam_search(mine, kSources, options);
        const auto wanted = beam_search(theirs, kSources, options);
        for (std::size_t i = 0; i < sources.size(); ++i) {
            const Hypothesis &one = found[i].front(), &other = wanted[i].front();
            const double lead = std::abs(one.score - other.score);
            if (one.tokens == other.tokens) {
                EXPECT_LT(lead, same) << "one sequence, two scores";
                continue;
            }
            ++different;
            beyond += lead >= 1e-3;
            GTEST_LOG_(INFO) << "batch " << number << ", source " << i << ": scores " << one.score
                             << " packed, " << other.score << " simulated";
        }
    }
    EXPECT_EQ(beyond, 0) << "of " << different << " different sequences of 36";
}

TEST(PackedBartBatch, FindsTheSequencesOfSimulationAt222) {
    compare_searches(2, 2, 1);
    compare_searches(2, 2, 3);
}
TEST(PackedBartBatch, FindsTheSequencesOfSimulationAt228) {
    compare_searches(2, 8, 1);
    compare_searches(2, 8, 3);
}
TEST(PackedBartBatch, FindsTheSequencesOfSimulationAt111) {
    compare_searches(1, 1, 1);
    compare_searches(1, 1, 3);
}

TEST(PackedBartBatch, AnAnswerDoesNotDependOnTheOthers) {
    for (const std::string& more : {bits(2, 2, 2), bits(2, 8, 2), bits(1, 1, 1), bits(2, 4, 32)}) {
        const Bart bart(longer_spec(more));
        const types::Model model = quantized_model(bart);
        const types::PackedModel packed = packed_model(bart, model);
        const std::vector<Ids> sources = some_sources(40);
        const BeamOptions options{.beams = 3, .max_length = 16};
        PackedBartDecoder together = decoder(packed, sources);
        const auto found = beam_search(together, kSources, options);
        for (std::size_t i = 0; i < sources.size(); ++i) {
            PackedBartDecoder alone = decoder(packed, {sources[i]});
            const auto wanted = beam_search(alone, 1, options);
            EXPECT_EQ(found[i].front().tokens, wanted.front().front().tokens) << more;
            EXPECT_EQ(found[i].front().score, wanted.front().front().score) << more;
        }
    }
}

TEST(PackedBartBatch, RowsFollowTheirParentsWhereverTheyStand) {
    // Rows trade places, double, go and come back; each has the numbers of its own history.
    for (const std::string& more : {bits(2, 2, 2), bits(2, 8, 2)}) {
        const Bart bart(bart_spec(more));
        const types::PackedModel packed = packed_model(bart, quantized_model(bart));
        const std::vector<Ids> sources = {{0, 5, 7, 2}, {0, 9, 4, 3, 10, 2}};
        struct Step {
            Ids parents, tokens;
        };
        const std::vector<Step> steps = {{{0, 1}, {2, 2}},       {{1, 0}, {3, 4}},
                                         {{0, 0, 1}, {5, 6, 7}}, {{2, 1}, {8, 9}},
                                         {{1, 0, 1}, {3, 4, 5}}, {{1, 2, 2, 0}, {6, 7, 8, 9}}};
        PackedBartDecoder rows = decoder(packed, sources);
        std::vector<std::size_t> of = {0, 1};
        std::vector<Ids> written(2);
        for (const Step& step : steps) {
            std::vector<std::size_t> next_of;
            std::vector<Ids> next;
            for (std::size_t row = 0; row < step.parents.size(); ++row) {
                const auto parent = static_cast<std::size_t>(step.parents[row]);
                next_of.push_back(of[parent]);
                next.push_back(written[parent]);
                next.back().push_back(step.tokens[row]);
            }
            of = next_of;
            written = next;
            std::vector<float> scores(11 * written.size());
            rows.step(step.parents, step.tokens, scores);
            for (std::size_t row = 0; row < written.size(); ++row) {
                PackedBartDecoder alone = decoder(packed, {sources[of[row]]});
                std::vector<float> wanted(11);
                const Ids first = {0};
                for (const std::int64_t token : written[row])
                    alone.step(first, {&token, 1}, wanted);
                EXPECT_TRUE(std::ranges::equal(std::span(scores).subspan(11 * row, 11), wanted))
                    << "row " << row << " of step " << written[row].size();
            }
        }
    }
}

}  // namespace
}  // namespace millrace::ops
