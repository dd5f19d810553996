#include "nodes/ops/heat/heat.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nodes/ops/heat/heat_picture.hpp"
#include "nodes/ops/language/llama_forward.hpp"
#include "nodes/ops/networks/fold.hpp"
#include "nodes/ops/networks/spotters.hpp"
#include "nodes/ops/quant/weights.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/language/bart_support.hpp"
#include "tests/nodes/ops/language/llama_support.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

types::Model llama_model(const std::string& more = "") {
    const Llama llama(llama_spec(more));
    return {
        .spec = llama.spec(), .parameters = llama_parameters(llama), .buffers = {}, .average = {}};
}

Heat heat_of(const types::Model& exact, const types::Model& quantized,
             const std::vector<ModelInput>& batches, HeatMeasure measure = HeatMeasure::Exact) {
    Heat heat({.measure = measure});
    for (const ModelInput& batch : batches) heat.add(exact, quantized, batch);
    return heat;
}

std::vector<ModelInput> texts() { return {{llama_ids({2, 6})}, {llama_ids({3, 5}, 4)}}; }

const LayerHeat& layer(const Heat& heat, const std::string& name) {
    const auto found = std::ranges::find(heat.layers(), name, &LayerHeat::name);
    if (found == heat.layers().end()) throw std::runtime_error("no layer " + name);
    return *found;
}

TEST(Heat, EqualModelsHaveNoError) {
    const Heat heat = heat_of(llama_model(), llama_model(), texts());
    // 7 linears and 2 caches in each of 3 layers, and the head.
    ASSERT_EQ(heat.layers().size(), 28u);
    EXPECT_EQ(heat.layers().front().name, "model.layers.0.self_attn.q_proj");
    EXPECT_EQ(heat.layers()[2].name, "model.layers.0.self_attn.k_proj/cache");
    EXPECT_EQ(heat.layers().back().name, "lm_head");
    for (const LayerHeat& each : heat.layers()) {
        for (const LayerSums* sums : {&each.own, &each.inherited, &each.total}) {
            EXPECT_EQ(sums->sqnr_db(), INFINITY) << each.name;
            EXPECT_EQ(sums->cosine(), 1) << each.name;
        }
        EXPECT_FALSE(each.is_rounded());
        EXPECT_EQ(each.effect_nats(), 0);
    }
    EXPECT_EQ(heat.layers().front().total.values, 27 * 16) << "27 tokens in two batches";
    EXPECT_TRUE(hottest(heat.layers()).empty());
}

TEST(Heat, DistancesAreThoseOfTheLayersByThemselves) {
    const types::Model exact = llama_model(), quantized = llama_model(kLowBits + "}");
    const Llama llama(exact.spec), low(quantized.spec);
    std::map<std::string, at::Tensor> of_float, of_low;
    const at::Tensor ids = llama_ids({2, 6});
    forward(llama, exact.parameters, ids,
            {.watch = [&](const std::string& name, const at::Tensor& x) { of_float[name] = x; }});
    forward(low, quantized.parameters, ids,
            {.watch = [&](const std::string& name, const at::Tensor& x) { of_low[name] = x; }});
    const Heat heat = heat_of(exact, quantized, {{ids}});
    const std::string name = "model.layers.1.mlp.down_proj";
    const at::Tensor weight = exact.parameters.at(name + ".weight");
    const at::Tensor y = of_float.at(name + "/output");
    const LlmQatOptions bits{.weight_bits = 4, .activation_bits = 8, .cache_bits = 4};
    const auto expect = [&](const LayerSums& found, const at::Tensor& output, const char* what) {
        LayerSums wanted;
        wanted.add(y, output);
        EXPECT_GT(wanted.error, 0) << what;
        EXPECT_DOUBLE_EQ(found.error, wanted.error) << what;
        EXPECT_DOUBLE_EQ(found.dot, wanted.dot) << what;
        EXPECT_DOUBLE_EQ(found.signal, wanted.signal) << what;
    };
    expect(layer(heat, name).own, llmqat_linear(of_float.at(name + "/input"), weight, bits), "own");
    expect(layer(heat, name).inherited, at::linear(of_low.at(name + "/input"), weight),
           "inherited");
    expect(layer(heat, name).total, of_low.at(name + "/output"), "total");
    const std::string key = "model.layers.0.self_attn.k_proj";
    LayerSums cache;
    cache.add(of_float.at(key + "/output"),
              llmqat_cache_values(of_float.at(key + "/output"), bits));
    EXPECT_DOUBLE_EQ(layer(heat, key + "/cache").own.error, cache.error);
    EXPECT_EQ(layer(heat, "lm_head").own.error, 0) << "the head is not quantized";
    EXPECT_EQ(layer(heat, "lm_head").inherited.error, layer(heat, "lm_head").total.error);
}

