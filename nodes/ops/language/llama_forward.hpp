// A pass through a decoder, whole or from where a cache stands. Plain functions, safe on any thread
// as long as a cache is not shared; gradients go through LibTorch's autograd where there is no
// cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nodes/ops/language/llama.hpp"

namespace millrace::ops {

struct LlamaPass;

/// How many texts of so many tokens a FloatCache has room for; 0: not one.
std::int64_t most_cached_texts(const Llama& llama, std::int64_t capacity);

/// Keys and values of the tokens seen so far, float32, for a batch of texts of one length: memory
/// is taken once. With a quantized cache they are the values of the codes, keys quantized before
/// they are turned, as the release of LLM-QAT keeps them.
class FloatCache {
public:
    /// Throws Error E-LM-008 unless batch and capacity are at least 1, the capacity is within the
    /// model's context, and the whole is at most 2^32 values.
    FloatCache(const Llama& llama, std::int64_t batch, std::int64_t capacity);

    std::int64_t batch() const { return batch_; }
    std::int64_t capacity() const { return capacity_; }
    std::int64_t length() const { return length_; }  ///< tokens seen
    std::size_t bytes() const;

    /// Forgets all but the first `length` tokens. Throws Error E-LM-008 where there are fewer.
    void rewind(std::int64_t length);
    /// Has then what `other` has, of the same sizes; the first `same` tokens, at most as many as
    /// each has, are there already. Throws Error E-LM-008 for others.
    void take(const FloatCache& other, std::int64_t same);

private:
    friend at::Tensor forward(const Llama& llama, const NamedTensors& parameters,
                              const at::Tensor& ids, const LlamaPass& pass);

    std::int64_t batch_ = 1, capacity_ = 0, length_ = 0;
    std::vector<LayerCache> layers_;
};

/// Whether the pass rounds weights, or was given what rounded_weights() makes.
enum class RoundedWeights { Made, Given };

/// The tokens whose logits are wanted.
enum class LogitsOf { All, Last };

/// What a pass has beside the model's tensors.
struct LlamaPass {
    /// Tokens go behind what it has, and are kept. No gradient then.
    FloatCache* cache = nullptr;
    RoundedWeights weights = RoundedWeights::Made;
    LogitsOf logits = LogitsOf::All;
    /// Every linear's tensors as "model.layers.0.self_attn.q_proj/input" (before it is quantized)
    /// and "…/output" [batch, time, channels]; keys and values as the cache has them, before they
    /// are turned, "….k_proj/cache"; attention "model.layers.0.self_attn/attention" [batch, heads,
    /// time, seen]; hidden states "model.embed_tokens/output", "model.layers.0/output",
    /// "model.norm/output" and "lm_head/output".
    Watch watch = {};
    /// Looks into all linears by the names above, into what goes to the cache as "….k_proj/cache",
    /// and into "lm_head".
    LayerProbe* probe = nullptr;
};

/// `ids` [batch, time] int64 gives logits [batch, time, vocabulary], or [batch, 1, vocabulary] of
/// the last token, in the type of the parameters, which are as check_tensors() accepts them. Each
/// token sees those before it in its row. Texts of a batch that are shorter may be filled up behind
/// their end. Throws Error E-LM-005 for another shape or type, 006 for an id outside the
/// vocabulary, 007 for more tokens than the context or the cache has room for, 008 for a cache of
/// another model or batch.
at::Tensor forward(const Llama& llama, const NamedTensors& parameters, const at::Tensor& ids,
                   const LlamaPass& pass = {});

}  // namespace millrace::ops
