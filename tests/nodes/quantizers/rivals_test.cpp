// Quantization of a decoder without training: each linear against a calculation from scratch.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <ATen/core/grad_mode.h>

#include "nodes/ops/quant/gptq.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/quantizers/rivals_support.hpp"

namespace millrace::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// [tokens, channels] of all that enters each linear, by its name.
std::map<std::string, at::Tensor> inputs_of(const Model& model, const std::vector<Batch>& batches) {
    const at::NoGradGuard no_gradients;
    std::map<std::string, std::vector<at::Tensor>> parts;
    for (const Batch& batch : batches) {
        ops::forward(ops::Llama(model.spec), model.parameters, batch.ids,
                     {.watch = [&](const std::string& name, const at::Tensor& tensor) {
                         if (name.ends_with("/input"))
                             parts[name.substr(0, name.size() - 6)].push_back(
                                 tensor.reshape({-1, tensor.size(-1)}).clone());
                     }});
    }
    std::map<std::string, at::Tensor> inputs;
    for (const auto& [name, tensors] : parts) inputs[name] = at::cat(tensors);
    return inputs;
}

TEST(SmoothQuant, KeepsTheFloatFunction) {
    const Model model = decoder();
    for (const double exponent : {0.0, 0.3, 0.5, 1.0}) {
        const Model made = smoothed(model, texts(), {{"exponent", exponent}});
        EXPECT_LT(ops::farthest(logits(made), logits(model)),
                  2e-4 * logits(model).abs().max().item<double>())
            << exponent;
        EXPECT_EQ(made.spec, model.spec);
        EXPECT_EQ(made.version, 0U);
        for (const auto& [name, tensor] : made.parameters) {
            const bool moves = name.find("layernorm") != std::string::npos ||
                               name.find("q_proj") != std::string::npos ||
                               name.find("k_proj") != std::string::npos ||
                               name.find("v_proj") != std::string::npos ||
                               name.find("gate_proj") != std::string::npos ||
                               name.find("up_proj") != std::string::npos;
            EXPECT_NE(at::equal(tensor, model.parameters.at(name)), moves) << name;
        }
    }
}

TEST(SmoothQuant, FactorsAreThoseOfACalculationByHand) {
    const Model model = decoder();
    const Model made = smoothed(model, texts(), {{"exponent", 0.3}});
    const auto inputs = inputs_of(model, texts());
    for (const auto& [first, readers, norm] :
         {std::tuple(
              "self_attn.q_proj",
              std::vector<std::string>{"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"},
              "input_layernorm"),
          std::tuple("mlp.gate_proj", std::vector<std::string>{"mlp.gate_proj", "mlp.up_proj"},
                     "post_attention_layernorm")}) {
        for (int layer = 0; layer < 2; ++layer) {
            const std::string prefix = ops::Llama::prefix(layer);
            const at::Tensor& x = inputs.at(prefix + first);
            for (int channel = 0; channel < 14; ++channel) {
                double activation = 0, weight = 0;
                for (int token = 0; token < x.size(0); ++token)
                    activation = std::max(activation, std::abs(x[token][channel].item<double>()));
                for (const std::string& reader : readers) {
                    const at::Tensor& matrix = model.parameters.at(prefix + reader + ".weight");
                    for (int row = 0; row < matrix.size(0); ++row)
                        weight = std::max(weight, std::abs(matrix[row][channel].item<double>()));
                }
                const double factor = std::pow(activation, 0.3) / std::pow(weight, 0.7);
                const std::string name = prefix + norm + ".weight";
                EXPECT_NEAR(made.parameters.at(name)[channel].item<double>() * factor,
                            model.parameters.at(name)[channel].item<double>(), 1e-5)
                    << name << " " << channel;
                for (const std::string& reader : readers) {
                    const std::string matrix = prefix + reader + ".weight";
                    EXPECT_NEAR(made.parameters.at(matrix)[0][channel].item<double>(),
                                model.parameters.at(matrix)[0][channel].item<double>() * factor,
                                1e-5)
                        << matrix << " " << channel;
                }
            }
        }
    }
}

TEST(SmoothQuant, HelpsWhereAChannelHasOutliers) {
    Model model = decoder();
    // The same function, but for one channel that is 100 times as large before each linear.
    for (auto& [name, tensor] : model.parameters) {
        at::Tensor changed = tensor.clone();
        if (name.find("layernorm") != std::string::npos) changed.narrow(0, 3, 1).mul_(100);
        for (const char* reader : {"q_proj", "k_proj", "v_proj", "gate_proj", "up_proj"}) {
            if (name.find(reader) != std::string::npos) changed.narrow(1, 3, 1).div_(100);
        }
        tensor = changed;
    }
    const Object bits = {{"weights", 8}, {"activations", 4}, {"cache", 16}};
    const auto error = [&](const Model& made) {
        return (logits(rounded(made, bits)) - logits(model)).pow(2).mean().item<double>();
    };
    EXPECT_LT(error(smoothed(model, texts())) * 3, error(model));
}

