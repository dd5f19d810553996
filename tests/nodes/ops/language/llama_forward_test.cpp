#include "nodes/ops/language/llama_forward.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "engine/value_parse.hpp"
#include "nodes/ops/language/llama_steps.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/language/llama_support.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

TEST(LlamaForward, NoTokenSeesThoseBehindIt) {
    const Llama llama(llama_spec(kTied));
    const NamedTensors parameters = llama_parameters(llama);
    const at::Tensor ids = llama_ids({2, 9});
    at::Tensor other = ids.clone();
    other.select(1, 6).copy_((other.select(1, 6) + 1).remainder(11));
    const at::Tensor logits = forward(llama, parameters, ids),
                     changed = forward(llama, parameters, other);
    EXPECT_EQ(logits.sizes(), at::IntArrayRef({2, 9, 11}));
    EXPECT_LT(farthest(logits.narrow(1, 0, 6), changed.narrow(1, 0, 6)), 1e-5);
    EXPECT_GT(farthest(logits.narrow(1, 7, 2), changed.narrow(1, 7, 2)), 1e-3);
    // Rows of a batch do not see one another.
    EXPECT_LT(farthest(forward(llama, parameters, ids.narrow(0, 1, 1))[0], logits[1]), 1e-5);
    const at::Tensor last = forward(llama, parameters, ids, {.logits = LogitsOf::Last});
    EXPECT_EQ(last.sizes(), at::IntArrayRef({2, 1, 11}));
    EXPECT_LT(farthest(last, logits.narrow(1, 8, 1)), 1e-5);
}

TEST(LlamaForward, CachedDecodingIsFullDecoding) {
    const std::string asymmetric = kLowBits + R"(, "kind": "asymmetric"})";
    for (const std::string& more : {std::string(), kTied + R"(, "rotary": "interleaved")",
                                    kLowBits + "}", kTied + asymmetric}) {
        const Llama llama(llama_spec(more));
        const NamedTensors parameters = llama_parameters(llama);
        const at::Tensor ids = llama_ids({2, 10});
        const at::Tensor whole = forward(llama, parameters, ids);
        FloatCache cache(llama, 2, 10);
        std::vector<at::Tensor> parts;
        std::int64_t done = 0;
        for (const std::int64_t count : {4, 1, 1, 3, 1}) {
            parts.push_back(
                forward(llama, parameters, ids.narrow(1, done, count), {.cache = &cache}));
            done += count;
            EXPECT_EQ(cache.length(), done);
        }
        EXPECT_LT(farthest(at::cat(parts, 1), whole), 1e-5) << more;
        cache.rewind(6);
        const at::Tensor again = forward(llama, parameters, ids.narrow(1, 6, 4), {.cache = &cache});
        EXPECT_LT(farthest(again, whole.narrow(1, 6, 4)), 1e-5);
        EXPECT_FALSE(again.requires_grad());
    }
}

TEST(LlamaForward, ModelsOfFloat64DecodeWithACacheToo) {
    const Llama llama(llama_spec(kTied));
    NamedTensors parameters = llama_parameters(llama);
    for (auto& [name, tensor] : parameters) tensor = tensor.detach().to(at::kDouble);
    const at::Tensor ids = llama_ids({1, 6}), whole = forward(llama, parameters, ids);
    EXPECT_EQ(whole.scalar_type(), at::kDouble);
    FloatCache cache(llama, 1, 6);
    const at::Tensor first = forward(llama, parameters, ids.narrow(1, 0, 4), {.cache = &cache}),
                     second = forward(llama, parameters, ids.narrow(1, 4, 2), {.cache = &cache});
    EXPECT_LT(farthest(at::cat({first, second}, 1), whole), 1e-5);
}

