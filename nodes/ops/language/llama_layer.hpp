// One decoder layer of the LLaMA architecture (Touvron et al., arXiv 2302.13971), with the
// quantizers of LLM-QAT (arXiv 2305.17888) where the released code has them. Plain function, safe
// on any thread as long as a cache is not shared; gradients go through LibTorch's autograd.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "nodes/ops/language/rotary.hpp"
#include "nodes/ops/quant/linear.hpp"
#include "nodes/ops/training/optimizers.hpp"

namespace millrace::ops {

class LayerProbe;

/// Sees tensors of a pass by their names.
using Watch = std::function<void(const std::string&, const at::Tensor&)>;

enum class LlamaLinear { Query, Key, Value, Output, Gate, Up, Down };

/// Their names in a layer, "self_attn.q_proj" first.
constexpr std::size_t kLlamaLinears = 7;
std::string_view to_text(LlamaLinear linear);

/// How one linear is quantized; Key and Value have the cache's bits. As it stands: not at all.
struct LlamaQuantizer {
    LlmQatOptions bits = {.weight_bits = 32, .activation_bits = 32, .cache_bits = 32};
    MinMaxKind kind = MinMaxKind::Symmetric;  ///< of the linear's input
};

struct LlamaLayerOptions {
    int heads = 32;
    int key_value_heads = 32;  ///< a divisor of heads; each serves a run of query heads
    double norm_epsilon = 1e-6;
    std::array<LlamaQuantizer, kLlamaLinears> quantizers = {};  ///< by LlamaLinear

    /// The same quantizer for all linears.
    static std::array<LlamaQuantizer, kLlamaLinears> all(const LlamaQuantizer& quantizer);
};

/// Where a layer keeps the keys, rotated, and values of earlier tokens: [batch, key_value_heads,
/// capacity, head width], of which `length` tokens are filled. Those of the call's tokens are
/// written behind them, without history.
struct LayerCache {
    at::Tensor keys, values;
    std::int64_t length = 0;
};

/// What a call has beside tensors and options.
struct LayerContext {
    std::string prefix = {};  ///< of parameters' names, "model.layers.0."
    LayerCache* cache = {};   ///< none: the tokens see nothing before them
    const Watch* watch = {};  ///< sees what forward() in llama_forward.hpp lists
    LayerProbe* probe = {};   ///< looks into the linears and into what goes to the cache
};

struct LlamaLayerOutput {
    at::Tensor hidden;  ///< [batch, time, width]
    at::Tensor
        attention;  ///< [batch, time, width] of the output projection, before the residual sum
    /// [batch, key_value_heads, time, head width]; keys are quantized first and then rotated.
    at::Tensor keys, values;
};

/// `x` [batch, time, width], whose tokens `rotary` was made for, each seeing those before it.
/// `parameters`: weights [out, in] of self_attn.{q,k,v,o}_proj, mlp.{gate,up,down}_proj, and
/// [width] of input_layernorm and post_attention_layernorm; no biases. Norms and softmax in
/// float32. Throws Error E-QUANT-012 for a missing tensor, 006 where shapes don't fit, E-LM-010
/// where `rotary` is of other positions, E-LM-007 where the cache has no room; others as the
/// quantizers'.
LlamaLayerOutput llama_layer(const at::Tensor& x, const Rotation& rotary,
                             const NamedTensors& parameters, const LlamaLayerOptions& options,
                             const LayerContext& context = {});

}  // namespace millrace::ops
