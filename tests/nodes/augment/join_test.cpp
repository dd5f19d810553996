// Words strung together: where they are, what lies between, where a recording ends, and that a
// resumed run makes the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "nodes/types/table.hpp"
#include "tests/nodes/augment/registered.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::testing {
namespace {

using engine::Object;
using engine::Packet;

struct Recording {
    types::Audio audio;
    std::vector<std::string> labels;
    std::vector<double> starts, ends;
    bool operator==(const Recording& other) const {
        return audio.samples == other.audio.samples && labels == other.labels &&
               starts == other.starts && ends == other.ends;
    }
};

/// A node with its stream of words.
class Joiner {
public:
    explicit Joiner(const Object& params, std::uint64_t seed = 1)
        : context_(augment_registry()), node_(augment_registry(), "augment.join", params) {
        context_.run_seed = seed;
        node_.start(context_);
    }
    std::optional<Recording> push(types::Audio audio, const std::string& label) {
        const auto packets = node_.call(
            {Packet::make(std::move(audio)), Packet::make<types::Text>({label})}, context_);
        ++context_.item_number;
        return recording(packets);
    }
    std::optional<Recording> finish() { return recording(node_.finish(context_).at(0)); }
    void resume_from(Joiner& other) {
        engine::State state;
        const engine::State saved = other.node_.instance().save();
        state.values = saved.values;
        for (const auto& [name, packets] : saved.packets) {
            for (const Packet& packet : packets)
                state.packets[name].push_back(
                    engine::deserialise(engine::serialise(packet), augment_registry()));
        }
        node_.instance().load(state, context_);
        context_.item_number = other.context_.item_number;
    }
    const engine::NodeType& type() const { return node_.type(); }

private:
    static std::optional<Recording> recording(const std::vector<Packet>& packets) {
        if (!packets.at(0)) return {};
        const auto& columns = packets.at(1).as<types::Table>().columns;
        EXPECT_EQ(columns.at(0).name + columns.at(1).name + columns.at(2).name, "labelstartend");
        return Recording{packets.at(0).as<types::Audio>(),
                         std::get<std::vector<std::string>>(columns.at(0).values),
                         std::get<std::vector<double>>(columns.at(1).values),
                         std::get<std::vector<double>>(columns.at(2).values)};
    }

    TestContext context_;
    TestNode node_;
};

TEST(Join, SaysWhereEachWordIsAndKeepsIt) {
    Joiner joiner({{"shortest", 0.01}, {"longest", 0.05}, {"level", -40.0}});
    for (std::size_t i = 0; i < 20; ++i)
        EXPECT_FALSE(joiner.push(tone(100 + i), "word " + std::to_string(i)));
    const auto found = joiner.finish();
    ASSERT_TRUE(found);
    ASSERT_EQ(found->labels.size(), 20U);
    EXPECT_EQ(found->audio.sample_rate, 16000);
    double last = 0, least = 1, most = 0, noise = 0;
    std::size_t count = 0;
    const auto frame = [](double seconds) {
        return static_cast<std::size_t>(std::lround(seconds * 16000));
    };
    const auto gap = [&](double from, double to) {
        least = std::min(least, to - from);
        most = std::max(most, to - from);
        for (std::size_t i = frame(from); i < frame(to); ++i, ++count)
            noise += double{found->audio.samples[i]} * found->audio.samples[i];
    };
    for (std::size_t i = 0; i < 20; ++i) {
        EXPECT_EQ(found->labels[i], "word " + std::to_string(i));
        const std::size_t start = frame(found->starts[i]);
        ASSERT_EQ(frame(found->ends[i]) - start, 100 + i);
        const auto begin = found->audio.samples.begin() + static_cast<std::ptrdiff_t>(start);
        EXPECT_TRUE(std::equal(begin, begin + static_cast<std::ptrdiff_t>(100 + i),
                               tone(100 + i).samples.begin()));
        gap(last, found->starts[i]);
        last = found->ends[i];
    }
    gap(last, static_cast<double>(found->audio.samples.size()) / 16000);
    EXPECT_GE(least, 0.01 - 1e-4);
    EXPECT_LE(most, 0.05 + 1e-4);
    EXPECT_GT(most - least, 0.02) << "lengths are drawn";
    EXPECT_NEAR(10 * std::log10(noise / static_cast<double>(count)), -40, 0.01);
}

TEST(Join, EndsAtItsSizeOrItsLength) {
    const Object gaps = {{"shortest", 0.1}, {"longest", 0.1}, {"level", -200.0}};
    Object by_size = gaps, by_length = gaps;
    by_size["size"] = 2;
    Joiner pairs(by_size);
    EXPECT_FALSE(pairs.push(tone(1600), "a"));
    const auto pair = pairs.push(tone(1600), "b");
    ASSERT_TRUE(pair);
    EXPECT_EQ(pair->starts, (std::vector<double>{0.1, 0.3}));
    EXPECT_EQ(pair->audio.samples.size(), 8000U);
    EXPECT_EQ(pair->audio.samples[0], 0) << "silent gaps";
    EXPECT_FALSE(pairs.push(tone(1600), "c"));
    const auto rest = pairs.finish();
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->labels, (std::vector<std::string>{"c"}));
    EXPECT_EQ(rest->starts, (std::vector<double>{0.1}));
    EXPECT_FALSE(pairs.finish());