TEST(Heat, NamesTheLayerThatWasMadeBad) {
    const types::Model exact = llama_model();
    for (const std::string bad :
         {"model.layers.0.mlp.up_proj", "model.layers.2.self_attn.v_proj"}) {
        types::Model quantized = llama_model(
            R"(, "quantization": {"method": "llm-qat", "weights": 8, "activations": 8, "cache": 8})");
        at::Tensor& weight = quantized.parameters.at(bad + ".weight");
        weight = llmqat_weight(weight, 2);
        for (const HeatMeasure measure : {HeatMeasure::Exact, HeatMeasure::Sketches}) {
            const Heat heat = heat_of(exact, quantized, texts(), measure);
            const auto hot = hottest(heat.layers());
            ASSERT_GT(hot.size(), 2u);
            EXPECT_EQ(heat.layers()[hot[0]].name, bad);
            EXPECT_LT(heat.layers()[hot[0]].own.sqnr_db() + 10,
                      heat.layers()[hot[1]].own.sqnr_db());
        }
    }
}

TEST(Heat, CountsEndsOfTheGrids) {
    const types::Model quantized = llama_model(
        R"(, "quantization": {"method": "llm-qat", "weights": 1, "activations": 8, "cache": 4,
            "layers": ["*.k_proj"]})");
    const Heat heat = heat_of(llama_model(), quantized, texts());
    const LayerHeat& key = layer(heat, "model.layers.1.self_attn.k_proj");
    EXPECT_EQ(key.weights.share(), 1) << "one bit is nothing but ends";
    EXPECT_EQ(key.weights.all, 8 * 16) << "weights are counted once";
    EXPECT_EQ(key.activations.all, 27 * 16);
    EXPECT_GE(key.activations.at_ends, 27) << "each token has a largest value";
    EXPECT_LT(key.activations.share(), 0.2);
    EXPECT_EQ(layer(heat, "model.layers.1.self_attn.k_proj/cache").activations.all, 27 * 8);
    EXPECT_TRUE(std::isnan(layer(heat, "model.layers.1.self_attn.q_proj").weights.share()));
}

TEST(Heat, AddsUpOverBatchesAndGoesOn) {
    const types::Model exact = llama_model(), quantized = llama_model(kLowBits + "}");
    const Heat whole = heat_of(exact, quantized, texts());
    Heat later({});
    later.restore(heat_of(exact, quantized, {texts()[0]}).layers(), 1);
    later.add(exact, quantized, texts()[1]);
    for (std::size_t i = 0; i < whole.layers().size(); ++i) {
        EXPECT_EQ(later.layers()[i].own.error, whole.layers()[i].own.error);
        EXPECT_EQ(later.layers()[i].weights.all, whole.layers()[i].weights.all);
        EXPECT_EQ(later.layers()[i].effect, whole.layers()[i].effect);
    }
}

TEST(Heat, NamesTheLayerThatGivesNan) {
    types::Model broken = llama_model();
    broken.parameters.at("model.layers.1.mlp.up_proj.weight").index_put_({0, 0}, NAN);
    for (const bool is_float : {true, false}) {
        Heat heat({});
        try {
            heat.add(is_float ? broken : llama_model(), is_float ? llama_model() : broken,
                     texts()[0]);
            ADD_FAILURE() << "nothing was thrown";
        } catch (const engine::Error& error) {
            EXPECT_EQ(error.problem().code, "E-QUANT-041");
            EXPECT_NE(error.problem().found.find("model.layers.1.mlp.up_proj"), std::string::npos);
            EXPECT_NE(error.problem().what.find(is_float ? "float" : "quantized"),
                      std::string::npos);
        }
        EXPECT_TRUE(heat.layers().empty());
    }
}

