// The feature nodes of speech: shapes, styles, what they refuse.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "nodes/ops/audio/features.hpp"
#include "nodes/types/audio.hpp"
#include "nodes/types/tensor.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_log_mel(engine::Registry& registry);
void register_mfcc(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_log_mel(made);
        nodes::register_mfcc(made);
        return &made;
    }();
    return *registry;
}

types::Audio tone(int rate, double seconds) {
    types::Audio audio{.sample_rate = rate, .channels = 1, .samples = {}};
    for (int i = 0; i < rate * seconds; ++i)
        audio.samples.push_back(
            static_cast<float>(0.3 * std::sin(0.05 * i) + 0.1 * std::sin(0.9 * i)));
    return audio;
}

at::Tensor run(const std::string& id, const engine::Object& params, types::Audio audio) {
    return run_node(registry(), id, params, {engine::Packet::make(std::move(audio))})
        .at(0)
        .as<types::Tensor>()
        .value;
}

TEST(LogMel, KaldiStyleIsTheOperation) {
    const types::Audio audio = tone(16000, 1);
    const at::Tensor found = run("features.log_mel", {}, audio);
    EXPECT_EQ(found.sizes(), (std::vector<std::int64_t>{98, 80}));
    const auto expected = ops::features_of(audio.samples, ops::kaldi_fbank(16000, 80));
    EXPECT_TRUE(at::equal(found.flatten(), at::tensor(expected)));
}

TEST(LogMel, StylesAndSizesFollowTheParameters) {
    const types::Audio audio = tone(8000, 0.5);
    EXPECT_EQ(run("features.log_mel", {{"filters", 23}, {"length", 30.0}, {"shift", 20.0}}, audio)
                  .sizes(),
              (std::vector<std::int64_t>{24, 23}));
    for (const char* style : {"htk", "slaney"}) {
        const at::Tensor found =
            run("features.log_mel", {{"style", style}, {"filters", 40}}, audio);
        EXPECT_EQ(found.sizes(), (std::vector<std::int64_t>{51, 40})) << style;
        EXPECT_TRUE(at::isfinite(found).all().item<bool>());
    }
    EXPECT_EQ(run("features.log_mel", {}, tone(16000, 0.01)).size(0), 0) << "shorter than a frame";
    EXPECT_EQ(
        run("features.log_mel", {}, {.sample_rate = 16000, .channels = 1, .samples = {}}).size(0),
        0);
}

TEST(LogMel, RefusesSeveralChannelsAndFrequenciesThatAreNotThere) {
    const auto code = [](const engine::Object& params, const types::Audio& audio) {
        try {
            run("features.log_mel", params, audio);
        } catch (const engine::Error& error) {
            return error.problem().code;
        }
        return std::string();
    };
    types::Audio stereo = tone(16000, 0.1);
    stereo.channels = 2;
    EXPECT_EQ(code({}, stereo), "E-AUDIO-005");
    EXPECT_EQ(code({{"high", 7000.0}}, tone(8000, 0.1)), "E-AUDIO-002");
}

TEST(Mfcc, HasItsCoefficients) {
    EXPECT_EQ(run("features.mfcc", {}, tone(8000, 1)).sizes(), (std::vector<std::int64_t>{98, 13}));
    const engine::NodeType* type = registry().find("features.mfcc");
    const auto node = type->make();
    EXPECT_EQ(engine::set_params(*type, *node, {{"cepstra", 30}}, "n").size(), 1U);
}

}  // namespace
}  // namespace millrace::testing
