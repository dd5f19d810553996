// Calibration of a decoder on a stream of texts: what counts, checkpoints, and bad input.
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "tests/nodes/quantizers/rivals_support.hpp"

namespace millrace::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Calibration, SumsDoNotDependOnHowTextsAreBatched) {
    const Model model = decoder();
    const at::Tensor ids = ops::llama_ids({6, 8}, 4);
    std::vector<Batch> single;
    for (int i = 0; i < 6; ++i) single.push_back({ids.narrow(0, i, 1)});
    for (const char* type : {"quantizers.gptq", "quantizers.smooth_quant"}) {
        const Model whole = calibrated(type, model, {{ids}}).at(0).as<Model>();
        const Model parts = calibrated(type, model, single).at(0).as<Model>();
        for (const auto& [name, tensor] : whole.parameters)
            EXPECT_LT(ops::farthest(tensor, parts.parameters.at(name)), 1e-4) << type << name;
    }
}

TEST(Calibration, TokensBehindAnEndDoNotCount) {
    const Model model = decoder();
    const at::Tensor ids = ops::llama_ids({4, 9}, 5);
    at::Tensor labels = at::ones({4, 9}, at::kLong);
    labels.narrow(1, 6, 3).fill_(-100);
    for (const char* type : {"quantizers.gptq", "quantizers.smooth_quant"}) {
        const Model masked = calibrated(type, model, {{ids, labels}}).at(0).as<Model>();
        const Model shorter = calibrated(type, model, {{ids.narrow(1, 0, 6)}}).at(0).as<Model>();
        const Model longer = calibrated(type, model, {{ids}}).at(0).as<Model>();
        double apart = 0;
        for (const auto& [name, tensor] : masked.parameters) {
            EXPECT_LT(ops::farthest(tensor, shorter.parameters.at(name)), 1e-4) << type << name;
            apart = std::max(apart, ops::farthest(tensor, longer.parameters.at(name)));
        }
        EXPECT_GT(apart, 1e-3) << type;
    }
}

TEST(Calibration, GoesOnFromACheckpoint) {
    const Model model = decoder();
    const std::vector<Batch> batches = texts();
    for (const char* type : {"quantizers.gptq", "quantizers.smooth_quant"}) {
        TestContext context(registry());
        TestNode first(registry(), type), second(registry(), type), third(registry(), type);
        const auto call = [&](TestNode& node, const Batch& batch) {
            node.call({Packet::make(Tensor{batch.ids}), {}, Packet::make(model)}, context);
        };
        // One before anything came, one in the middle.
        second.instance().load(first.instance().save(), context);
        call(second, batches[0]);
        third.instance().load(second.instance().save(), context);
        call(third, batches[1]);
        call(third, batches[2]);
        const Model whole = calibrated(type, model, batches).at(0).as<Model>();
        const Model resumed = third.finish(context).at(0).at(0).as<Model>();
        EXPECT_EQ(resumed.spec, whole.spec);
        for (const auto& [name, tensor] : whole.parameters)
            EXPECT_TRUE(at::equal(tensor, resumed.parameters.at(name))) << type << name;
    }
}

TEST(Calibration, NeedsTokensAndAFloatModel) {
    const Model model = decoder();
    const at::Tensor ids = ops::llama_ids({2, 5}, 5);
    for (const char* type : {"quantizers.gptq", "quantizers.smooth_quant"}) {
        const auto code = [&](const Model& given, const std::vector<Batch>& batches) {
            return error_code([&] { calibrated(type, given, batches); });
        };
        EXPECT_EQ(code(model, {}), "E-QUANT-014");
        EXPECT_EQ(code(model, {{ids, at::full({2, 5}, -100, at::kLong)}}), "E-QUANT-014");
        EXPECT_EQ(code(model, {{ids, at::ones({2, 4}, at::kLong)}}), "E-QUANT-006");
        EXPECT_EQ(code(model, {{ids, at::ones({2, 5})}}), "E-QUANT-006");
        EXPECT_EQ(code(model, {{ids + 9}}), "E-LM-006");
        EXPECT_EQ(code(model, {{at::zeros({2, 0}, at::kLong)}}), "E-LM-005");
        EXPECT_EQ(code(rounded(model, {}), {{ids}}), "E-QUANT-013");
        Model other = model;
        other.spec = engine::parse_json(R"({"architecture": "bart"})", "spec");
        EXPECT_EQ(code(other, {{ids}}), "E-LM-001");
        Model less = model;
        less.parameters.erase("model.norm.weight");
        EXPECT_EQ(code(less, {{ids}}), "E-LM-004");
        for (const float bad : {kNan, kInfinity, -kInfinity}) {
            Model damaged = model;
            at::Tensor weight = model.parameters.at("model.layers.1.mlp.up_proj.weight").clone();
            weight[18][13] = bad;
            damaged.parameters["model.layers.1.mlp.up_proj.weight"] = weight;
            EXPECT_EQ(code(damaged, {{ids}}), "E-QUANT-003");
            try {
                calibrated(type, damaged, {{ids}});
            } catch (const engine::Error& error) {
                EXPECT_NE(error.problem().what.find("model.layers.1.mlp.up_proj.weight"),
                          std::string::npos);
            }
        }
    }
}

TEST(LlmQat, NamesTheParameterThatIsNotFinite) {
    Model damaged = decoder();
    damaged.parameters["model.layers.0.mlp.gate_proj.weight"] = at::full({19, 14}, kInfinity);
    EXPECT_EQ(error_code([&] { rounded(damaged, {}); }), "E-QUANT-003");
}

}  // namespace
}  // namespace millrace::testing
