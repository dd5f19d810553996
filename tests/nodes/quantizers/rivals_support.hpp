// A small decoder, texts to calibrate it on, and the nodes that quantize it without training, for
// tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "nodes/ops/language/llama_forward.hpp"
#include "nodes/types/model.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/language/llama_support.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_gptq(engine::Registry& registry);
void register_llm_qat(engine::Registry& registry);
void register_round_to_nearest(engine::Registry& registry);
void register_smooth_quant(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
using engine::Object;
using engine::Packet;
using types::Model;
using types::Tensor;

inline const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_gptq(made);
        nodes::register_llm_qat(made);
        nodes::register_round_to_nearest(made);
        nodes::register_smooth_quant(made);
        return &made;
    }();
    return *registry;
}

/// A small decoder with sizes that nothing divides, and norms that are not 1.
inline Model decoder() {
    const engine::Value spec = engine::parse_json(
        R"({"architecture": "llama", "vocabulary": 11, "width": 14, "layers": 2, "heads": 7,
            "key_value_heads": 1, "hidden": 19, "context": 12})",
        "spec");
    const ops::Llama llama(spec);
    Model model{.spec = spec,
                .parameters = ops::llama_parameters(llama),
                .buffers = {},
                .average = {},
                .version = 5};
    for (auto& [name, tensor] : model.parameters) {
        if (tensor.dim() == 1) tensor = tensor + at::arange(14, at::kFloat) / 10;
    }
    return model;
}

struct Batch {
    at::Tensor ids, labels = {};
};

inline std::vector<Batch> texts() {
    return {{ops::llama_ids({3, 9}, 1)}, {ops::llama_ids({2, 12}, 2)}, {ops::llama_ids({4, 7}, 3)}};
}

inline std::vector<Packet> calibrated(const char* type, const Model& model,
                                      const std::vector<Batch>& batches,
                                      const Object& params = {}) {
    TestContext context(registry());
    TestNode node(registry(), type, params);
    node.start(context);
    for (const Batch& batch : batches) {
        const auto out =
            node.call({Packet::make(Tensor{batch.ids}),
                       batch.labels.defined() ? Packet::make(Tensor{batch.labels}) : Packet{},
                       Packet::make(model)},
                      context);
        EXPECT_FALSE(out.at(0)) << "the model comes at the end";
    }
    return node.finish(context).at(0);
}

inline Model smoothed(const Model& model, const std::vector<Batch>& batches,
                      const Object& params = {}) {
    return calibrated("quantizers.smooth_quant", model, batches, params).at(0).as<Model>();
}

inline Model rounded(const Model& model, const Object& params) {
    return run_node(registry(), "quantizers.llm_qat", params, {Packet::make(model)})
        .at(0)
        .as<Model>();
}

inline at::Tensor logits(const Model& model, const at::Tensor& ids = ops::llama_ids({3, 10}, 9)) {
    const at::NoGradGuard no_gradients;
    return ops::forward(ops::Llama(model.spec), model.parameters, ids);
}

}  // namespace millrace::testing
