// A packed decoder as LanguageSteps: int8 inputs, packed weights, and keys and values that are
// stored in the model's 4 or 8 bits, quantized before they are turned. No LibTorch. Memory is taken
// when it is made and by the first call of feed(); a further token takes none. Belongs to one
// thread at a time, which may have others help.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "nodes/ops/kernels/kv_cache.hpp"
#include "nodes/ops/language/generate.hpp"
#include "nodes/ops/packed/float_kv.hpp"
#include "nodes/ops/packed/packed_llama.hpp"

namespace millrace::ops {

class PackedLlamaSteps : public LanguageSteps {
public:
    /// A capacity of 0 is the model's context. Throws Error E-PACK-020 for a capacity that makes no
    /// cache, E-LM-008 for one beyond the context.
    explicit PackedLlamaSteps(std::shared_ptr<const PackedLlama> model, std::int64_t capacity = 0,
                              int threads = 1);

    std::int64_t vocabulary() const override { return model_->llama().sizes().vocabulary; }
    std::int64_t length() const override { return length_; }
    std::int64_t capacity() const override { return capacity_; }
    /// Throws Error E-LM-005 for no token, 006 for one outside the vocabulary, 007 for more than
    /// there is room for, E-PACK-013 where something is not finite.
    std::span<const float> feed(std::span<const std::int64_t> tokens) override;
    /// Throws Error E-LM-008 for more tokens than were seen.
    void rewind(std::int64_t length) override;

    std::unique_ptr<LanguageSteps> sibling() const override;
    /// Throws Error E-LM-008 where either has seen fewer tokens than `same`.
    void take(const LanguageSteps& other, std::int64_t same) override;

    /// Of keys and values, for all layers.
    std::int64_t cache_bytes_a_token() const;

private:
    using Cache = std::variant<KvCache, FloatKv>;

    PackedLlamaSteps(std::shared_ptr<const PackedLlama> model, std::int64_t capacity,
                     std::shared_ptr<LinearScratch> scratch);
    void run(std::span<const std::int64_t> tokens);
    void attention(const PackedLlama::Layer& layer, Cache& cache, std::int64_t tokens);

    std::shared_ptr<const PackedLlama> model_;
    std::int64_t capacity_, length_ = 0;
    std::vector<Cache> caches_;               ///< by layer
    std::shared_ptr<LinearScratch> scratch_;  ///< siblings have one, with its threads
    /// [tokens of a chunk, width] each, of the widths their names say.
    std::vector<float> hidden_, normed_, query_, key_, value_, mixed_, gate_, up_, added_;
    std::vector<float> scores_;  ///< [heads, capacity]
    std::vector<float> logits_;
};

}  // namespace millrace::ops