    by_length["seconds"] = 0.5;
    Joiner lengths(by_length);
    EXPECT_FALSE(lengths.push(tone(1600), "a"));
    EXPECT_TRUE(lengths.push(tone(1600), "b"));
    EXPECT_TRUE(lengths.push(tone(160000), "c"));
    EXPECT_FALSE(lengths.finish());
}

TEST(Join, NoiseGoesOnUnderWordsIfWished) {
    const Object params = {{"shortest", 0.0}, {"longest", 0.0},        {"level", -20.0},
                           {"noise", "pink"}, {"under", "everywhere"}, {"size", 1}};
    Joiner joiner(params);
    const auto found = joiner.push(tone(1000), "a");
    ASSERT_TRUE(found);
    ASSERT_EQ(found->audio.samples.size(), 1000U);
    double noise = 0;
    for (std::size_t i = 0; i < 1000; ++i)
        noise += std::pow(double{found->audio.samples[i]} - tone(1000).samples[i], 2);
    EXPECT_NEAR(10 * std::log10(noise / 1000), -20, 0.01);
}

TEST(Join, OneSeedOneRecordingResumedOrNot) {
    const Object params = {{"shortest", 0.0}, {"longest", 0.1}};
    const auto joined = [&](std::uint64_t seed, int resume_at) {
        auto joiner = std::make_unique<Joiner>(params, seed);
        for (int i = 0; i < 5; ++i) {
            if (i == resume_at) {
                auto next = std::make_unique<Joiner>(params, seed);
                next->resume_from(*joiner);
                joiner = std::move(next);
            }
            joiner->push(tone(50), std::to_string(i));
        }
        return joiner->finish().value();
    };
    const Recording whole = joined(1, -1);
    EXPECT_EQ(whole.labels.size(), 5U);
    EXPECT_EQ(whole, joined(1, -1));
    EXPECT_EQ(whole, joined(1, 0));
    EXPECT_EQ(whole, joined(1, 3));
    EXPECT_FALSE(whole == joined(2, -1));
}

TEST(Join, TakesTheEmptyAndRefusesTheRest) {
    Joiner none({});
    EXPECT_FALSE(none.finish());
    Joiner joiner({{"size", 2}, {"shortest", 0.0}, {"longest", 0.0}});
    EXPECT_FALSE(joiner.push(tone(0), "nothing"));
    const auto code = [&](types::Audio audio) {
        return error_code([&] { joiner.push(std::move(audio), "x"); });
    };
    EXPECT_EQ(code(tone(10, 8000)), "E-AUG-013");
    EXPECT_EQ(code(tone(10, 16000, 2)), "E-AUG-013");
    types::Audio bad = tone(2);
    bad.samples[1] = std::numeric_limits<float>::infinity();
    EXPECT_EQ(code(bad), "E-AUG-002");
    const auto found = joiner.push(tone(1), "one");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->audio.samples, tone(1).samples);
    EXPECT_EQ(found->starts, (std::vector<double>{0, 0}));
    EXPECT_FALSE(joiner.push(tone(10, 8000), "another recording, another rate"));

    Joiner day({{"shortest", 3600.0}, {"longest", 3600.0}, {"seconds", 0.0}});
    EXPECT_EQ(
        error_code([&] { day.push({.sample_rate = 100'000, .channels = 1, .samples = {}}, "a"); }),
        "E-AUG-014");
    EXPECT_FALSE(day.type().pure);
    EXPECT_FALSE(day.type().parallel);
    EXPECT_EQ(check_node(augment_registry(), "augment.join", {{"shortest", 3.0}}).size(), 1U);
}

}  // namespace
}  // namespace millrace::testing
