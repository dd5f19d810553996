// Listening with a network made by hand, which hears a low and a high tone: where detections are,
// pause and smoothing, streams in parts, what is refused, and memory over an hour.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <memory>
#include <numbers>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "nodes/ops/audio/features.hpp"
#include "nodes/ops/networks/convert.hpp"
#include "nodes/ops/networks/fold.hpp"
#include "nodes/ops/spotting/front_end.hpp"
#include "nodes/types/audio.hpp"
#include "nodes/types/curves.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_listen(engine::Registry& registry);
}

namespace millrace::testing {
namespace {

using engine::Object;
using engine::Packet;

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_listen(made);
        return &made;
    }();
    return *registry;
}

constexpr int kRate = 8000;
constexpr double kLow = 400, kHigh = 3000;  // Hz

types::Audio silence(double seconds) {
    return {kRate, 1, std::vector<float>(static_cast<std::size_t>(seconds * kRate))};
}

/// A tone over what is there.
void plant(types::Audio& audio, double hertz, double from, double to, double loud = 0.5) {
    for (auto i = static_cast<std::size_t>(from * kRate); i < static_cast<std::size_t>(to * kRate);
         ++i)
        audio.samples[i] += static_cast<float>(
            loud * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / kRate));
}

/// Two bands of energy in nepers; a band 5 above its middle is a word.
types::Model loudness() {
    const engine::Value spec = engine::parse_json(R"({
        "input": {"features": 2, "front_end": {"sample_rate": 8000, "filters": 2}},
        "classes": ["low", "high", "_quiet"], "readout": {"kind": "mean", "frames": 1},
        "layers": [{"name": "normalize", "type": "normalize"},
                   {"name": "head", "type": "conv", "out": 3}]})",
                                                  "spec");
    types::Audio both = silence(0.5);
    plant(both, kLow, 0, 0.5);
    plant(both, kHigh, 0, 0.5);
    const std::vector<float> loud = ops::features_of(both.samples, ops::front_end_of_spec(spec));
    const ops::Network network(spec);
    types::Model model{.spec = spec,
                       .parameters = network.initial_parameters(1),
                       .buffers = network.initial_buffers(),
                       .average = {}};
    model.buffers["normalize.mean"] = at::tensor({loud[0] - 5, loud[1] - 5});
    model.parameters["head.weight"] =
        at::tensor({4.0F, 0.0F, 0.0F, 4.0F, 0.0F, 0.0F}).reshape({3, 1, 1, 2});
    return model;
}

/// The same for the device.
types::Tensor loudness_of_the_device() {
    const types::Model model = loudness();
    const ops::Folded folded = ops::with_ranges({model.spec, model.parameters, model.buffers}, 0);
    const ops::Network network(folded.spec);
    types::Audio example = silence(1);
    plant(example, kLow, 0.2, 0.5);
    plant(example, kHigh, 0.6, 0.9);
    const auto features = ops::features_of(example.samples, ops::front_end_of_spec(model.spec));
    ops::RangeMeter meter(network, 100);
    meter.add(folded.parameters, folded.buffers, at::tensor(features).reshape({1, -1, 2}));
    const std::string bytes = ops::network_bytes(ops::to_int8(
        network, folded.parameters, meter.buffers(folded.buffers), ops::SvdfDiscipline::Ring));
    at::Tensor kept = at::empty({static_cast<std::int64_t>(bytes.size())}, at::kByte);
    std::copy(bytes.begin(), bytes.end(), static_cast<char*>(kept.data_ptr()));
    return {kept};
}

struct Told {
    at::Tensor probabilities, score;
    std::vector<std::string> words;
    std::vector<double> times, scores;
    types::Curves timeline;
    std::optional<at::Tensor> final;
};

enum class Runs { Float, Device };

