// A decoder of the LLaMA architecture (Touvron et al., arXiv 2302.13971), described in JSON. A
// Llama holds no tensor; it is immutable and safe on any thread.
//
//     {"architecture": "llama", "vocabulary": 512, "width": 64, "layers": 5, "heads": 8,
//      "key_value_heads": 4, "hidden": 172, "norm_epsilon": 1e-5, "rotary_base": 10000,
//      "rotary": "interleaved", "context": 512, "tied_head": true}
//
// Defaults: key_value_heads as heads, norm_epsilon 1e-5, rotary_base 10000, rotary "halves",
// tied_head false (the head has a weight of its own). "name", "tokenizer" and "training" may stand
// beside them; they are for others. "quantization" is optional:
//
//     {"method": "llm-qat", "weights": 4, "activations": 8, "cache": 4, "grad_clip": 2.0,
//      "kind": "symmetric", "layers": ["*"]}
//
// Bits are those of LLM-QAT (arXiv 2305.17888): weights 1 to 15, activations 3 to 15, cache 2 to
// 15; 16 (as the paper's tables have it) and 32 (as its release has it) are off. "grad_clip" null
// lets every gradient pass. "kind" is of the activations. "layers" are patterns of linears' names
// in which * stands for any text: "model.layers.0.*", "*.down_proj". A list of such objects gives
// layers different bits (layer_patterns.hpp). The cache is quantized where k_proj and v_proj are.
// Embedding, norms and head always stay float.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value.hpp"
#include "nodes/ops/language/llama_layer.hpp"

namespace millrace::ops {

struct LlamaSizes {
    std::int64_t vocabulary = 0, width = 0, layers = 0, heads = 0, key_value_heads = 0, hidden = 0,
                 context = 0;

    std::int64_t head_width() const { return width / heads; }
    std::int64_t key_value_width() const { return key_value_heads * head_width(); }
};

class Llama {
public:
    /// Throws Error E-LM-001 for a spec that is malformed, E-LM-002 for parts that don't fit
    /// together and E-LM-003 for numbers out of range.
    explicit Llama(const engine::Value& spec);

    const engine::Value& spec() const { return spec_; }
    const LlamaSizes& sizes() const { return sizes_; }
    double rotary_base() const { return rotary_base_; }
    RotaryLayout rotary() const { return rotary_; }
    double norm_epsilon() const { return norm_epsilon_; }
    /// Whether the head is the embedding.
    bool tied_head() const { return tied_head_; }
    /// Whether any linear is quantized.
    bool is_quantized() const;
    /// What llama_layer() needs for each layer.
    const std::vector<LlamaLayerOptions>& layers() const { return layers_; }
    /// "model.layers.3."
    static std::string prefix(std::int64_t layer);
    /// "model.layers.0.self_attn.q_proj" and so on, kLlamaLinears for each layer in its order: what
    /// patterns of a quantization choose from.
    std::vector<std::string> linear_names() const;

    /// Names, as Hugging Face has them, and shapes of what the model needs.
    using Shapes = std::map<std::string, std::vector<std::int64_t>, std::less<>>;
    Shapes parameter_shapes() const;
    std::int64_t parameter_count() const;

    /// First parameters, float32, keyed by seed and name: norms 1, others normal with deviation
    /// 0.02, that of o_proj and down_proj divided by sqrt(2 layers), so that the residual sum does
    /// not grow with depth (Radford et al. 2019, section 2.3).
    NamedTensors initial_parameters(std::uint64_t seed) const;

    /// Throws Error E-LM-004 where names or shapes are not those of this model, or tensors are
    /// neither float32 nor float64: a checkpoint of another architecture.
    void check_tensors(const NamedTensors& parameters) const;

    /// Multiply-accumulates for one token that sees `positions` tokens, itself included.
    std::int64_t macs_per_token(std::int64_t positions) const;
    /// The same, of one linear, "model.layers.0.mlp.up_proj" or "lm_head", or of attention without
    /// its linears: by name.
    std::map<std::string, std::int64_t, std::less<>> macs_by_part(std::int64_t positions) const;

private:
    engine::Value spec_;
    LlamaSizes sizes_;
    double norm_epsilon_ = 1e-5, rotary_base_ = 10000;
    RotaryLayout rotary_ = RotaryLayout::Halves;
    bool tied_head_ = false;
    std::vector<LlamaLayerOptions> layers_;
};

/// The parameters with the weights of quantized linears as their quantizers round them, without
/// history: for a pass with RoundedWeights::Given, which then need not round them each time.
NamedTensors rounded_weights(const Llama& llama, const NamedTensors& parameters);

}  // namespace millrace::ops
