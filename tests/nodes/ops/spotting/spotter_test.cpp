// Spotters of random weights: however audio is cut, the frames are those of the whole; a state goes
// on where it was taken; what does not fit is refused.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "engine/random.hpp"
#include "nodes/ops/networks/convert.hpp"
#include "nodes/ops/networks/fold.hpp"
#include "nodes/ops/networks/spotters.hpp"
#include "nodes/ops/spotting/front_end.hpp"
#include "nodes/ops/spotting/spotter.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

SpotterTask task_of(std::int64_t readout_frames) {
    return {.features = 10,
            .classes = {"yes", "no", "_silence_"},
            .readout_frames = readout_frames,
            .front_end = R"({"sample_rate": 8000, "filters": 10})"};
}

std::vector<engine::Value> all_specs() {
    return {
        lico_net_spec({.channels = 6, .kernel = 4, .expand = 2, .blocks = 2}, task_of(7)),
        lico_net_spec({.channels = 5, .kernel = 3, .blocks = 1, .temporal = Temporal::Depthwise},
                      task_of(0)),
        svdf_net_spec({.units = 9, .rank = 2, .memory = 5, .projection = 4, .layers = 2},
                      task_of(5)),
        ds_cnn_spec({.channels = 6, .blocks = 2}, task_of(1))};
}

std::vector<float> speech(std::size_t samples, std::uint64_t seed = 1) {
    engine::Random random(seed, "speech", 0);
    std::vector<float> audio(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        const double loud = 0.3 + 0.25 * std::sin(static_cast<double>(i) / 900);
        audio[i] = static_cast<float>(
            loud * (0.5 * std::sin(0.3 * static_cast<double>(i)) + 0.2 * random.normal()));
    }
    return audio;
}

/// A network that has seen some features, with the ranges of int8.
struct Made {
    explicit Made(const engine::Value& spec)
        : features(features_of(speech(16000), front_end_of_spec(spec))) {
        const Network network(spec);
        NamedTensors buffers = network.initial_buffers();
        const at::Tensor batch = at::tensor(features).reshape({1, -1, 10});
        for (int i = 0; i < 20; ++i) {
            NamedTensors updates;
            Pass pass;
            pass.training = true;
            pass.updates = &updates;
            forward(network, network.initial_parameters(1), buffers, batch, pass);
            buffers = updates;
        }
        folded = with_ranges(fold_batch_norms(network, network.initial_parameters(1), buffers), 0);
        const Network ranged(folded.spec);
        RangeMeter meter(ranged, 100);
        meter.add(folded.parameters, folded.buffers, batch);
        folded.buffers = meter.buffers(folded.buffers);
        bytes =
            network_bytes(to_int8(ranged, folded.parameters, folded.buffers, SvdfDiscipline::Ring));
        // The float spotter is the network before it rounds.
        plain = fold_batch_norms(network, network.initial_parameters(1), buffers);
    }
    std::unique_ptr<FrameNetwork> network(bool int8) const {
        return int8 ? device_network(bytes)
                    : float_network(plain.spec, plain.parameters, plain.buffers);
    }
    std::vector<float> features;
    Folded folded, plain;
    std::string bytes;
};

const std::vector<Made>& all_made() {
    static const std::vector<Made> made = [] {
        std::vector<Made> all;
        for (const engine::Value& spec : all_specs()) all.emplace_back(spec);
        return all;
    }();
    return made;
}

void append(Heard& all, const Heard& part) {
    all.logits.insert(all.logits.end(), part.logits.begin(), part.logits.end());
    all.probabilities.insert(all.probabilities.end(), part.probabilities.begin(),
                             part.probabilities.end());
}

/// In chunks of the lengths of `sizes` in turn.
Heard heard_in(Spotter& spotter, std::span<const float> audio,
               const std::vector<std::size_t>& sizes) {
    Heard all;
    for (std::size_t at = 0, turn = 0; at < audio.size(); ++turn) {
        const std::size_t count = std::min(sizes[turn % sizes.size()], audio.size() - at);
        append(all, spotter.push(audio.subspan(at, count)));
        at += count;
    }
    return all;
}

void expect_same(const std::vector<float>& found, const std::vector<float>& expected, bool int8,
                 const std::string& where) {
    ASSERT_EQ(found.size(), expected.size()) << where;
    if (int8) {
        EXPECT_EQ(found, expected) << where;
        return;
    }
    float largest = 0, worst = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        largest = std::max(largest, std::abs(expected[i]));
        worst = std::max(worst, std::abs(expected[i] - found[i]));
    }
    EXPECT_LE(worst, 1e-5F * largest) << where;
}