TEST(Heat, ModelsOfDifferentLayersAreRefusedAndLeaveNoTrace) {
    Heat heat({});
    const types::Model exact = llama_model();
    const auto code = [&](const types::Model& other, const at::Tensor& ids) {
        return error_code([&] { heat.add(exact, other, {ids}); });
    };
    const engine::Value spec = engine::parse_json(
        R"({"architecture": "llama", "vocabulary": 11, "width": 16, "layers": 2, "heads": 4,
            "key_value_heads": 2, "hidden": 20, "context": 12})",
        "spec");
    const Llama fewer(spec);
    EXPECT_EQ(
        code({.spec = spec, .parameters = llama_parameters(fewer), .buffers = {}, .average = {}},
             llama_ids({1, 4})),
        "E-QUANT-040");
    EXPECT_EQ(
        error_code([&] {
            heat.add(
                {.spec = spec, .parameters = llama_parameters(fewer), .buffers = {}, .average = {}},
                exact, {llama_ids({1, 4})});
        }),
        "E-QUANT-040");
    EXPECT_EQ(code(exact, at::full({1, 2}, 11, at::kLong)), "E-LM-006");
    EXPECT_TRUE(heat.layers().empty());
}

const SpotterTask kTask{.features = 8, .classes = {"yes", "no", "maybe"}, .front_end = {}};

at::Tensor frames(std::uint64_t seed) {
    at::Tensor tensor = at::empty({2, 20, 8}, at::kFloat);
    engine::Random random(seed, "frames", 0);
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        tensor.data_ptr<float>()[i] = static_cast<float>(random.normal());
    return tensor;
}

/// A network in float, and folded with ranges measured on `features`.
std::pair<types::Model, types::Model> spotter(const engine::Value& spec,
                                              const at::Tensor& features) {
    const Network network(spec);
    types::Model exact{.spec = spec,
                       .parameters = network.initial_parameters(1),
                       .buffers = network.initial_buffers(),
                       .average = {}};
    for (auto& [name, tensor] : exact.buffers) {
        if (name.ends_with(".mean")) tensor = tensor + 0.1;
    }
    const Folded folded =
        with_ranges(fold_batch_norms(network, exact.parameters, exact.buffers), 0);
    types::Model rounded{.spec = folded.spec,
                         .parameters = folded.parameters,
                         .buffers = folded.buffers,
                         .average = {}};
    NamedTensors updates;
    Pass pass;
    pass.training = true;
    pass.updates = &updates;
    forward(Network(folded.spec), folded.parameters, folded.buffers, features, pass);
    for (const auto& [name, tensor] : updates) {
        if (name.ends_with(".low") || name.ends_with(".high")) rounded.buffers[name] = tensor;
    }
    return {exact, rounded};
}

TEST(Heat, NetworksAreFoldedAndLayersHaveTheirActivations) {
    for (const engine::Value& spec :
         {lico_net_spec({.channels = 6, .kernel = 4, .expand = 2, .blocks = 2}, kTask),
          svdf_net_spec({.units = 9, .rank = 2, .memory = 3, .projection = 4, .layers = 2}, kTask),
          ds_cnn_spec({.channels = 6, .blocks = 2}, kTask)}) {
        const auto [exact, rounded] = spotter(spec, frames(3));
        const Heat heat = heat_of(exact, rounded, {{frames(3)}, {frames(4)}});
        const Network network(rounded.spec);
        for (const LayerHeat& each : heat.layers()) {
            EXPECT_GT(each.total.sqnr_db(), 5) << each.name;
            EXPECT_GE(each.own.sqnr_db(), 15) << each.name;
        }
        std::size_t weighted = 0;
        for (std::size_t i = 0; i < network.layers().size(); ++i) {
            const Layer& found = network.layers()[i];
            if (found.kind == LayerKind::Conv || found.kind == LayerKind::Svdf) {
                ++weighted;
                EXPECT_GT(layer(heat, found.name).weights.all, 0) << found.name;
                EXPECT_GT(layer(heat, found.name).activations.all, 0) << found.name;
            }
            const bool follows = found.from != kInput && network.is_fused(found.from);
            EXPECT_EQ(follows, std::ranges::find(heat.layers(), found.name, &LayerHeat::name) ==
                                   heat.layers().end())
                << found.name << " is told with the layer before it where they are one";
        }
        EXPECT_GT(weighted, 3u);
        EXPECT_EQ(heat.layers().front().inherited.error, 0);
    }
}