TEST(LlamaForward, LayoutsAgreeWhenRowsChangePlaces) {
    const Llama interleaved(llama_spec(R"(, "rotary": "interleaved")")), halves(llama_spec());
    const NamedTensors parameters = llama_parameters(interleaved);
    NamedTensors moved = parameters;
    for (std::int64_t i = 0; i < 3; ++i) {
        const std::string attention = Llama::prefix(i) + "self_attn.";
        at::Tensor &query = moved[attention + "q_proj.weight"],
                   &key = moved[attention + "k_proj.weight"];
        query = halves_from_interleaved(query, 4);
        key = halves_from_interleaved(key, 2);
    }
    const at::Tensor ids = llama_ids({1, 8});
    const at::Tensor logits = forward(interleaved, parameters, ids);
    EXPECT_LT(farthest(forward(halves, moved, ids), logits), 1e-4);
    EXPECT_GT(farthest(forward(halves, parameters, ids), logits), 1e-2);
}

TEST(LlamaForward, GradientsAreThoseOfDifferences) {
    const Llama llama(llama_spec(kTied));
    NamedTensors parameters = llama_parameters(llama);
    const at::Tensor ids = llama_ids({2, 7});
    const auto loss = [&] {
        return at::nll_loss(forward(llama, parameters, ids).flatten(0, 1).log_softmax(-1),
                            ids.roll(1, 1).flatten());
    };
    for (auto& [name, tensor] : parameters) tensor = tensor.detach().requires_grad_(true);
    loss().backward();
    for (const auto& [name, tensor] : parameters) {
        ASSERT_TRUE(tensor.grad().defined()) << name;
        // Along the gradient itself, where float32 sees the most.
        const double slope = tensor.grad().norm().item<double>();
        const at::Tensor step = tensor.grad() / slope * 2e-3;
        const at::Tensor values = tensor.detach();
        const at::NoGradGuard no_gradients;
        values.add_(step);
        const double above = loss().item<double>();
        values.sub_(step * 2);
        const double below = loss().item<double>();
        values.add_(step);
        EXPECT_NEAR((above - below) / 4e-3, slope, 0.02 * slope + 1e-3) << name;
    }
}

TEST(LlamaForward, QuantizedModelsTrain) {
    const Llama llama(llama_spec(kLowBits + "}"));
    NamedTensors parameters = llama.initial_parameters(4);
    for (auto& [name, tensor] : parameters) tensor.requires_grad_(true);
    forward(llama, parameters, llama_ids({1, 5})).square().sum().backward();
    for (const auto& [name, tensor] : parameters)
        EXPECT_GT(tensor.grad().abs().sum().item<double>(), 0) << name;
}

TEST(LlamaForward, RoundedWeightsGiveTheSameLogits) {
    const Llama llama(llama_spec(kLowBits + R"(, "layers": ["*.mlp.*"]})")), plain(llama_spec());
    const NamedTensors parameters = llama_parameters(llama);
    const NamedTensors rounded = rounded_weights(llama, parameters);
    const std::string up = "model.layers.0.mlp.up_proj.weight",
                      query = "model.layers.0.self_attn.q_proj.weight";
    EXPECT_TRUE(at::equal(rounded.at(query), parameters.at(query)));
    EXPECT_GT(farthest(rounded.at(up), parameters.at(up)), 1e-3);
    const at::Tensor ids = llama_ids({1, 6});
    const at::Tensor logits = forward(llama, parameters, ids);
    EXPECT_TRUE(
        at::equal(forward(llama, rounded, ids, {.weights = RoundedWeights::Given}), logits));
    EXPECT_GT(farthest(forward(plain, parameters, ids), logits), 1e-2);
}

TEST(LlamaForward, TheCacheHoldsKeysThatWereQuantizedBeforeTheyTurned) {
    const Llama llama(llama_spec(kLowBits + "}"));
    std::map<std::string, at::Tensor> seen;
    forward(
        llama, llama_parameters(llama), llama_ids({1, 4}),
        {.watch = [&](const std::string& name, const at::Tensor& tensor) { seen[name] = tensor; }});
    const at::Tensor& keys = seen.at("model.layers.1.self_attn.k_proj/cache");
    EXPECT_EQ(keys.sizes(), at::IntArrayRef({1, 4, 8}));
    for (std::int64_t token = 0; token < 4; ++token) {
        // Whole codes of at most 7, of one scale for all heads.
        const at::Tensor codes = keys[0][token] / keys[0][token].abs().max() * 7;
        EXPECT_LT(farthest(codes, codes.round()), 1e-3);
    }
    EXPECT_GT(farthest(keys, seen.at("model.layers.1.self_attn.k_proj/output")), 1e-3);
}

