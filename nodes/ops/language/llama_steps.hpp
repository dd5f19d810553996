// A float decoder, or one whose quantizers round in float, as LanguageSteps. Belongs to one thread
// at a time.
#pragma once

#include <memory>
#include <vector>

#include "nodes/ops/language/generate.hpp"
#include "nodes/ops/language/generate_corpus.hpp"
#include "nodes/ops/language/llama_forward.hpp"

namespace millrace::ops {

class LlamaSteps : public LanguageSteps {
public:
    /// Shares the tensors, but rounds the weights of quantized linears once. A capacity of 0 is the
    /// model's context. Throws what check_tensors() and FloatCache throw.
    LlamaSteps(Llama llama, const NamedTensors& parameters, std::int64_t capacity = 0);

    std::int64_t vocabulary() const override { return llama_.sizes().vocabulary; }
    std::int64_t length() const override { return cache_.length(); }
    std::int64_t capacity() const override { return cache_.capacity(); }
    /// Throws what forward() throws.
    std::span<const float> feed(std::span<const std::int64_t> tokens) override;
    void rewind(std::int64_t length) override { cache_.rewind(length); }
    std::unique_ptr<LanguageSteps> sibling() const override;
    /// Throws what FloatCache::take() throws.
    void take(const LanguageSteps& other, std::int64_t same) override;

private:
    struct Rounded {};
    LlamaSteps(Rounded, const Llama& llama, NamedTensors rounded, std::int64_t capacity);

    Llama llama_;
    NamedTensors parameters_;
    FloatCache cache_;
    std::vector<float> logits_;
};

/// Several texts at once: a token of each costs little more than one of a single text.
class LlamaTexts : public TextsSteps {
public:
    /// As LlamaSteps, with a cache for so many texts.
    LlamaTexts(Llama llama, const NamedTensors& parameters, std::int64_t texts,
               std::int64_t capacity);

    std::int64_t texts() const override { return cache_.batch(); }
    std::int64_t vocabulary() const override { return llama_.sizes().vocabulary; }
    std::int64_t capacity() const override { return cache_.capacity(); }
    /// Throws what forward() throws.
    std::span<const float> feed(std::span<const std::int64_t> tokens) override;
    void clear() override { cache_.rewind(0); }

private:
    Llama llama_;
    NamedTensors parameters_;
    FloatCache cache_;
    std::vector<float> logits_;
};

}  // namespace millrace::ops
