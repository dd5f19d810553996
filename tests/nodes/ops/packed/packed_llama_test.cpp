// A packed decoder against step-by-step simulation of the same model.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/random.hpp"
#include "nodes/ops/language/llama_steps.hpp"
#include "nodes/ops/packed/pack_llama.hpp"
#include "nodes/ops/packed/packed_llama_steps.hpp"
#include "nodes/types/model_io.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/language/llama_support.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using Ids = std::vector<std::int64_t>;

PackedLlamaSteps packed_steps(const Llama& llama, const NamedTensors& parameters,
                              const PackOptions& options = {}, std::int64_t capacity = 0,
                              int threads = 1) {
    return PackedLlamaSteps(std::make_shared<PackedLlama>(pack_llama(llama, parameters, options)),
                            capacity, threads);
}

double farthest(std::span<const float> a, std::span<const float> b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(static_cast<double>(a[i]) - b[i]));
    return most;
}

std::string bits(int weights, int activations, int cache, const std::string& more = "") {
    return R"(, "quantization": {"method": "llm-qat", "weights": )" + std::to_string(weights) +
           R"(, "activations": )" + std::to_string(activations) + R"(, "cache": )" +
           std::to_string(cache) + more + "}";
}

TEST(PackedLlama, GivesTheSimulationsLogits) {
    const Ids text = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
    const std::string interleaved = R"(, "rotary": "interleaved")";
    for (const std::string& more :
         {bits(4, 8, 4), bits(4, 8, 8), bits(8, 8, 32), bits(2, 8, 4), bits(1, 8, 8), bits(4, 6, 4),
          bits(4, 8, 4, R"(, "kind": "asymmetric")"), bits(4, 8, 4) + interleaved,
          bits(3, 8, 32) + interleaved, bits(4, 8, 4) + kTied,
          bits(32, 8, 8, R"(, "layers": ["*.k_proj", "*.v_proj"])") +
              R"(, "name": "only the cache and two inputs")"}) {
        const Llama llama(llama_spec(more));
        const NamedTensors parameters = llama_parameters(llama);
        LlamaSteps simulated(llama, parameters);
        if (more.find("\"weights\": 32") != std::string::npos) {
            EXPECT_EQ(error_code([&] { packed_steps(llama, parameters); }), "E-PACK-032") << more;
            continue;
        }
        PackedLlamaSteps packed = packed_steps(llama, parameters);
        double worst = farthest(packed.feed(std::span(text).first(4)),
                                simulated.feed(std::span(text).first(4)));
        for (std::size_t i = 4; i < text.size(); ++i)
            worst = std::max(worst,
                             farthest(packed.feed({&text[i], 1}), simulated.feed({&text[i], 1})));
        EXPECT_LT(worst, 2e-3) << more;
        EXPECT_EQ(packed.length(), 10);
    }
}

TEST(PackedLlama, PatternsLeaveLayersFloat) {
    const Llama llama(llama_spec(bits(4, 8, 8, R"(, "layers": ["*_proj"])")));
    const Llama part(
        llama_spec(bits(4, 8, 8, R"(, "layers": ["*.k_proj", "*.v_proj", "model.layers.1.*"])")));
    const NamedTensors parameters = llama_parameters(part);
    EXPECT_EQ(pack_llama(llama, parameters).packed.size(), 21U);
    const types::PackedModel packed = pack_llama(part, parameters);
    EXPECT_EQ(packed.packed.size(), 2U + 7U + 2U);
    PackedLlamaSteps steps(std::make_shared<PackedLlama>(packed));
    LlamaSteps simulated(part, parameters);
    const Ids text = {3, 1, 4, 1, 5};
    EXPECT_LT(farthest(steps.feed(text), simulated.feed(text)), 2e-3);
}

TEST(PackedLlama, AnInt8HeadIsNearTheFloatOne) {
    const Llama llama(llama_spec(bits(4, 8, 4) + kTied));
    const NamedTensors parameters = llama_parameters(llama);
    PackedLlamaSteps plain = packed_steps(llama, parameters),
                     head = packed_steps(llama, parameters, {.head = PackedHead::Int8});
    const Ids text = {3, 1, 4, 1, 5};
    const auto logits = plain.feed(text);
    double most = 0;
    for (const float logit : logits) most = std::max(most, std::abs(double{logit}));
    const double off = farthest(head.feed(text), logits);
    EXPECT_LT(off, most / 20);
    EXPECT_GT(off, 0);
}

