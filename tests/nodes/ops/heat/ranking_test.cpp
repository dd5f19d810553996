// Heat against quantizing one layer at a time, on models that were trained: the one that is
// shipped, and one of the shared data.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "nodes/ops/heat/heat.hpp"
#include "nodes/ops/language/generate_corpus.hpp"
#include "nodes/ops/language/llama2c_file.hpp"
#include "nodes/ops/language/llama_forward.hpp"
#include "nodes/ops/language/llama_steps.hpp"
#include "nodes/types/model_io.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::ops {
namespace {

struct Bits {
    int weights = 32, activations = 32, cache = 32;
};

/// The same tensors, with bits in the layers that match the pattern.
types::Model quantized(types::Model model, const Bits& bits, const std::string& pattern) {
    model.spec["quantization"] = engine::Object{{"method", "llm-qat"},
                                                {"weights", bits.weights},
                                                {"activations", bits.activations},
                                                {"cache", bits.cache},
                                                {"layers", engine::Array{pattern}}};
    return model;
}

/// One part of a layer by itself: a linear, or what goes to the cache behind one.
types::Model one_part(const types::Model& model, const Bits& bits, std::string part) {
    const auto cache = part.find("/cache");
    if (cache == std::string::npos)
        return quantized(model, {bits.weights, bits.activations, 32}, part);
    return quantized(model, {32, 32, bits.cache}, part.substr(0, cache));
}

/// Texts that the model writes itself.
at::Tensor own_texts(const types::Model& model, std::int64_t texts, std::int64_t tokens) {
    LlamaSteps steps(Llama(model.spec), model.parameters);
    at::Tensor all = at::zeros({texts, tokens}, at::kLong);
    for (std::int64_t i = 0; i < texts; ++i) {
        const auto text = self_made_text(
            steps, {.first = FirstToken::InTurn, .most_tokens = tokens, .seed = 7}, 17 * i + 1);
        for (std::size_t t = 0; t < text.size(); ++t)
            all.index_put_({i, static_cast<std::int64_t>(t)}, text[t]);
    }
    return all;
}

at::Tensor logits_of(const types::Model& model, const at::Tensor& ids) {
    return forward(Llama(model.spec), model.parameters, ids).to(at::kDouble);
}

/// KL(a || b) in nats a position.
double divergence(const at::Tensor& a, const at::Tensor& b) {
    const at::Tensor first = a.log_softmax(-1), second = b.log_softmax(-1);
    return (first.exp() * (first - second)).sum(-1).mean().item<double>();
}

std::vector<double> ranks_of(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
    std::vector<double> ranks(values.size());
    for (std::size_t i = 0; i < order.size(); ++i) ranks[order[i]] = static_cast<double>(i);
    return ranks;
}

/// Spearman's rank correlation; no two values are equal.
double agreement(const std::vector<double>& a, const std::vector<double>& b) {
    const std::vector<double> first = ranks_of(a), second = ranks_of(b);
    double squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i) squares += std::pow(first[i] - second[i], 2);
    const auto n = static_cast<double>(a.size());
    return 1 - 6 * squares / (n * (n * n - 1));
}

/// All parts of a model quantized together, against each by itself.
void expect_agreement(const types::Model& model, const Bits& bits) {
    const at::NoGradGuard no_gradients;
    const at::Tensor ids = own_texts(model, 8, 48), plain = logits_of(model, ids);
    Heat together({.draws = 16});
    together.add(model, quantized(model, bits, "*"), {ids});
    std::vector<double> effects, own, divergences;
    double predicted = 0, measured = 0;
    for (const LayerHeat& layer : together.layers()) {
        if (!layer.is_rounded()) continue;
        const types::Model single = one_part(model, bits, layer.name);
        Heat alone({.draws = 0});
        alone.add(model, single, {ids});
        const auto found = std::ranges::find(alone.layers(), layer.name, &LayerHeat::name);
        EXPECT_EQ(layer.own.sqnr_db(), found->total.sqnr_db())
            << layer.name << ": at its own output the own error is that of this layer alone";
        effects.push_back(layer.effect_nats());
        own.push_back(-layer.own.sqnr_db());
        divergences.push_back(divergence(plain, logits_of(single, ids)));
        predicted += effects.back();
        measured += divergences.back();
    }
    EXPECT_EQ(own.size(), Llama(model.spec).layers().size() * (kLlamaLinears + 2));
    EXPECT_GT(agreement(effects, divergences), 0.9);
    EXPECT_EQ(std::ranges::max_element(effects) - effects.begin(),
              std::ranges::max_element(divergences) - divergences.begin());
    EXPECT_GT(agreement(effects, divergences), agreement(own, divergences))
        << "what follows a layer counts, too";
    ::testing::Test::RecordProperty("effects", std::to_string(agreement(effects, divergences)));
    ::testing::Test::RecordProperty("own", std::to_string(agreement(own, divergences)));
    EXPECT_NEAR(predicted / measured, 1, 0.25);
}

TEST(HeatRanking, OfTheShippedModelAgreesWithOneLayerAtATime) {
    expect_agreement(types::read_model(MILLRACE_SOURCE_DIR "/graphs/llm-qat/teacher.safetensors"),
                     {4, 8, 4});
}

TEST(HeatRanking, OfStoriesAgreesWithOneLayerAtATime) {
    const auto path = testing::shared_folder() / "data" / "stories260k" / "stories260K.bin";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no shared data: set MILLRACE_SHARED";
    const types::Model model = load_llama2c(path);
    for (const Bits& bits : {Bits{8, 8, 8}, Bits{4, 8, 4}}) expect_agreement(model, bits);
}

}  // namespace
}  // namespace millrace::ops
