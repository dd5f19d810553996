// Small BARTs for tests.
#pragma once

#include <ATen/ATen.h>

#include <string>

#include "engine/random.hpp"
#include "nodes/ops/language/bart_forward.hpp"

namespace millrace::testing {

/// A spec of 11 tokens, width 8, 2 + 2 layers, 2 heads and no dropout; `more` is further members.
inline engine::Value bart_spec(const std::string& more = "") {
    return engine::parse_json(R"({"architecture": "bart", "vocabulary": 11, "width": 8,
        "encoder_layers": 2, "heads": 2, "hidden": 12, "context": 10, "dropout": 0)" +
                                  (more.empty() ? "" : ", " + more) + "}",
                              "test");
}

inline std::string quantization(const std::string& members) {
    return "\"quantization\": {" + members + "}";
}

/// Parameters and buffers in which every weight, norm and bias takes part, far from 0.
inline types::Model bart_model(const ops::Bart& bart, at::ScalarType type = at::kFloat) {
    types::Model model{.spec = bart.spec(),
                       .parameters = bart.initial_parameters(3),
                       .buffers = bart.initial_buffers()};
    for (auto& [name, tensor] : model.parameters) {
        if (tensor.dim() == 0) continue;
        engine::Random random(5, name, 0);
        tensor = tensor.to(at::kDouble);
        double* values = tensor.data_ptr<double>();
        for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] += 0.4 * random.normal();
        tensor = tensor.to(type);
    }
    at::Tensor& bias = model.buffers.at("final_logits_bias");
    bias = at::arange(bart.vocabulary(), at::kFloat).unsqueeze(0) / 20;
    return model;
}

/// Two pairs; source and target of the first are shorter.
inline ops::Seq2SeqBatch bart_batch() {
    const std::vector<std::vector<std::int64_t>> sources = {{0, 5, 7, 2}, {0, 9, 4, 3, 10, 2}},
                                                 targets = {{0, 6, 2}, {0, 8, 3, 5, 2}};
    return ops::make_seq2seq_batch(sources, targets, {});
}

/// A model with the quantization, its scales set from bart_batch().
inline types::Model quantized_model(const ops::Bart& bart, at::ScalarType type = at::kFloat) {
    return ops::initialise_scales(bart, bart_model(bart, type), bart_batch());
}

inline at::Tensor logits_of(const ops::Bart& bart, const types::Model& model,
                            const ops::Seq2SeqBatch& batch, const ops::Pass& pass = {}) {
    return ops::forward(bart, model.parameters, model.buffers, batch.source, batch.mask,
                        batch.target, pass);
}

inline double greatest_difference(const at::Tensor& a, const at::Tensor& b) {
    return (a - b).abs().max().item<double>();
}

}  // namespace millrace::testing