TEST(LlamaForward, ShowsEveryLinearAndTheHiddenStates) {
    const Llama llama(llama_spec());
    std::map<std::string, at::Tensor> seen;
    const at::Tensor logits =
        forward(llama, llama_parameters(llama), llama_ids({2, 5}),
                {.watch = [&](const std::string& name, const at::Tensor& tensor) {
                    EXPECT_TRUE(seen.emplace(name, tensor).second) << name;
                }});
    EXPECT_EQ(seen.size(), 3U * (7 * 2 + 2 + 1 + 1) + 3);
    EXPECT_TRUE(at::equal(seen.at("lm_head/output"), logits));
    EXPECT_EQ(seen.at("model.layers.2.mlp.down_proj/input").sizes(), at::IntArrayRef({2, 5, 20}));
    const at::Tensor attention = seen.at("model.layers.0.self_attn/attention");
    EXPECT_EQ(attention.sizes(), at::IntArrayRef({2, 4, 5, 5}));
    EXPECT_LT(farthest(attention.sum(-1), at::ones({2, 4, 5})), 1e-5);
    EXPECT_EQ(attention.triu(1).abs().max().item<float>(), 0);
    // A layer is its input, what attention adds and what the feed-forward part adds.
    const at::Tensor sum = seen.at("model.embed_tokens/output") +
                           seen.at("model.layers.0.self_attn.o_proj/output") +
                           seen.at("model.layers.0.mlp.down_proj/output");
    EXPECT_LT(farthest(sum, seen.at("model.layers.0/output")), 1e-5);
    EXPECT_TRUE(seen.contains("model.norm/output"));
}

TEST(LlamaForward, TellsHowManyTextsACacheHasRoomFor) {
    // The sizes of LLaMA-7B: 2 x 32 x 4096 values a token of at most 2^32.
    const Llama large(engine::parse_json(
        R"({"architecture": "llama", "vocabulary": 32000, "width": 4096, "layers": 32, "heads": 32,
            "hidden": 11008, "context": 20480})",
        "spec"));
    EXPECT_EQ(most_cached_texts(large, 2048), 8);
    EXPECT_EQ(most_cached_texts(large, 20480), 0);
    EXPECT_EQ(error_code([&] { FloatCache(large, 9, 2048); }), "E-LM-008");
}

TEST(LlamaForward, BadTokensAndCachesAreNamed) {
    const Llama llama(llama_spec());
    const NamedTensors parameters = llama_parameters(llama);
    const auto code = [&](const at::Tensor& ids, FloatCache* cache = nullptr) {
        return error_code([&] { forward(llama, parameters, ids, {.cache = cache}); });
    };
    EXPECT_EQ(code(at::Tensor()), "E-LM-005");
    EXPECT_EQ(code(at::zeros({2, 0}, at::kLong)), "E-LM-005");
    EXPECT_EQ(code(at::zeros({2}, at::kLong)), "E-LM-005");
    EXPECT_EQ(code(at::zeros({2, 3})), "E-LM-005");
    EXPECT_EQ(code(at::full({1, 3}, 11, at::kLong)), "E-LM-006");
    EXPECT_EQ(code(at::full({1, 3}, -1, at::kLong)), "E-LM-006");
    EXPECT_EQ(code(llama_ids({1, 12})), "none");
    EXPECT_EQ(code(llama_ids({1, 13})), "E-LM-007");
    FloatCache cache(llama, 1, 4);
    EXPECT_EQ(cache.bytes(), 3U * 2 * 8 * 4 * 4);
    EXPECT_EQ(code(llama_ids({1, 5}), &cache), "E-LM-007");
    EXPECT_EQ(code(llama_ids({2, 2}), &cache), "E-LM-008");
    EXPECT_EQ(cache.length(), 0);
    FloatCache foreign(Llama(llama_spec(R"(, "rotary": "interleaved")")), 3, 4);
    EXPECT_EQ(code(llama_ids({1, 2}), &foreign), "E-LM-008");
    EXPECT_EQ(error_code([&] { cache.rewind(1); }), "E-LM-008");
    EXPECT_EQ(error_code([&] { cache.rewind(-1); }), "E-LM-008");
    EXPECT_EQ(error_code([&] { FloatCache(llama, 0, 4); }), "E-LM-008");
    EXPECT_EQ(error_code([&] { FloatCache(llama, 1, 13); }), "E-LM-008");
    EXPECT_EQ(error_code([&] { FloatCache(llama, std::int64_t{1} << 50, 4); }), "E-LM-008");
    EXPECT_EQ(error_code([&] { forward(llama, {}, llama_ids({1, 2})); }), "E-QUANT-012");
}

