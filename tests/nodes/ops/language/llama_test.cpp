#include "nodes/ops/language/llama.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/language/llama_support.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

TEST(Llama, ItsParametersHaveTheNamesOfHuggingFace) {
    const Llama llama(llama_spec());
    const auto shapes = llama.parameter_shapes();
    using Shape = std::vector<std::int64_t>;
    EXPECT_EQ(shapes.size(), 3U * 9 + 3);
    EXPECT_EQ(shapes.at("model.embed_tokens.weight"), (Shape{11, 16}));
    EXPECT_EQ(shapes.at("model.layers.2.self_attn.q_proj.weight"), (Shape{16, 16}));
    EXPECT_EQ(shapes.at("model.layers.0.self_attn.k_proj.weight"), (Shape{8, 16}));
    EXPECT_EQ(shapes.at("model.layers.0.self_attn.v_proj.weight"), (Shape{8, 16}));
    EXPECT_EQ(shapes.at("model.layers.0.self_attn.o_proj.weight"), (Shape{16, 16}));
    EXPECT_EQ(shapes.at("model.layers.0.mlp.gate_proj.weight"), (Shape{20, 16}));
    EXPECT_EQ(shapes.at("model.layers.0.mlp.up_proj.weight"), (Shape{20, 16}));
    EXPECT_EQ(shapes.at("model.layers.0.mlp.down_proj.weight"), (Shape{16, 20}));
    EXPECT_EQ(shapes.at("model.layers.0.input_layernorm.weight"), (Shape{16}));
    EXPECT_EQ(shapes.at("model.layers.0.post_attention_layernorm.weight"), (Shape{16}));
    EXPECT_EQ(shapes.at("model.norm.weight"), (Shape{16}));
    EXPECT_EQ(shapes.at("lm_head.weight"), (Shape{11, 16}));
    EXPECT_FALSE(Llama(llama_spec(kTied)).parameter_shapes().contains("lm_head.weight"));

    for (const std::string& more : {std::string(), kTied}) {
        const Llama model(llama_spec(more));
        std::int64_t count = 0;
        for (const auto& [name, tensor] : model.initial_parameters(1)) count += tensor.numel();
        EXPECT_EQ(model.parameter_count(), count);
    }
}

TEST(Llama, FirstParametersAreKeyedBySeedAndName) {
    const Llama llama(llama_spec());
    const NamedTensors first = llama.initial_parameters(1), again = llama.initial_parameters(1),
                       other = llama.initial_parameters(2);
    llama.check_tensors(first);
    const std::string query = "model.layers.0.self_attn.q_proj.weight";
    EXPECT_TRUE(at::equal(first.at(query), again.at(query)));
    EXPECT_FALSE(at::equal(first.at(query), other.at(query)));
    EXPECT_FALSE(at::equal(first.at(query), first.at("model.layers.1.self_attn.q_proj.weight")));
    EXPECT_NEAR(first.at(query).std().item<double>(), 0.02, 0.004);
    EXPECT_NEAR(first.at("model.layers.0.mlp.down_proj.weight").std().item<double>(),
                0.02 / std::sqrt(6), 0.002);
    EXPECT_TRUE(at::equal(first.at("model.norm.weight"), at::ones({16})));
}

TEST(Llama, CountsMultiplyAccumulates) {
    const Llama llama(llama_spec());
    // 2 x 16 x 16 + 2 x 8 x 16 + 3 x 20 x 16 for each of 3 layers, the head, and 2 x 16 for each
    // position and layer.
    EXPECT_EQ(llama.macs_per_token(1), 3 * (512 + 256 + 960) + 11 * 16 + 3 * 32);
    EXPECT_EQ(llama.macs_per_token(10) - llama.macs_per_token(1), 9 * 3 * 32);
    EXPECT_EQ(llama.macs_by_part(10).at("model.layers.1.self_attn"), 320);
    EXPECT_EQ(llama.macs_by_part(10).at("model.layers.1.mlp.up_proj"), 320);
}

TEST(Llama, BadSpecsAreNamed) {
    const auto code = [](const std::string& name, const engine::Value& value) {
        engine::Value spec = llama_spec();
        spec[name] = value;
        return error_code([&] { Llama{spec}; });
    };
    EXPECT_EQ(error_code([] { Llama{engine::Value(3)}; }), "E-LM-001");
    EXPECT_EQ(error_code([] { Llama{engine::Value(engine::Object{})}; }), "E-LM-001");
    EXPECT_EQ(code("architecture", "bart"), "E-LM-001");
    EXPECT_EQ(code("widht", 3), "E-LM-001");
    EXPECT_EQ(code("width", "16"), "E-LM-001");
    EXPECT_EQ(code("width", 16.0), "E-LM-001");
    EXPECT_EQ(code("rotary", "quarters"), "E-LM-001");
    EXPECT_EQ(code("tied_head", 1), "E-LM-001");
    EXPECT_EQ(code("width", 18), "E-LM-002");
    EXPECT_EQ(code("width", 12), "E-LM-002") << "heads of 3";
    EXPECT_EQ(code("key_value_heads", 3), "E-LM-002");
    EXPECT_EQ(code("key_value_heads", 8), "E-LM-002");
    for (const char* name :
         {"vocabulary", "width", "layers", "heads", "key_value_heads", "hidden", "context"}) {
        EXPECT_EQ(code(name, 0), "E-LM-003") << name;
        EXPECT_EQ(code(name, std::numeric_limits<std::int64_t>::max()), "E-LM-003") << name;
    }
    EXPECT_EQ(code("norm_epsilon", 0), "E-LM-003");
    EXPECT_EQ(code("rotary_base", -1.0), "E-LM-003");
    EXPECT_EQ(code("name", "tiny"), "none");

    engine::Value huge = llama_spec();
    huge["width"] = 1 << 16;
    huge["hidden"] = 1 << 18;
    huge["layers"] = 1 << 10;
    EXPECT_EQ(error_code([&] { Llama{huge}; }), "E-LM-003") << "more than 2^33 parameters";
}

