// A small decoder, its parameters and texts, for tests.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <vector>

#include "engine/random.hpp"
#include "nodes/ops/language/llama.hpp"

namespace millrace::ops {

/// A small model of 3 layers, grouped heads; `more` are further members.
inline engine::Value llama_spec(const std::string& more = "") {
    return engine::parse_json(R"({"architecture": "llama", "vocabulary": 11, "width": 16,
        "layers": 3, "heads": 4, "key_value_heads": 2, "hidden": 20, "context": 12)" +
                                  more + "}",
                              "spec");
}

inline const std::string kTied = R"(, "tied_head": true)";
inline const std::string kLowBits =
    R"(, "quantization": {"method": "llm-qat", "weights": 4, "activations": 8, "cache": 4)";

/// Initial parameters, enlarged so that layers and quantizers matter.
inline NamedTensors llama_parameters(const Llama& llama, std::uint64_t seed = 1) {
    NamedTensors parameters = llama.initial_parameters(seed);
    for (auto& [name, tensor] : parameters) {
        if (tensor.dim() == 2) tensor = tensor * 15;
    }
    return parameters;
}

inline at::Tensor llama_ids(std::vector<std::int64_t> shape, std::uint64_t seed = 3) {
    at::Tensor ids = at::empty(shape, at::kLong);
    engine::Random random(seed, "ids", 0);
    for (std::int64_t i = 0; i < ids.numel(); ++i)
        ids.data_ptr<std::int64_t>()[i] = std::int64_t(random.below(11));
    return ids;
}

inline double farthest(const at::Tensor& a, const at::Tensor& b) {
    return (a - b).abs().max().item<double>();
}

}  // namespace millrace::ops