TEST(LlamaLayer, PartsThatDoNotFitAreNamed) {
    const at::Tensor x = at::ones({1, 2, 4});
    const std::vector<std::int64_t> positions = {0, 1};
    const Rotation rotary(positions, 2, 10000, RotaryLayout::Halves);
    const LlamaLayerOptions options{.heads = 2, .key_value_heads = 2};
    EXPECT_EQ(error_code([&] { llama_layer(x, rotary, {}, options); }), "E-QUANT-012");
    EXPECT_EQ(error_code([&] { llama_layer(x, rotary, {}, {.heads = 2, .key_value_heads = 3}); }),
              "E-QUANT-006");
    NamedTensors parameters = {{"input_layernorm.weight", at::ones({4})}};
    for (const char* part : {"q", "k", "v", "o"})
        parameters[std::string("self_attn.") + part + "_proj.weight"] = at::ones({4, 4});
    LayerCache cache{.keys = at::zeros({1, 2, 1, 2}), .values = at::zeros({1, 2, 1, 2})};
    EXPECT_EQ(error_code([&] { llama_layer(x, rotary, parameters, options, {.cache = &cache}); }),
              "E-LM-007");
    parameters["self_attn.q_proj.weight"] = at::ones({4, 5});
    EXPECT_EQ(error_code([&] { llama_layer(x, rotary, parameters, options); }), "E-QUANT-006");
}

TEST(LlamaSteps, StepsAreTheLogitsOfTheWholePass) {
    const Llama llama(llama_spec(kLowBits + "}"));
    const NamedTensors parameters = llama_parameters(llama);
    const at::Tensor ids = llama_ids({1, 7});
    const at::Tensor whole = forward(llama, parameters, ids)[0];
    const std::span<const std::int64_t> tokens(ids.data_ptr<std::int64_t>(), 7);
    LlamaSteps steps(llama, parameters, 9);
    EXPECT_EQ(steps.vocabulary(), 11);
    EXPECT_EQ(steps.capacity(), 9);
    const auto expect_row = [&](std::span<const float> logits, std::int64_t row) {
        ASSERT_EQ(logits.size(), 11U);
        for (std::int64_t i = 0; i < 11; ++i)
            EXPECT_NEAR(logits[std::size_t(i)], whole[row][i].item<float>(), 1e-5);
    };
    expect_row(steps.feed(tokens.first(4)), 3);
    expect_row(steps.feed(tokens.subspan(4, 3)), 6);
    steps.rewind(4);
    EXPECT_EQ(steps.length(), 4);
    expect_row(steps.feed(tokens.subspan(4, 1)), 4);
    const std::vector<std::int64_t> bad = {3, 11};
    EXPECT_EQ(error_code([&] { steps.feed(bad); }), "E-LM-006");
    EXPECT_EQ(error_code([&] { steps.feed({}); }), "E-LM-005");
    EXPECT_EQ(steps.length(), 5) << "nothing of that is remembered";
    EXPECT_EQ(LlamaSteps(llama, parameters).capacity(), 12);
    EXPECT_EQ(error_code([&] { LlamaSteps(llama, {}); }), "E-LM-004");
}

}  // namespace
}  // namespace millrace::ops