TEST(Gptq, RoundsEachLinearAsItDoesAlone) {
    const Model model = decoder();
    const auto inputs = inputs_of(model, texts());
    struct Choice {
        Object params;
        ops::GptqOptions options;
    };
    const std::vector<Choice> choices = {
        {{}, {.bits = 4}},
        {{{"bits", 3}, {"kind", "asymmetric"}, {"group", 5}, {"by_activity", true}},
         {.bits = 3, .is_symmetric = false, .group_size = 5, .orders_by_activity = true}},
        {{{"bits", 2}, {"group", 4}, {"by_activity", true}, {"static_groups", true}},
         {.bits = 2, .group_size = 4, .orders_by_activity = true, .has_static_groups = true}},
        {{{"damping", 0.5}, {"block", 3}}, {.bits = 4, .block_size = 3, .damping = 0.5}}};
    for (const Choice& choice : choices) {
        const auto out = calibrated("quantizers.gptq", model, texts(), choice.params);
        const Model& made = out.at(0).as<Model>();
        for (const auto& [name, x] : inputs) {
            const at::Tensor& weight = model.parameters.at(name + ".weight");
            const at::Tensor alone = ops::gptq(weight, x, choice.options).weight;
            const at::Tensor& found = made.parameters.at(name + ".weight");
            EXPECT_LT(ops::farthest(found, alone), 1e-6) << name;
            EXPECT_FALSE(at::equal(found, weight)) << name;
        }
        EXPECT_TRUE(
            at::equal(made.parameters.at("lm_head.weight"), model.parameters.at("lm_head.weight")));
    }
}

TEST(Gptq, BeatsRoundingToNearestOnTheTextsAndReportsIt) {
    const Model model = decoder();
    const auto inputs = inputs_of(model, texts());
    const auto out = calibrated("quantizers.gptq", model, texts(), {{"bits", 3}});
    const Model nearest =
        run_node(registry(), "quantizers.round_to_nearest",
                 {{"bits", 3}, {"kind", "symmetric"}, {"group", 0}}, {Packet::make(model)})
            .at(0)
            .as<Model>();
    const types::Table& report = out.at(1).as<types::Table>();
    ASSERT_EQ(report.rows(), 14U);
    const auto& names = std::get<std::vector<std::string>>(report.columns[0].values);
    double sum = 0, sum_nearest = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string name = names[i] + ".weight";
        const at::Tensor x = inputs.at(names[i]).to(at::kDouble);
        const at::Tensor weight = model.parameters.at(name).to(at::kDouble);
        const auto share = [&](const Model& made) {
            const at::Tensor off = made.parameters.at(name).to(at::kDouble) - weight;
            return (x.matmul(off.t()).pow(2).sum() / x.matmul(weight.t()).pow(2).sum())
                .item<double>();
        };
        EXPECT_NEAR(std::get<std::vector<double>>(report.columns[1].values)[i], share(nearest),
                    1e-5)
            << name;
        EXPECT_NEAR(std::get<std::vector<double>>(report.columns[2].values)[i],
                    share(out.at(0).as<Model>()), 1e-5)
            << name;
        sum += share(out.at(0).as<Model>());
        sum_nearest += share(nearest);
    }
    EXPECT_LT(sum * 1.2, sum_nearest);
}

TEST(Gptq, TakesLinearsByNameAndLeavesBitsInTheSpec) {
    const Model model = decoder();
    const Model made = calibrated("quantizers.gptq", model, texts(),
                                  {{"layers", "*.down_proj model.layers.1.self_attn.*"},
                                   {"activations", 8},
                                   {"cache", 4}})
                           .at(0)
                           .as<Model>();
    for (const auto& [name, tensor] : made.parameters) {
        const bool moves = name.find("down_proj") != std::string::npos ||
                           name.find("layers.1.self_attn") != std::string::npos;
        EXPECT_NE(at::equal(tensor, model.parameters.at(name)), moves) << name;
    }
    const ops::Llama llama(made.spec);
    const auto& down = llama.layers()[0].quantizers[6].bits;
    EXPECT_EQ(down.weight_bits, 32) << "rounded already, not in each pass";
    EXPECT_EQ(down.activation_bits, 8);
    EXPECT_EQ(llama.layers()[1].quantizers[1].bits.cache_bits, 4);
    EXPECT_TRUE(logits(made).isfinite().all().item<bool>());
    const Model plain = calibrated("quantizers.gptq", model, texts()).at(0).as<Model>();
    EXPECT_FALSE(plain.spec.find("quantization"));
    EXPECT_EQ(error_code([&] {
                  calibrated("quantizers.gptq", model, texts(), {{"layers", "*.none"}});
              }),
              "E-LM-002");
}

