// A packed BART against step-by-step simulation of the same model.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/random.hpp"
#include "nodes/ops/language/sampling.hpp"
#include "nodes/ops/packed/packed_report.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/packed/packed_bart_support.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::ops {
namespace {

using testing::bart_model;
using testing::bart_spec;
using testing::error_code;
using testing::quantized_model;

double farthest(std::span<const float> a, std::span<const float> b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(static_cast<double>(a[i]) - b[i]));
    return most;
}

TEST(PackedBart, GivesTheSimulationsLogarithms) {
    const Ids source = {0, 5, 7, 9, 2}, target = {2, 0, 6, 8, 3};
    const std::string pre = R"(, "norm": "pre", "scale_embedding": true, "activation": "relu",
        "decoder_layers": 3, "decoder_heads": 4, "decoder_hidden": 20)";
    for (const std::string& more :
         {bits(2, 8, 2), bits(2, 2, 2), bits(1, 8, 1), bits(1, 1, 1), bits(2, 1, 32),
          bits(1, 2, 32), bits(2, 3, 32), bits(2, 4, 32) + pre, bits(1, 4, 1), bits(2, 5, 32),
          bits(2, 6, 32), bits(2, 4, 32), bits(2, 2, 2) + pre, bits(1, 1, 1) + pre,
          bits(2, 8, 32) + pre, bits(2, 2, 2, R"(, "rule": "paper")"),
          testing::quantization(R"("method": "twn", "weights": 2, "activations": 8)"),
          testing::quantization(
              R"("method": "bwn", "weights": 1, "activations": 1, "embeddings": 1)"),
          // Floats in places: attentions, linears that read floats, linears that read codes.
          bits(2, 2, 2, R"(, "layers": ["*.fc1", "*_proj", "model.shared"])"),
          bits(2, 8, 2, R"(, "layers": ["model.decoder.*"])"),
          bits(1, 1, 1, R"(, "layers": ["*.layers.0.*"])"),
          std::string(R"("quantization": [{"weights": 2, "activations": 8},
              {"weights": 1, "activations": 1, "layers": ["*.self_attn*"]},
              {"activations": 2, "layers": ["*.fc2"]}, {"layers": ["*.layers.1.fc1"]}])")}) {
        const Bart bart(bart_spec(more));
        const types::Model model = quantized_model(bart);
        PackedBartDecoder packed = decoder(packed_model(bart, model), {source});
        BartDecoder simulated = simulation(bart, model, {&source, 1});
        std::vector<float> mine(11), theirs(11);
        const Ids parent = {0};
        for (const std::int64_t token : target) {
            packed.step(parent, {&token, 1}, mine);
            simulated.step(parent, {&token, 1}, theirs);
            EXPECT_LT(farthest(mine, theirs), 2e-3) << more;
        }
    }
}

/// 200 sources, 64 tokens of each, with the scales that a spread of sources set: every token but
/// those where the two best are as good as equal.
void compare_texts(int weights, int activations) {
    constexpr std::int64_t kSources = 200, kMade = 64;
    const Bart bart(longer_spec(bits(weights, activations, weights)));
    const types::Model model = quantized_model(bart);
    const types::PackedModel packed = packed_model(bart, model);
    const auto shared = std::make_shared<PackedBart>(packed);
    engine::Random random(23, "sources", 0);
    int different = 0, beyond = 0;
    const Ids parent = {0};
    std::vector<float> mine(64), theirs(64);
    for (std::int64_t number = 0; number < kSources; ++number) {
        Ids source(2 + random.below(8));
        for (std::int64_t& id : source) id = static_cast<std::int64_t>(random.below(64));
        PackedBartDecoder decoder(shared, std::span(&source, 1), kMade);
        BartDecoder simulated = simulation(bart, model, {&source, 1});
        std::int64_t token = 2;
        for (std::int64_t i = 0; i < kMade; ++i) {
            decoder.step(parent, {&token, 1}, mine);
            simulated.step(parent, {&token, 1}, theirs);
            token = likeliest(mine);
            const std::int64_t best = likeliest(theirs);
            if (best == token) continue;
            const float lead =
                theirs[static_cast<std::size_t>(best)] - theirs[static_cast<std::size_t>(token)];
            ++different;
            beyond += lead >= 1e-3F;
            GTEST_LOG_(INFO) << "source " << number << ", token " << i << ": packed " << token
                             << ", simulated " << best << ", which leads by " << lead;
        }
    }
    EXPECT_EQ(beyond, 0) << "of " << different << " different tokens of 12800";
}