TEST(Llama, BadQuantizationsAreNamed) {
    const auto code = [](const std::string& quantization) {
        return error_code([&] { Llama{llama_spec(", \"quantization\": {" + quantization + "}")}; });
    };
    const std::string method = R"("method": "llm-qat", )";
    const std::string bits = method + R"("weights": 4, "activations": 8, "cache": 4)";
    EXPECT_EQ(code(bits), "none");
    EXPECT_EQ(code(R"("weights": 4, "activations": 8, "cache": 4)"), "E-LM-001");
    EXPECT_EQ(code(method + R"("weights": 4, "activations": 8)"), "E-LM-001");
    EXPECT_EQ(code(method + R"("weights": 0, "activations": 8, "cache": 4)"), "E-LM-003");
    EXPECT_EQ(code(method + R"("weights": 4, "activations": 2, "cache": 4)"), "E-LM-003");
    EXPECT_EQ(code(method + R"("weights": 17, "activations": 8, "cache": 4)"), "E-LM-003");
    EXPECT_EQ(code(bits + R"(, "grad_clip": 0)"), "E-LM-003");
    EXPECT_EQ(code(bits + R"(, "grad_clip": null)"), "none");
    EXPECT_EQ(code(bits + R"(, "kind": "odd")"), "E-LM-001");
    EXPECT_EQ(code(bits + R"(, "layers": "*")"), "E-LM-001");
    EXPECT_EQ(code(bits + R"(, "layers": [])"), "E-LM-001");
    EXPECT_EQ(code(bits + R"(, "layers": ["model.layers.3.*"])"), "E-LM-002");
    EXPECT_EQ(code(bits + R"(, "more": 1)"), "E-LM-001");
}

TEST(Llama, QuantizationGoesToTheLinearsThatItNames) {
    const auto weight_bits = [](const std::string& patterns) {
        const Llama llama(llama_spec(kLowBits + R"(, "layers": )" + patterns + "}"));
        std::vector<int> bits;
        for (const LlamaLayerOptions& layer : llama.layers()) {
            for (const LlamaQuantizer& quantizer : layer.quantizers)
                bits.push_back(quantizer.bits.weight_bits == 4);
        }
        return bits;
    };
    using Bits = std::vector<int>;
    const Bits downs = {0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1};
    EXPECT_EQ(weight_bits(R"(["*"])"), Bits(21, 1));
    EXPECT_EQ(weight_bits(R"(["*.down_proj"])"), downs);
    EXPECT_EQ(weight_bits(R"(["model.layers.1.*attn*k_*", "*2.mlp.up_proj"])"),
              (Bits{0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}));
    // 16 bits are off, as in the paper's tables.
    const Llama off(llama_spec(
        R"(, "quantization": {"method": "llm-qat", "weights": 16, "activations": 16, "cache": 16})"));
    EXPECT_FALSE(off.is_quantized());
    EXPECT_EQ(off.layers()[0].quantizers[0].bits.weight_bits, 32);
    EXPECT_TRUE(std::isinf(Llama(llama_spec(kLowBits + R"(, "grad_clip": null})"))
                               .layers()[0]
                               .quantizers[0]
                               .bits.grad_clip));
}

TEST(Llama, ForeignTensorsAreNamed) {
    const Llama llama(llama_spec());
    const std::string up = "model.layers.1.mlp.up_proj.weight";
    const auto code = [&](const std::string& name, const at::Tensor& tensor) {
        NamedTensors parameters = llama.initial_parameters(1);
        parameters[name] = tensor;
        return error_code([&] { llama.check_tensors(parameters); });
    };
    EXPECT_EQ(code(up, at::zeros({20, 16})), "none");
    EXPECT_EQ(code(up, at::zeros({16, 20})), "E-LM-004");
    EXPECT_EQ(code(up, at::zeros({20, 16}, at::kHalf)), "E-LM-004");
    EXPECT_EQ(code(up, at::Tensor()), "E-LM-004");
    EXPECT_EQ(code("model.layers.3.mlp.up_proj.weight", at::zeros({20, 16})), "E-LM-004");
    EXPECT_EQ(error_code([&] { llama.check_tensors({}); }), "E-LM-004");
}

}  // namespace
}  // namespace millrace::ops
