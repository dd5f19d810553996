// The micro_speech node: which frames it keeps, what it pads, what it refuses.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>

#include "nodes/ops/audio/micro_frontend.hpp"
#include "nodes/types/audio.hpp"
#include "nodes/types/tensor.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_micro_speech(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

constexpr unsigned kSeed = 3;

const engine::Registry& registry() {
    static const std::unique_ptr<engine::Registry> registry = [] {
        auto made = std::make_unique<engine::Registry>();
        nodes::register_micro_speech(*made);
        return made;
    }();
    return *registry;
}

at::Tensor run(types::Audio audio, const engine::Object& params = {}) {
    return run_node(registry(), "features.micro_speech", params,
                    {engine::Packet::make(std::move(audio))})
        .at(0)
        .as<types::Tensor>()
        .value;
}

types::Audio noise(std::size_t samples) {
    std::mt19937 random(kSeed);
    types::Audio audio;
    for (std::size_t i = 0; i < samples; ++i)
        audio.samples.push_back(static_cast<float>(random() % 2001) / 10000.0F - 0.1F);
    return audio;
}

/// [n, 40] of the whole recording at once.
at::Tensor reference(const types::Audio& audio) {
    ops::MicroFrontend front_end;
    std::vector<std::int8_t> features;
    front_end.push(ops::pcm16(audio.samples), features);
    at::Tensor rows = at::empty({static_cast<std::int64_t>(features.size()) / 40, 40}, at::kChar);
    std::memcpy(rows.data_ptr(), features.data(), features.size());
    return rows;
}

TEST(MicroSpeech, ASecondHas49Frames) {
    const types::Audio audio = noise(16000);
    const at::Tensor found = run(audio);
    EXPECT_EQ(found.scalar_type(), at::kChar);
    EXPECT_EQ(found.sizes(), (std::vector<std::int64_t>{49, 40}));
    EXPECT_TRUE(at::equal(found, reference(audio)));
    EXPECT_GT(found.max().item<int>(), -128);
}

TEST(MicroSpeech, OfALongerItemTheLastFrames) {
    const types::Audio audio = noise(400000);  // more than is worked on at once
    const at::Tensor whole = reference(audio);
    ASSERT_EQ(whole.size(0), (400000 - 480) / 320 + 1);
    EXPECT_TRUE(at::equal(run(audio), whole.slice(0, whole.size(0) - 49)));
    EXPECT_TRUE(at::equal(run(audio, {{"frames", 3}}), whole.slice(0, whole.size(0) - 3)));
}

TEST(MicroSpeech, AShorterItemIsPaddedInFront) {
    const types::Audio audio = noise(800);  // two frames
    const at::Tensor found = run(audio);
    EXPECT_TRUE(at::equal(found.slice(0, 47), reference(audio)));
    EXPECT_TRUE(found.slice(0, 0, 47).eq(-128).all().item<bool>());
    for (const std::size_t samples : {0, 1, 479}) {
        const at::Tensor silence = run(noise(samples), {{"frames", 2}});
        EXPECT_TRUE(at::equal(silence, at::full({2, 40}, -128, at::kChar))) << samples;
    }
}

TEST(MicroSpeech, ItemsDoNotHearEachOther) {
    TestContext context;
    TestNode node(registry(), "features.micro_speech");
    node.start(context);
    const engine::Packet packet = engine::Packet::make(noise(16000));
    const at::Tensor first = node.call({packet}, context).at(0).as<types::Tensor>().value;
    EXPECT_TRUE(at::equal(node.call({packet}, context).at(0).as<types::Tensor>().value, first));
}

TEST(MicroSpeech, RefusesOtherRatesAndChannels) {
    types::Audio slow = noise(8000), stereo = noise(16000);
    slow.sample_rate = 8000;
    stereo.channels = 2;
    EXPECT_EQ(error_code([&] { run(slow); }), "E-AUDIO-030");
    EXPECT_EQ(error_code([&] { run(stereo); }), "E-AUDIO-030");
    EXPECT_EQ(check_node(registry(), "features.micro_speech", {{"frames", 0}}).size(), 1U);
}

TEST(MicroSpeech, ReturnsWhenTheRunIsToEnd) {
    TestContext context;
    context.asks_until_stop = 0;
    const auto found = run_node(registry(), "features.micro_speech", {},
                                {engine::Packet::make(noise(16000))}, context);
    EXPECT_TRUE(found.at(0).as<types::Tensor>().value.eq(-128).all().item<bool>());
}

}  // namespace
}  // namespace millrace::testing