class Listener {
public:
    explicit Listener(const Object& params = {}, Runs runs = Runs::Float)
        : context_(registry()), node_(registry(), "spotting.listen", params) {
        if (runs == Runs::Float)
            model_ = Packet::make(loudness());
        else
            network_ = Packet::make(loudness_of_the_device());
        node_.start(context_);
    }
    Told push(types::Audio audio) {
        const auto out = node_.call({Packet::make(std::move(audio)), model_, network_}, context_);
        ++context_.item_number;
        const types::Table& table = out.at(1).as<types::Table>();
        Told told{.probabilities = out.at(0).as<types::Tensor>().value,
                  .score = out.at(3).as<types::Tensor>().value,
                  .words = std::get<std::vector<std::string>>(table.column("keyword")->values),
                  .times = std::get<std::vector<double>>(table.column("seconds")->values),
                  .scores = std::get<std::vector<double>>(table.column("score")->values),
                  .timeline = out.at(2).as<types::Curves>(),
                  .final = {}};
        if (out.at(4)) told.final = out.at(4).as<types::Tensor>().value;
        return told;
    }
    /// By way of the bytes that a checkpoint has.
    void resume_from(Listener& other) {
        engine::State state;
        const engine::State saved = other.node_.instance().save();
        state.values = saved.values;
        for (const auto& [name, packets] : saved.packets) {
            for (const Packet& packet : packets)
                state.packets[name].push_back(
                    engine::deserialise(engine::serialise(packet), registry()));
        }
        node_.instance().load(state, context_);
        context_.item_number = other.context_.item_number;
    }
    void give(Packet model, Packet network) {
        model_ = std::move(model);
        network_ = std::move(network);
    }

private:
    TestContext context_;
    TestNode node_;
    Packet model_, network_;
};

types::Audio two_words() {
    types::Audio audio = silence(4);
    plant(audio, kLow, 1, 1.4);
    plant(audio, kHigh, 2.5, 2.8);
    return audio;
}

types::Audio part_of(const types::Audio& audio, std::size_t from, std::size_t count) {
    const auto begin = audio.samples.begin() + static_cast<std::ptrdiff_t>(from);
    count = std::min(count, audio.samples.size() - from);
    return {kRate, 1, {begin, begin + static_cast<std::ptrdiff_t>(count)}};
}

TEST(Listen, FindsEachWordWhereItIs) {
    for (const Runs runs : {Runs::Float, Runs::Device}) {
        Listener listener({{"smooth", 1}}, runs);
        const Told told = listener.push(two_words());
        EXPECT_EQ(told.words, (std::vector<std::string>{"low", "high"}));
        ASSERT_EQ(told.times.size(), 2U);
        EXPECT_NEAR(told.times[0], 1, 0.02);
        EXPECT_NEAR(told.times[1], 2.5, 0.02);
        EXPECT_GE(*std::ranges::min_element(told.scores), 0.8);
        const std::int64_t frames = (4 * kRate - 200) / 80 + 1;
        EXPECT_EQ(told.probabilities.sizes(), (std::vector<std::int64_t>{frames, 3}));
        EXPECT_TRUE(at::allclose(told.probabilities.sum(1), at::ones({frames})));
        EXPECT_TRUE(
            at::allclose(told.score, std::get<0>(told.probabilities.narrow(1, 0, 2).max(1))))
            << "nothing is smoothed";
        ASSERT_TRUE(told.final);
        EXPECT_TRUE(at::equal(*told.final, told.probabilities[frames - 1]));
        EXPECT_GT((*told.final)[2].item<float>(), 0.99) << "quiet again";
        ASSERT_EQ(told.timeline.lines.size(), 3U);
        EXPECT_EQ(told.timeline.lines[0].name, "low");
        EXPECT_EQ(told.timeline.lines[2].name, "detections");
        for (const auto& line : told.timeline.lines) {
            ASSERT_EQ(line.x.size(), static_cast<std::size_t>(frames));
            ASSERT_EQ(line.y.size(), static_cast<std::size_t>(frames));
            EXPECT_EQ(line.x[99], 1);
        }
        const auto& hits = told.timeline.lines[2].y;
        EXPECT_EQ(std::ranges::count(hits, 1.0), 2);
        EXPECT_EQ(hits[static_cast<std::size_t>(std::lround(told.times[0] * 100)) - 1], 1);
    }
}

TEST(Listen, TellsTheChosenKeywordsAlone) {
    Listener listener({{"keywords", "high"}, {"smooth", 1}});
    const Told told = listener.push(two_words());
    EXPECT_EQ(told.words, (std::vector<std::string>{"high"}));
    EXPECT_EQ(told.timeline.lines.size(), 2U);
    EXPECT_LT(told.score[120].item<float>(), 0.01) << "the other word is none";
    Listener quiet({{"keywords", "_quiet, low"}, {"smooth", 1}, {"pause", 3600.0}});
    EXPECT_EQ(quiet.push(two_words()).words, (std::vector<std::string>{"_quiet"}));
}