TEST(PackedBart, TernaryWritesTheTokensOfSimulation) { compare_texts(2, 2); }
TEST(PackedBart, BinaryWritesTheTokensOfSimulation) { compare_texts(1, 1); }

TEST(PackedBart, LayersAreAFourteenthOfFloatAtTheShapesOfBartBase) {
    // Of one layer's matrices; the others are alike.
    std::size_t bytes = 0, floats = 0;
    for (const auto& [rows, columns] : {std::pair{768, 768}, {3072, 768}, {768, 3072}}) {
        const types::PackedWeight weight =
            pack_low_bit(at::randn({rows, columns}), 2, {}, TernaryLayout::TwoBits);
        bytes += weight.bytes();
        floats += std::size_t{4} * rows * columns;
    }
    EXPECT_LE(14 * bytes, floats);
}

TEST(PackedBart, LayersThatAreNotChosenAreStoredFloat) {
    const Bart bart(
        bart_spec(bits(2, 2, 2, R"(, "layers": ["model.encoder.*", "*.layers.0.fc1"])")));
    const types::PackedModel packed = packed_model(bart, quantized_model(bart));
    EXPECT_EQ(packed.packed.size(), 2U * 6 + 1);
    EXPECT_TRUE(packed.packed.contains("model.decoder.layers.0.fc1.weight"));
    EXPECT_TRUE(packed.floats.contains("model.decoder.layers.1.fc1.weight"));
    EXPECT_TRUE(packed.floats.contains("model.shared.weight"));
    EXPECT_FALSE(packed.floats.contains("lm_head.weight"))
        << "the lookup's float table is the head";
    std::int64_t in_float = 0, in_codes = 0;
    for (const PackedPart& part : packed_parts(packed)) {
        if (part.part == "linears")
            (part.layout == "float32" ? in_float : in_codes) += part.weights;
    }
    EXPECT_EQ(in_codes, 2 * (4 * 64 + 2 * 96) + 96);
    EXPECT_EQ(in_float, 2 * (8 * 64 + 2 * 96) - 96);
    // The decoder's cache is floats.
    EXPECT_EQ(decoder(packed, {{0, 5, 2}}).cache_bytes_a_token(), 2 * 2 * 8 * 4);
}

TEST(PackedBart, FileKeepsTheRules) {
    const testing::TestContext folder;
    const Bart bart(bart_spec(R"("quantization": [{"weights": 2, "activations": 8},
        {"layers": ["model.encoder.*"]}])"));
    const types::PackedModel packed = packed_model(bart, quantized_model(bart));
    types::write_packed_model(packed, folder.artifact("p.safetensors"));
    const types::PackedModel read = types::read_packed_model(folder.artifact("p.safetensors"));
    EXPECT_EQ(read.spec, packed.spec);
    PackedBartDecoder before = decoder(packed, {{0, 5, 2}}), after = decoder(read, {{0, 5, 2}});
    std::vector<float> mine(11), theirs(11);
    const Ids parent = {0}, token = {4};
    before.step(parent, token, mine);
    after.step(parent, token, theirs);
    EXPECT_EQ(mine, theirs);
}

TEST(PackedBart, SmallestCacheIsTwoBitsANumber) {
    const Bart bart(bart_spec(bits(2, 2, 2)));
    const PackedBartDecoder packed =
        decoder(packed_model(bart, quantized_model(bart)), {{0, 5, 2}});
    EXPECT_EQ(packed.cache_bytes_a_token(), 2 * 2 * 8 / 4) << "layers, keys and values, width";
}