/// The tokens that simulation writes and those that it would take at each place of `texts`, all of
/// one length: the whole texts at once, in float64. As every token has its own scales, a pass over
/// a text gives what steps give; and what float32 rounds the other way is left out.
at::Tensor simulated_logits(const Llama& llama, const NamedTensors& parameters,
                            std::span<const Ids> texts) {
    NamedTensors wide;
    for (const auto& [name, tensor] : parameters) wide[name] = tensor.to(at::kDouble);
    at::Tensor ids =
        at::empty({std::ssize(texts), static_cast<std::int64_t>(texts.front().size())}, at::kLong);
    for (std::size_t i = 0; i < texts.size(); ++i)
        std::ranges::copy(texts[i], ids[static_cast<std::int64_t>(i)].data_ptr<std::int64_t>());
    return forward(llama, wide, ids).contiguous();
}

/// The trained model of graphs/llm-qat, 200 prompts, 64 tokens each: what packed writes, and every
/// place where the simulation, given the same text, would have taken another token.
TEST(PackedLlama, WritesTheTokensOfSimulation) {
    constexpr std::size_t kPrompts = 200, kPrompt = 4, kMade = 64, kTogether = 20;
    const types::Model model =
        types::read_model(MILLRACE_SOURCE_DIR "/graphs/llm-qat/llm-qat-4-8-4.safetensors");
    const Llama llama(model.spec);
    PackedLlamaSteps steps = packed_steps(llama, model.parameters, {}, kPrompt + kMade);
    std::vector<Ids> texts;
    engine::Random random(17, "prompts", 0);
    for (std::size_t i = 0; i < kPrompts; ++i) {
        Ids text(kPrompt);
        for (std::int64_t& id : text) id = static_cast<std::int64_t>(random.below(512));
        steps.rewind(0);
        const Generated made = generate(steps, text, {.most_tokens = kMade}, random);
        ASSERT_EQ(made.tokens.size(), kMade);
        text.insert(text.end(), made.tokens.begin(), made.tokens.end());
        texts.push_back(text);
    }
    const at::NoGradGuard no_gradients;
    int different = 0, beyond = 0;
    for (std::size_t first = 0; first < kPrompts; first += kTogether) {
        const auto part = std::span<const Ids>(texts).subspan(first, kTogether);
        const at::Tensor logits = simulated_logits(llama, model.parameters, part);
        for (std::size_t i = 0; i < kTogether; ++i) {
            for (std::size_t at = kPrompt; at < kPrompt + kMade; ++at) {
                const auto row = static_cast<std::int64_t>(i);
                const at::Tensor here = logits[row][static_cast<std::int64_t>(at) - 1];
                const std::int64_t best = here.argmax().item<std::int64_t>();
                const std::int64_t written = part[i][at];
                if (best == written) continue;
                const double lead = (here[best] - here[written]).item<double>();
                ++different;
                beyond += lead >= 1e-3;
                GTEST_LOG_(INFO) << "prompt " << first + i << ", token " << at - kPrompt
                                 << ": packed " << written << ", simulated " << best
                                 << ", which leads by " << lead;
            }
        }
    }
    EXPECT_EQ(beyond, 0) << "of " << different << " different tokens of 12800";
}

TEST(PackedLlama, WritesTheTextsOfSimulationInSteps) {
    const types::Model model =
        types::read_model(MILLRACE_SOURCE_DIR "/graphs/llm-qat/llm-qat-4-8-4.safetensors");
    const Llama llama(model.spec);
    PackedLlamaSteps packed = packed_steps(llama, model.parameters, {}, 72);
    LlamaSteps simulated(llama, model.parameters, 72);
    engine::Random unused(0, "", 0);
    for (std::int64_t first = 1; first < 6; ++first) {
        const Ids prompt = {first, 100 * first, 7};
        packed.rewind(0);
        simulated.rewind(0);
        const GenerateOptions options{.most_tokens = 64};
        EXPECT_EQ(generate(packed, prompt, options, unused).tokens,
                  generate(simulated, prompt, options, unused).tokens);
    }
}