TEST(Spotter, GivesTheSameFramesHoweverAudioIsCut) {
    const std::vector<float> audio = speech(6000, 2);
    for (std::size_t m = 0; m < all_made().size(); ++m) {
        for (const bool int8 : {true, false}) {
            Spotter whole(all_made()[m].network(int8));
            const Heard expected = whole.push(audio);
            ASSERT_EQ(expected.logits.size(), 3U * ((6000 - 200) / 80 + 1));
            EXPECT_GT(*std::ranges::max_element(expected.logits),
                      *std::ranges::min_element(expected.logits));
            for (const std::vector<std::size_t>& sizes : std::vector<std::vector<std::size_t>>{
                     {1}, {37}, {80}, {0, 199, 1, 3}, {1001}, {5999, 1}, {4096}}) {
                const std::string where = "network " + std::to_string(m) +
                                          (int8 ? " int8" : " float") + ", chunks of " +
                                          std::to_string(sizes[0]);
                Spotter parts(all_made()[m].network(int8));
                const Heard found = heard_in(parts, audio, sizes);
                expect_same(found.logits, expected.logits, int8, where);
                expect_same(found.probabilities, expected.probabilities, int8, where);
            }
            whole.reset();
            EXPECT_EQ(whole.push(audio).logits, expected.logits) << "a reset forgets all";
        }
    }
}

TEST(Spotter, IsTheNetworkOverTheFeaturesOfTheWhole) {
    const std::vector<float> audio = speech(6000, 2);
    for (const Made& made : all_made()) {
        const std::vector<float> features = features_of(audio, front_end_of_spec(made.plain.spec));
        const at::Tensor batch = at::tensor(features).reshape({1, -1, 10});
        const at::Tensor logits =
            forward(Network(made.plain.spec), made.plain.parameters, made.plain.buffers, batch, {});
        Spotter spotter(made.network(false));
        const at::Tensor flat = logits.flatten();
        expect_same(heard_in(spotter, audio, {333}).logits,
                    {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()}, false,
                    "float");
        Spotter device(made.network(true));
        expect_same(heard_in(device, audio, {333}).logits, made.network(true)->push(features), true,
                    "int8");
        EXPECT_EQ(device.network().history(), Network(made.plain.spec).history());
        EXPECT_EQ(device.network().classes(), spotter.network().classes());
        EXPECT_EQ(device.network().readout().frames, spotter.network().readout().frames);
        EXPECT_EQ(device.frames_per_second(), 100);
    }
}

TEST(Spotter, ProbabilitiesAreTheSoftmaxOfTheTrailingMean) {
    const Made& made = all_made()[2];  // over 5 frames
    Spotter spotter(made.network(true));
    const Heard heard = spotter.push(speech(4000, 3));
    const std::size_t frames = heard.logits.size() / 3;
    ASSERT_GT(frames, 20U);
    for (std::size_t frame = 0; frame < frames; ++frame) {
        double scores[3] = {}, sum = 0;
        const std::size_t first = frame < 4 ? 0 : frame - 4;
        for (std::size_t at = first; at <= frame; ++at) {
            for (std::size_t c = 0; c < 3; ++c)
                scores[c] += heard.logits[3 * at + c] / static_cast<double>(frame + 1 - first);
        }
        for (const double score : scores) sum += std::exp(score);
        for (std::size_t c = 0; c < 3; ++c)
            ASSERT_NEAR(heard.probabilities[3 * frame + c], std::exp(scores[c]) / sum, 1e-6);
    }
}

TEST(Spotter, GoesOnFromAStateWithTheSameBits) {
    const std::vector<float> audio = speech(20000, 4);
    for (std::size_t m = 0; m < all_made().size(); ++m) {
        for (const bool int8 : {true, false}) {
            Spotter whole(all_made()[m].network(int8));
            const Heard expected = whole.push(audio);
            // Before a frame, in the first frames, and behind what the network remembers.
            for (const std::size_t cut : {0U, 1U, 150U, 200U, 505U, 4097U, 19999U}) {
                Spotter first(all_made()[m].network(int8)), second(all_made()[m].network(int8));
                Heard found = heard_in(first, std::span(audio).first(cut), {301});
                second.push(speech(3000, 9));
                second.restore(first.state());
                append(found, heard_in(second, std::span(audio).subspan(cut), {301}));
                const std::string where = "network " + std::to_string(m) + " cut at " +
                                          std::to_string(cut) + (int8 ? " int8" : " float");
                expect_same(found.logits, expected.logits, int8, where);
                expect_same(found.probabilities, expected.probabilities, int8, where);
            }
        }
    }
}