TEST(PackedBart, RefusesWhatItCannotKeepOrRead) {
    const auto code = [](const std::string& more) {
        const Bart bart(bart_spec(more));
        return error_code([&] { packed_model(bart, quantized_model(bart)); });
    };
    EXPECT_EQ(code(""), "E-PACK-032");
    EXPECT_EQ(code(bits(32, 8, 32)), "E-PACK-032");
    EXPECT_EQ(code(bits(2, 2, 2, R"(, "layers": ["model.shared", "*_attn"])")), "E-PACK-032");
    EXPECT_EQ(code(R"("quantization": [{"weights": 2, "activations": 8},
                                       {"activations": 12, "layers": ["*.fc1"]}])"),
              "E-PACK-034");
    EXPECT_EQ(code(bits(2, 32, 2)), "E-PACK-034");
    EXPECT_EQ(code(bits(2, 12, 2)), "E-PACK-034");
    EXPECT_EQ(code(bits(2, 2, 2, R"(, "activation_method": "twn")")), "E-PACK-034");
    EXPECT_EQ(code(bits(2, 2, 2, R"(, "activation_method": "bit")")), "E-PACK-034");
    const Bart bart(bart_spec(bits(2, 2, 2)));
    EXPECT_EQ(error_code([&] { packed_model(bart, bart_model(bart)); }), "E-LM-055")
        << "scales that were never set";
    const types::PackedModel good = packed_model(bart, quantized_model(bart));
    for (const char* name : {"model.encoder.layers.0.fc1.act_clip_val", "final_logits_bias"}) {
        types::PackedModel model = good;
        model.floats.erase(name);
        EXPECT_EQ(error_code([&] { PackedBart made(model); }), "E-PACK-031") << name;
    }
    types::PackedModel more = good;
    more.floats["more"] = at::ones({1});
    EXPECT_EQ(error_code([&] { PackedBart made(more); }), "E-PACK-031");
    more = good;
    more.packed.at("model.shared.weight").codes =
        at::full_like(more.packed.at("model.shared.weight").codes, 255);
    EXPECT_EQ(error_code([&] { PackedBart made(more); }), "E-PACK-002");

    // Patterns that are malformed, or of other layers than those that are packed.
    const auto with = [&](const std::string& layers) {
        types::PackedModel model = good;
        model.spec = bart_spec(bits(2, 2, 2, R"(, "layers": )" + layers));
        return error_code([&] { PackedBart made(model); });
    };
    EXPECT_EQ(with(R"(["*"])"), "none");
    EXPECT_EQ(with("7"), "E-LM-050");
    EXPECT_EQ(with("[]"), "E-LM-050");
    EXPECT_EQ(with(R"(["*.fc3"])"), "E-LM-051");
    EXPECT_EQ(with(R"(["model.*.layers.*"])"), "E-PACK-031") << "the lookup is packed";
    EXPECT_EQ(with(R"(["model.shared", "*.fc1", "*_proj"])"), "E-PACK-031") << "scales left over";

    EXPECT_EQ(error_code([&] { decoder(good, {{}}); }), "E-LM-053");
    EXPECT_EQ(error_code([&] { decoder(good, {{0, 11}}); }), "E-LM-053");
    PackedBartDecoder packed = decoder(good, {{0, 5, 2}}, 2);
    std::vector<float> scores(11);
    const Ids parent = {0}, other = {1}, token = {4}, outside = {11};
    EXPECT_EQ(error_code([&] { packed.step(other, token, scores); }), "E-LM-058");
    EXPECT_EQ(error_code([&] { packed.step(parent, outside, scores); }), "E-LM-053");
    packed.step(parent, token, scores);
    packed.step(parent, token, scores);
    EXPECT_EQ(error_code([&] { packed.step(parent, token, scores); }), "E-LM-053");
}

}  // namespace
}  // namespace millrace::ops