TEST(PackedLlama, ThreadsChangeNothing) {
    const Llama llama(llama_spec(bits(4, 8, 4)));
    const NamedTensors parameters = llama_parameters(llama);
    PackedLlamaSteps one = packed_steps(llama, parameters),
                     two = packed_steps(llama, parameters, {}, 0, 2);
    const Ids text = {3, 1, 4, 1, 5};
    EXPECT_EQ(farthest(one.feed(text), two.feed(text)), 0);
}

TEST(PackedLlama, LongPromptsGoInPartsAndRewind) {
    engine::Value spec = llama_spec(bits(4, 8, 4));
    spec.as_object()["context"] = 80;
    const Llama llama(spec);
    const NamedTensors parameters = llama_parameters(llama);
    Ids text;
    for (int i = 0; i < 70; ++i) text.push_back(i * i % 11);
    PackedLlamaSteps whole = packed_steps(llama, parameters),
                     single = packed_steps(llama, parameters);
    const auto logits = whole.feed(text);
    for (const std::int64_t id : text) single.feed({&id, 1});
    single.rewind(69);
    EXPECT_EQ(farthest(single.feed({&text.back(), 1}), logits), 0);
    whole.rewind(0);
    EXPECT_EQ(whole.length(), 0);
}

TEST(PackedLlama, ErrorsLeaveItAsItWas) {
    const Llama llama(llama_spec(bits(4, 8, 4)));
    NamedTensors parameters = llama_parameters(llama);
    PackedLlamaSteps steps = packed_steps(llama, parameters);
    const Ids good = {1, 2}, outside = {1, 11}, many(13, 1);
    steps.feed(good);
    EXPECT_EQ(error_code([&] { steps.feed({}); }), "E-LM-005");
    EXPECT_EQ(error_code([&] { steps.feed(outside); }), "E-LM-006");
    EXPECT_EQ(error_code([&] { steps.feed(many); }), "E-LM-007");
    EXPECT_EQ(error_code([&] { steps.rewind(3); }), "E-LM-008");
    EXPECT_EQ(steps.length(), 2);
    parameters["model.embed_tokens.weight"] = parameters["model.embed_tokens.weight"].clone();
    parameters["model.embed_tokens.weight"][7].fill_(NAN);
    PackedLlamaSteps broken = packed_steps(llama, parameters);
    const Ids to_nan = {1, 2, 7};
    broken.feed(good);
    EXPECT_EQ(error_code([&] { broken.feed(to_nan); }), "E-PACK-013");
    EXPECT_EQ(broken.length(), 2);
}

TEST(PackedLlama, RefusesModelsThatItCannotKeep) {
    const auto code = [](const std::string& more) {
        const Llama llama(llama_spec(more));
        return error_code([&] { pack_llama(llama, llama_parameters(llama)); });
    };
    EXPECT_EQ(code(""), "E-PACK-032") << "not quantized";
    EXPECT_EQ(code(bits(4, 8, 3)), "E-PACK-033");
    EXPECT_EQ(code(bits(4, 8, 4, R"(, "layers": ["model.layers.1.*"])")), "E-PACK-033")
        << "a cache of 4 bits in one layer alone";
    EXPECT_EQ(code(bits(4, 12, 4)), "E-PACK-033");
    const Llama llama(llama_spec(bits(4, 8, 4)));
    types::PackedModel packed = pack_llama(llama, llama_parameters(llama));
    packed.floats["more"] = at::ones({1});
    EXPECT_EQ(error_code([&] { PackedLlama made(packed); }), "E-PACK-031");
    packed.floats.erase("more");
    packed.floats.erase("model.norm.weight");
    EXPECT_EQ(error_code([&] { PackedLlama made(packed); }), "E-PACK-031");
}

TEST(PackedLlama, AFourBitCacheIsAboutAQuarterOfFloat16) {
    engine::Value spec = llama_spec(bits(4, 8, 4));
    spec.as_object()["width"] = 128;
    spec.as_object()["key_value_heads"] = 4;
    const Llama llama(spec);
    const PackedLlamaSteps steps = packed_steps(llama, llama_parameters(llama));
    const double float16 = 3 * 2 * 128 * 2;  // layers, keys and values, width, bytes
    EXPECT_LE(static_cast<double>(steps.cache_bytes_a_token()) / float16, 0.27);
}

}  // namespace
}  // namespace millrace::ops