TEST(Heat, NamesTheBadLayerOfANetwork) {
    auto [exact, rounded] = spotter(
        lico_net_spec({.channels = 6, .kernel = 4, .expand = 2, .blocks = 2}, kTask), frames(3));
    const Network network(rounded.spec);
    std::string bad;
    for (const Layer& each : network.layers()) {
        if (each.kind == LayerKind::Conv && bad.empty() && each.from > 2) bad = each.name;
    }
    ASSERT_FALSE(bad.empty());
    at::Tensor& weight = rounded.parameters.at(bad + ".weight");
    weight = weight.sign() * weight.abs().mean();
    const Heat heat = heat_of(exact, rounded, {{frames(3)}});
    EXPECT_EQ(heat.layers()[hottest(heat.layers()).front()].name, bad);
}

TEST(Heat, EncoderDecoders) {
    const Bart plain(testing::bart_spec());
    const Bart low(testing::bart_spec(testing::quantization(
        R"("method": "tbt", "weights": 2, "activations": 2, "embeddings": 2)")));
    const types::Model exact = testing::bart_model(plain),
                       quantized = testing::quantized_model(low);
    const Seq2SeqBatch batch = testing::bart_batch();
    const Heat heat = heat_of(exact, quantized, {{batch.source, batch.target}});
    // Encoder layers have 6 linears and an attention, decoder layers 10 and 2.
    ASSERT_EQ(heat.layers().size(), 1u + 2 * 7 + 1 + 2 * 12 + 1);
    EXPECT_EQ(heat.layers().front().name, "model.encoder.layernorm_embedding");
    EXPECT_EQ(heat.layers().front().own.error, heat.layers().front().total.error);
    EXPECT_EQ(heat.layers().back().name, "lm_head");
    for (const LayerHeat& each : heat.layers()) {
        if (each.name == "lm_head") continue;
        EXPECT_GT(each.own.error, 0) << each.name;
        EXPECT_TRUE(each.is_rounded()) << each.name;
    }
    const LayerHeat& attention = layer(heat, "model.decoder.layers.1.encoder_attn");
    // Queries 2 x 5 x 8, keys and values 2 x 6 x 8 each, probabilities 2 x 2 heads x 5 x 6.
    EXPECT_EQ(attention.activations.all, 2 * 5 * 8 + 2 * (2 * 6 * 8) + 2 * 2 * 5 * 6);
    EXPECT_TRUE(std::isnan(attention.weights.share()));
    const LayerHeat& linear = layer(heat, "model.encoder.layers.0.fc2");
    EXPECT_GT(linear.weights.share(), 0.3);
    EXPECT_LT(linear.weights.share(), 1);
}

TEST(Heat, LayersThatAreLeftOutHaveNoErrorOfTheirOwn) {
    const Bart plain(testing::bart_spec());
    const Bart low(testing::bart_spec(testing::quantization(
        R"("weights": 2, "activations": 2, "embeddings": 2, "layers": ["*.layers.0.fc1"])")));
    const types::Model exact = testing::bart_model(plain),
                       quantized = testing::quantized_model(low);
    const Seq2SeqBatch batch = testing::bart_batch();
    const Heat heat = heat_of(exact, quantized, {{batch.source, batch.target}});
    for (const LayerHeat& each : heat.layers()) {
        const bool is_chosen = each.name.ends_with("layers.0.fc1");
        EXPECT_EQ(each.own.error > 0, is_chosen) << each.name;
        EXPECT_EQ(each.is_rounded(), is_chosen) << each.name;
    }
    EXPECT_GT(layer(heat, "model.encoder.layers.1.fc2").total.error, 0) << "inherited";
}

TEST(HeatPicture, ShowsTheRowsThatMatter) {
    const Heat heat =
        heat_of(llama_model(), llama_model(kLowBits + R"(, "layers": ["*.up_proj"]})"), texts());
    const types::Image image = draw_heat(heat.layers(), "heat");
    EXPECT_EQ(image.width, 1280);
    EXPECT_EQ(image.channels, 3);
    // Three layers and the head, whatever else there is.
    const int few = image.height;
    const types::Image all =
        draw_heat(heat_of(llama_model(), llama_model(kLowBits + "}"), texts()).layers(), "heat");
    EXPECT_EQ(all.height - few, (28 - 4) * 24);
    EXPECT_GT(draw_heat({}, "none").height, 0);
    std::vector<LayerHeat> many(1000, heat.layers()[5]);
    for (std::size_t i = 0; i < many.size(); ++i) many[i].name = std::to_string(i);
    EXPECT_LT(draw_heat(many, "many").height, 300 * 24 + 200);
}

}  // namespace
}  // namespace millrace::ops