TEST(Spotter, RefusesStatesThatAreNotItsOwn) {
    const Made& made = all_made()[0];
    Spotter spotter(made.network(true));
    spotter.push(speech(5000));
    const Spotter::State good = spotter.state();
    const auto code = [&](const auto& change) {
        Spotter::State bad = good;
        change(bad);
        Spotter other(made.network(true));
        return error_code([&] { other.restore(bad); });
    };
    EXPECT_EQ(code([](Spotter::State&) {}), "none");
    EXPECT_EQ(code([](Spotter::State& s) { s.features.pop_back(); }), "E-SPOT-003");
    EXPECT_EQ(code([](Spotter::State& s) { s.features.resize(s.features.size() + 10); }),
              "E-SPOT-003");
    EXPECT_EQ(code([](Spotter::State& s) { s.features.resize(10); }), "E-SPOT-003");
    EXPECT_EQ(code([](Spotter::State& s) { s.logits.pop_back(); }), "E-SPOT-003");
    EXPECT_EQ(code([](Spotter::State& s) { s.logits.resize(300); }), "E-SPOT-003");
    EXPECT_EQ(code([](Spotter::State& s) { s.frames = -1; }), "E-SPOT-003");
    EXPECT_EQ(code([](Spotter::State& s) { s.received = -1; }), "E-SPOT-003");
    constexpr const char* kSamples = "E-AUDIO-004";
    EXPECT_EQ(code([](Spotter::State& s) { s.waiting.clear(); }), kSamples);
    EXPECT_EQ(code([](Spotter::State& s) { s.received = 3; }), kSamples);
    EXPECT_EQ(code([](Spotter::State& s) { s.received = std::int64_t{1} << 61; }), kSamples);
    EXPECT_EQ(
        code([](Spotter::State& s) { s.received = std::numeric_limits<std::int64_t>::max(); }),
        kSamples);
    // A network of as many features, which remembers otherwise.
    Spotter other(all_made()[2].network(true));
    EXPECT_EQ(error_code([&] { other.restore(good); }), "E-SPOT-003");
}

TEST(FloatNetwork, RefusesAModelWhoseWidthsDisagree) {
    const auto code = [](const char* front_end, const char* classes) {
        engine::Value spec = all_specs()[0];
        spec["input"]["front_end"] = engine::parse_json(front_end, "front end");
        spec["classes"] = engine::parse_json(classes, "classes");
        const Network network(spec);
        return error_code(
            [&] { float_network(spec, network.initial_parameters(1), network.initial_buffers()); });
    };
    const char* three = R"(["a", "b", "c"])";
    EXPECT_EQ(code(R"({"sample_rate": 8000, "filters": 10})", three), "none");
    EXPECT_EQ(code(R"({"sample_rate": 8000, "filters": 8})", three), "E-SPOT-008");
    EXPECT_EQ(code(R"({"sample_rate": 8000, "filters": 10})", "[]"), "E-SPOT-008");
    EXPECT_EQ(code(R"({"sample_rate": 8000, "filters": 10})", R"(["a", "b"])"), "E-SPOT-008");
    const Network network(all_specs()[0]);
    EXPECT_EQ(error_code([&] { float_network(all_specs()[0], network.initial_parameters(1), {}); }),
              "E-NET-004");
}

TEST(DeviceNetwork, RefusesFilesThatAreDamagedOrLackTheFrontEnd) {
    const std::string& bytes = all_made()[0].bytes;
    for (const std::size_t length :
         {std::size_t{0}, std::size_t{10}, std::size_t{64}, bytes.size() / 2, bytes.size() - 1})
        EXPECT_EQ(error_code([&] { device_network(bytes.substr(0, length)); }), "E-SPOT-002");
    const auto code = [&](const auto& change) {
        Int8Network network = read_network(bytes);
        engine::Value metadata = engine::parse_json(network.metadata, "metadata");
        change(network, metadata);
        network.metadata = engine::to_json(metadata);
        const std::string changed = network_bytes(network);
        return error_code([&] { device_network(changed); });
    };
    using engine::Array;
    using engine::Value;
    EXPECT_EQ(code([](Int8Network&, Value&) {}), "none");
    EXPECT_EQ(code([](Int8Network&, Value& m) { m = Array{}; }), "E-SPOT-002");
    EXPECT_EQ(code([](Int8Network&, Value& m) { m["input"] = 3; }), "E-SPOT-002");
    EXPECT_EQ(code([](Int8Network&, Value& m) { m["mean"] = Array(9, Value(0.5)); }), "E-SPOT-002");
    EXPECT_EQ(code([](Int8Network&, Value& m) { m["mean"] = Array(10, Value("x")); }),
              "E-SPOT-002");
    EXPECT_EQ(code([](Int8Network&, Value& m) { m["scale"] = Array(10, Value(1e300)); }),
              "E-SPOT-002");
    EXPECT_EQ(code([](Int8Network&, Value& m) { m["input"]["front_end"]["filters"] = 11; }),
              "E-SPOT-002");
    EXPECT_EQ(code([](Int8Network&, Value& m) { m["input"]["front_end"] = Array{}; }),
              "E-SPOT-001");
    EXPECT_EQ(code([](Int8Network&, Value& m) { m["readout"]["frames"] = 1L << 62; }),
              "E-SPOT-002");
    EXPECT_EQ(code([](Int8Network& n, Value&) { n.labels.pop_back(); }), "E-SPOT-002");
}