TEST(Listen, PausesAfterADetection) {
    types::Audio audio = silence(2);
    plant(audio, kLow, 0.5, 1.6);
    const auto times = [&](double pause) {
        return Listener({{"smooth", 1}, {"pause", pause}}).push(audio).times;
    };
    const std::vector<double> all = times(0);
    EXPECT_NEAR(static_cast<double>(all.size()), 111, 3) << "every frame of the tone";
    EXPECT_EQ(times(3).size(), 1U);
    for (const double pause : {0.1, 0.29, 0.57}) {
        const std::vector<double> found = times(pause);
        EXPECT_EQ(found.front(), all.front());
        ASSERT_GE(found.size(), 2U);
        for (std::size_t i = 1; i < found.size(); ++i)
            EXPECT_NEAR(found[i] - found[i - 1], pause, 1e-9);
    }
}

TEST(Listen, SmoothsOverTheNewestFrames) {
    const types::Audio audio = two_words();
    const Told raw = Listener({{"smooth", 1}}).push(audio);
    const Told smooth = Listener({{"smooth", 10}, {"threshold", 0.75}}).push(audio);
    ASSERT_EQ(smooth.times.size(), 2U);
    EXPECT_NEAR(smooth.times[0] - raw.times[0], 0.07, 0.0101) << "8 of 10 frames";
    const at::Tensor low = raw.probabilities.select(1, 0);
    for (const std::int64_t frame : {0, 5, 100, 103, 120, 141}) {
        const std::int64_t first = std::max<std::int64_t>(0, frame - 9);
        const double mean = low.narrow(0, first, frame + 1 - first).mean().item<double>();
        EXPECT_NEAR(smooth.timeline.lines[0].y[static_cast<std::size_t>(frame)], mean, 1e-6);
    }
    // A tone of a tenth of a second never fills more than a third of the window.
    types::Audio tick = silence(2);
    plant(tick, kLow, 1, 1.1);
    EXPECT_TRUE(Listener({{"smooth", 40}, {"threshold", 0.5}}).push(tick).words.empty());
    EXPECT_EQ(Listener({{"smooth", 40}, {"threshold", 0.2}}).push(tick).words.size(), 1U);
}

TEST(Listen, ItemsArePartsOfOneStreamOrEachItsOwn) {
    const types::Audio audio = two_words();
    for (const Runs runs : {Runs::Float, Runs::Device}) {
        const Told whole = Listener({}, runs).push(audio);
        Listener listener({}, runs);
        std::vector<double> times;
        std::vector<at::Tensor> probabilities;
        for (std::size_t at = 0; at < audio.samples.size(); at += 777) {
            const Told told = listener.push(part_of(audio, at, 777));
            times.insert(times.end(), told.times.begin(), told.times.end());
            probabilities.push_back(told.probabilities);
        }
        EXPECT_EQ(times, whole.times);
        EXPECT_TRUE(at::allclose(at::cat(probabilities), whole.probabilities, 1e-5, 1e-6));
    }
    Listener alone({{"continuous", false}});
    const std::vector<double> first = alone.push(audio).times;
    EXPECT_EQ(alone.push(audio).times, first) << "times are of the item";
    Listener joined{Object{}};
    joined.push(audio);
    EXPECT_NEAR(joined.push(audio).times.at(0), first.at(0) + 4, 0.011);
}

TEST(Listen, GoesOnFromACheckpoint) {
    const types::Audio audio = two_words();
    for (const Runs runs : {Runs::Float, Runs::Device}) {
        // In the pause behind a word, within one, and before the first sample.
        for (const std::size_t cut : {0U, 8100U, 8333U, 10500U, 20500U}) {
            const Object params = {{"pause", 0.1}};
            Listener whole(params, runs);
            whole.push(part_of(audio, 0, cut));
            Listener first(params, runs), between(params, runs), second(params, runs);
            first.push(part_of(audio, 0, cut));
            between.resume_from(first);
            second.resume_from(between);  // saved again before an item came
            const Told expected = whole.push(part_of(audio, cut, 1 << 20));
            const Told found = second.push(part_of(audio, cut, 1 << 20));
            EXPECT_EQ(found.words, expected.words) << cut;
            EXPECT_EQ(found.times, expected.times) << cut;
            EXPECT_TRUE(runs == Runs::Float ||
                        at::equal(found.probabilities, expected.probabilities))
                << cut;
            EXPECT_TRUE(at::allclose(found.score, expected.score, 1e-5, 1e-6)) << cut;
        }
    }
    Listener other, device({}, Runs::Device), fresh;
    fresh.resume_from(other);  // nothing had come
    EXPECT_EQ(fresh.push(audio).times.size(), 2U);
    other.push(audio);
    device.resume_from(other);  // remembers as much: the network may change its arithmetic
    EXPECT_EQ(device.push(silence(1)).probabilities.size(0), 100);
}