/// A row of zeros, one of equal weights, and a column that is 0.
Model with_odd_rows() {
    Model model = decoder();
    for (auto& [name, tensor] : model.parameters) {
        if (name.find("_proj") == std::string::npos) continue;
        tensor = tensor.clone();
        tensor.select(0, 0).zero_();
        tensor.select(0, 1).fill_(0.25F);
        tensor.select(1, 2).zero_();
    }
    return model;
}

TEST(Rivals, RowsOfZerosAndOfEqualWeightsStayWhatTheyAre) {
    const Model model = with_odd_rows();
    const Model smooth = smoothed(model, texts());
    EXPECT_LT(ops::farthest(logits(smooth), logits(model)),
              2e-4 * logits(model).abs().max().item<double>());
    for (const int group : {0, 5}) {
        for (const char* kind : {"symmetric", "asymmetric"}) {
            const Object params = {{"bits", 4}, {"kind", kind}, {"group", group}};
            const Model nearest =
                run_node(registry(), "quantizers.round_to_nearest", params, {Packet::make(model)})
                    .at(0)
                    .as<Model>();
            const Model gptq =
                calibrated("quantizers.gptq", model, texts(), params).at(0).as<Model>();
            for (const auto& [name, tensor] : model.parameters) {
                if (name.find("_proj") == std::string::npos) continue;
                for (const Model* made : {&nearest, &gptq}) {
                    const at::Tensor& found = made->parameters.at(name);
                    EXPECT_TRUE(found.isfinite().all().item<bool>()) << name;
                    EXPECT_EQ(found.select(0, 0).abs().max().item<float>(), 0) << name;
                }
                const at::Tensor equal = nearest.parameters.at(name).select(0, 1);
                const at::Tensor given = tensor.select(0, 1);
                // 7.5 steps from 0 are between two codes where the grid is symmetric.
                const double step = std::string(kind) == "symmetric" ? 0.5 / 15 : 0.25 / 15;
                EXPECT_LE(ops::farthest(equal, given), step / 2 * 1.001) << name;
            }
            EXPECT_TRUE(logits(gptq).isfinite().all().item<bool>());
        }
    }
    EXPECT_TRUE(logits(rounded(model, {{"weights", 2}})).isfinite().all().item<bool>());
}

TEST(RoundToNearest, GroupsAreThoseOfACalculationByHand) {
    const Model model = decoder();
    const Model made =
        run_node(registry(), "quantizers.round_to_nearest",
                 {{"bits", 3}, {"kind", "asymmetric"}, {"group", 5}}, {Packet::make(model)})
            .at(0)
            .as<Model>();
    EXPECT_FALSE(made.spec.find("quantization"));
    const std::string name = "model.layers.1.mlp.down_proj.weight";  // 14 rows of 19
    const at::Tensor weight = model.parameters.at(name).to(at::kDouble);
    for (int row = 0; row < 14; ++row) {
        for (int start = 0; start < 19; start += 5) {
            double low = 0, high = 0;
            const int end = std::min(start + 5, 19);
            for (int column = start; column < end; ++column) {
                low = std::min(low, weight[row][column].item<double>());
                high = std::max(high, weight[row][column].item<double>());
            }
            const double scale = (high - low) / 7, zero = std::nearbyint(-low / scale);
            for (int column = start; column < end; ++column) {
                const double code = std::clamp(
                    std::nearbyint(weight[row][column].item<double>() / scale) + zero, 0.0, 7.0);
                EXPECT_NEAR(made.parameters.at(name)[row][column].item<double>(),
                            (code - zero) * scale, 1e-6)
                    << row << " " << column;
            }
        }
    }
}

TEST(RoundToNearest, RefusesBadModels) {
    const auto code = [](const Model& model, const Object& params = {}) {
        return error_code([&] {
            run_node(registry(), "quantizers.round_to_nearest", params, {Packet::make(model)});
        });
    };
    EXPECT_EQ(code(rounded(decoder(), {})), "E-QUANT-013");
    Model damaged = decoder();
    damaged.parameters["model.norm.weight"] = at::full({14}, kNan);
    EXPECT_EQ(code(damaged), "E-QUANT-003");
    EXPECT_EQ(code(decoder(), {{"layers", "nothing"}}), "E-LM-002");
    EXPECT_EQ(check_node(registry(), "quantizers.round_to_nearest", {{"bits", 9}}).size(), 1U);
    EXPECT_EQ(check_node(registry(), "quantizers.gptq", {{"damping", -1.0}}).size(), 1U);
    EXPECT_EQ(check_node(registry(), "quantizers.smooth_quant", {{"exponent", 1.5}}).size(), 1U);
}

}  // namespace
}  // namespace millrace::testing