TEST(FrontEnd, IsReadFromItsWords) {
    const auto read = [](const char* text) {
        return front_end_from(engine::parse_json(text, "front end"));
    };
    const FrontEnd plain = read(R"({"sample_rate": 8000})");
    EXPECT_EQ(plain.dimension(), 40);
    EXPECT_EQ(plain.frame_length, 200);
    EXPECT_EQ(plain.frame_shift, 80);
    EXPECT_EQ(plain.mel.low, 20);
    EXPECT_EQ(plain.mel.high, 4000);
    const FrontEnd chosen = read(
        R"({"sample_rate": 16000, "filters": 23, "length": 32, "shift": 20, "low": 60, "high": 7000})");
    EXPECT_EQ(chosen.frame_length, 512);
    EXPECT_EQ(chosen.frame_shift, 320);
    EXPECT_EQ(chosen.mel.low, 60);
    EXPECT_EQ(chosen.mel.high, 7000);
    const FrontEnd cepstra =
        read(R"({"sample_rate": 16000, "filters": 23, "cepstra": 13, "length": 32, "shift": 20})");
    EXPECT_EQ(cepstra.dimension(), 13);
    EXPECT_EQ(cepstra.frame_length, 512) << "lengths hold for cepstra, too";
    EXPECT_EQ(cepstra.frame_shift, 320);
    EXPECT_EQ(cepstra.lifter, 22);
    const FrontEnd htk = read(R"({"style": "htk", "sample_rate": 22050, "length": 20})");
    EXPECT_EQ(htk.fft_size, 442) << "441 samples, made even";
    EXPECT_EQ(htk.framing, Framing::Center);
    EXPECT_EQ(read(R"({"style": "slaney", "sample_rate": 8000})").mel.scale, MelScale::Slaney);
}

TEST(FrontEnd, RefusesWhatItDoesNotKnow) {
    for (const char* text : {"[]",
                             "3",
                             "null",
                             "{}",
                             R"({"sample_rate": "8000"})",
                             R"({"sample_rate": 10})",
                             R"({"sample_rate": 1e9})",
                             R"({"sample_rate": 8000, "rate": 1})",
                             R"({"sample_rate": 8000, "style": 3})",
                             R"({"sample_rate": 8000, "style": "other"})",
                             R"({"sample_rate": 8000, "filters": 0})",
                             R"({"sample_rate": 8000, "filters": 513})",
                             R"({"sample_rate": 8000, "filters": 20.5})",
                             R"({"sample_rate": 8000, "cepstra": 12.5})",
                             R"({"sample_rate": 8000, "cepstra": 41})",
                             R"({"sample_rate": 8000, "cepstra": -1})",
                             R"({"sample_rate": 8000, "length": 0})",
                             R"({"sample_rate": 8000, "shift": 1e9})",
                             R"({"sample_rate": 8000, "low": -20})",
                             R"({"sample_rate": 8000, "high": -100})",
                             R"({"sample_rate": 8000, "style": "htk", "cepstra": 13})"})
        EXPECT_EQ(error_code([&] { front_end_from(engine::parse_json(text, "front end")); }),
                  "E-SPOT-001")
            << text;
    EXPECT_EQ(error_code([] { front_end_of_spec(engine::Object{}); }), "E-SPOT-001");
    EXPECT_EQ(error_code([] { front_end_of_spec(engine::Value(3)); }), "E-SPOT-001");
}

}  // namespace
}  // namespace millrace::ops
