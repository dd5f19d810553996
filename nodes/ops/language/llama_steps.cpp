#include "nodes/ops/language/llama_steps.hpp"

#include <ATen/ATen.h>

#include <utility>

namespace millrace::ops {
namespace {

const NamedTensors& checked(const Llama& llama, const NamedTensors& parameters) {
    llama.check_tensors(parameters);
    return parameters;
}

/// `tokens` [texts, time] behind what the cache has; [texts, vocabulary] of the last of each.
std::span<const float> last_logits(const Llama& llama, const NamedTensors& parameters,
                                   FloatCache& cache, std::span<const std::int64_t> tokens,
                                   std::vector<float>& kept) {
    const at::Tensor ids = at::tensor(at::IntArrayRef(tokens.data(), tokens.size()), at::kLong)
                               .reshape({cache.batch(), -1});
    const at::Tensor logits =
        forward(llama, parameters, ids,
                {.cache = &cache, .weights = RoundedWeights::Given, .logits = LogitsOf::Last})
            .to(at::kFloat)
            .contiguous();
    const float* values = logits.data_ptr<float>();
    kept.assign(values, values + logits.numel());
    return kept;
}

}  // namespace

LlamaSteps::LlamaSteps(Llama llama, const NamedTensors& parameters, std::int64_t capacity)
    : LlamaSteps(Rounded{}, llama, rounded_weights(llama, checked(llama, parameters)),
                 capacity == 0 ? llama.sizes().context : capacity) {}

LlamaSteps::LlamaSteps(Rounded, const Llama& llama, NamedTensors rounded, std::int64_t capacity)
    : llama_(llama), parameters_(std::move(rounded)), cache_(llama_, 1, capacity) {}

std::unique_ptr<LanguageSteps> LlamaSteps::sibling() const {
    return std::unique_ptr<LanguageSteps>(
        new LlamaSteps(Rounded{}, llama_, parameters_, capacity()));
}

void LlamaSteps::take(const LanguageSteps& other, std::int64_t same) {
    cache_.take(dynamic_cast<const LlamaSteps&>(other).cache_, same);
}

std::span<const float> LlamaSteps::feed(std::span<const std::int64_t> tokens) {
    return last_logits(llama_, parameters_, cache_, tokens, logits_);
}

LlamaTexts::LlamaTexts(Llama llama, const NamedTensors& parameters, std::int64_t texts,
                       std::int64_t capacity)
    : llama_(std::move(llama)),
      parameters_(rounded_weights(llama_, checked(llama_, parameters))),
      cache_(llama_, texts, capacity) {}

std::span<const float> LlamaTexts::feed(std::span<const std::int64_t> tokens) {
    return last_logits(llama_, parameters_, cache_, tokens, logits_);
}

}  // namespace millrace::ops