TEST(Listen, TakesSilenceClippingAndNothing) {
    for (const Runs runs : {Runs::Float, Runs::Device}) {
        Listener listener({{"smooth", 1}}, runs);
        const Told nothing = listener.push(silence(0));
        EXPECT_EQ(nothing.probabilities.sizes(), (std::vector<std::int64_t>{0, 3}));
        EXPECT_EQ(nothing.score.numel(), 0);
        EXPECT_TRUE(nothing.words.empty());
        EXPECT_FALSE(nothing.final);
        EXPECT_FALSE(listener.push({kRate, 1, {0.1F}}).final) << "less than a frame";
        EXPECT_TRUE(listener.push(silence(1)).words.empty());
        types::Audio clipped = silence(1);
        plant(clipped, kLow, 0, 1, 100);
        for (float& sample : clipped.samples) sample = std::clamp(sample, -1.0F, 1.0F);
        const Told told = listener.push(clipped);
        EXPECT_TRUE(told.probabilities.isfinite().all().item<bool>());
        EXPECT_FALSE(told.words.empty());
        for (float& sample : clipped.samples) sample *= 1e6F;  // beyond full scale
        EXPECT_EQ(listener.push(clipped).probabilities.size(0), 100);
    }
}

TEST(Listen, RefusesWhatItCannotHear) {
    const auto code = [](Listener& listener, types::Audio audio) {
        return error_code([&] { listener.push(std::move(audio)); });
    };
    Listener listener({{"smooth", 1}});
    EXPECT_EQ(code(listener, {kRate, 2, std::vector<float>(800)}), "E-SPOT-004");
    EXPECT_EQ(code(listener, {16000, 1, std::vector<float>(800)}), "E-SPOT-004");
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        types::Audio audio = silence(1);
        audio.samples[4000] = bad;
        EXPECT_EQ(code(listener, audio), "E-SPOT-007");
    }
    EXPECT_EQ(listener.push(two_words()).times, (Listener({{"smooth", 1}}).push(two_words()).times))
        << "what was refused is no part of the stream";

    Listener unknown(Object{{"keywords", "low medium"}});
    EXPECT_EQ(code(unknown, silence(1)), "E-SPOT-006");
    EXPECT_EQ(code(unknown, silence(1)), "E-SPOT-006") << "and again";
    Listener deaf;
    deaf.give({}, {});
    EXPECT_EQ(code(deaf, silence(1)), "E-SPOT-005");
    deaf.give({}, Packet::make(types::Tensor{at::zeros({100}, at::kByte)}));
    EXPECT_EQ(code(deaf, silence(1)), "E-SPOT-002");
    types::Model plain = loudness();
    plain.spec["input"] = Object{{"features", 2}};
    deaf.give(Packet::make(plain), {});
    EXPECT_EQ(code(deaf, silence(1)), "E-SPOT-001");
    EXPECT_EQ(check_node(registry(), "spotting.listen", {{"threshold", 1.5}}).size(), 1U);
    EXPECT_EQ(check_node(registry(), "spotting.listen", {{"smooth", 0}}).size(), 1U);
}

std::int64_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::int64_t all = 0, resident = 0;
    file >> all >> resident;
    return resident * sysconf(_SC_PAGESIZE);
}

TEST(Listen, HearsForAnHourInFlatMemory) {
    if (resident_bytes() == 0) GTEST_SKIP() << "no /proc";
    types::Audio part = silence(1);
    plant(part, kHigh, 0.3, 0.7);
    for (const Runs runs : {Runs::Float, Runs::Device}) {
        Listener listener({}, runs);
        std::size_t found = 0;
        std::int64_t early = 0;
        for (int i = 0; i < 3600; ++i) {
            const Told told = listener.push(part);
            found += told.words.size();
            if (i == 0) continue;
            ASSERT_EQ(told.times.size(), 1U) << i;
            ASSERT_NEAR(told.times[0], i + 0.46, 0.03);
            if (i == 9) early = resident_bytes();
        }
        EXPECT_EQ(found, 3600U);
        EXPECT_LT(resident_bytes() - early, 8 << 20);
    }
}

}  // namespace
}  // namespace millrace::testing
