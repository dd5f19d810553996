#include "nodes/ops/language/llama_steps.hpp"

#include <ATen/ATen.h>

#include <utility>

namespace millrace::ops {
namespace {

const NamedTensors& checked(const Llama& llama, const NamedTensors& parameters) {
    llama.check_tensors(parameters);
    return parameters;
}

}  // namespace

LlamaSteps::LlamaSteps(Llama llama, const NamedTensors& parameters, std::int64_t capacity)
    : llama_(std::move(llama)),
      parameters_(rounded_weights(llama_, checked(llama_, parameters))),
      cache_(llama_, 1, capacity == 0 ? llama_.sizes().context : capacity) {}

std::span<const float> LlamaSteps::feed(std::span<const std::int64_t> tokens) {
    const at::Tensor ids =
        at::tensor(at::IntArrayRef(tokens.data(), tokens.size()), at::kLong).unsqueeze(0);
    const at::Tensor logits =
        forward(llama_, parameters_, ids,
                {.cache = &cache_, .weights = RoundedWeights::Given, .logits = LogitsOf::Last})
            .to(at::kFloat)
            .contiguous();
    const float* values = logits.data_ptr<float>();
    logits_.assign(values, values + logits.numel());
    return logits_;
}

}  // namespace millrace::ops
