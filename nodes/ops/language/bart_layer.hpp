// Encoder and decoder layer of BART (Lewis et al., arXiv 1910.13461) with the quantizers of Ternary
// and Binary Transformers (arXiv 2306.01841) at the places where the released code has them: the
// inputs of all linears, the queries, keys and values, and the attention's probabilities. Plain
// functions, safe on any thread as long as scales and caches are not shared; gradients go through
// LibTorch's autograd.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/ops/language/bart_quantizers.hpp"
#include "nodes/ops/networks/network.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::ops {

using NamedScales = std::map<std::string, ElasticScale, std::less<>>;

enum class BartActivation { Gelu, Relu };
/// Where the norms stand: behind each residual sum (BART), or before what is added (mBART).
enum class BartNorm { Post, Pre };

inline constexpr double kBartNormEpsilon = 1e-5;

struct BartLayerOptions {
    std::int64_t heads = 8;
    BartActivation activation = BartActivation::Gelu;
    BartNorm norm = BartNorm::Post;
    double norm_epsilon = kBartNormEpsilon;
    /// Shares: of what is added to the residual, of probabilities, of what fc2 reads.
    double dropout = 0, attention_dropout = 0, activation_dropout = 0;
    BartQuantization quantization = {};  ///< of all parts but these
    BartQuantizers others = {};

    /// Of "fc1", "self_attn.q_proj" and so on; "self_attn" has the activations of the attention.
    const BartQuantization& of(std::string_view part) const {
        const auto found = others.find(part);
        return found == others.end() ? quantization : found->second;
    }
};

/// Whose tensors and scales: those with `prefix` before their names, "model.encoder.layers.0.". The
/// pass's watch sees the probabilities [batch, heads, queries, keys] of "self_attn" and, in a
/// decoder, "encoder_attn", by these names behind the prefix, before dropout and quantization. Its
/// probe looks into all linears, and into the attention by the same two names: it reads "query",
/// "keys" and "values" and gives what is mixed of the values, all [batch, heads, time, head width].
struct BartLayerContext {
    const NamedTensors& parameters;
    NamedScales& scales;
    const Pass& pass;
    std::string prefix;
};

/// [batch, heads, time, head width], not quantized: where statistics of the whole tensor count, the
/// quantizer must see all of it each time.
struct BartKeys {
    at::Tensor keys, values;
};

/// What a decoder layer keeps between steps: `self` grows with each, `cross` is of the encoder.
struct BartLayerCache {
    BartKeys self, cross;
};

/// The places with a learned scale in one layer, in the names of Hugging Face's BART with the
/// release's suffixes: "self_attn.q_proj.act_clip_val", "self_attn.clip_query" and so on.
std::vector<std::string> bart_encoder_sites();
std::vector<std::string> bart_decoder_sites();

/// The part that a place belongs to: "self_attn.q_proj" and "self_attn" of the above.
std::string bart_part_of_site(std::string_view site);

/// The quantized parts of one layer: its attentions, its linears.
std::vector<std::string> bart_encoder_parts();
std::vector<std::string> bart_decoder_parts();

/// `x` [batch, time, width]; `blocked` bool, broadcast to [batch, heads, time, time], is true where
/// a position is not to be seen (undefined: none is), [batch, 1, 1, time] with Statistics::Item.
/// Parameters: weight [out, in] and bias of
/// self_attn.{q,k,v,out}_proj, self_attn_layer_norm, fc1, fc2 and final_layer_norm. Gives
/// [batch, time, width]. Throws Error E-QUANT-012 for a missing tensor or scale, 006 where shapes
/// don't fit or heads don't divide the width; others as the quantizers'.
at::Tensor bart_encoder_layer(const at::Tensor& x, const at::Tensor& blocked,
                              const BartLayerContext& context, const BartLayerOptions& options);

/// What the decoder layer sees of the encoder: its last state [batch, source time, width], not used
/// where a cache has its keys, and what of it is blocked, as [batch, 1, 1, source time].
struct BartMemory {
    at::Tensor state, blocked;
};

/// `x` [batch, time, width], of which each position sees those before it, in the cache too, which
/// grows by them. Parameters: those of an encoder layer, encoder_attn.{q,k,v,out}_proj and
/// encoder_attn_layer_norm. Errors as above.
at::Tensor bart_decoder_layer(const at::Tensor& x, const BartMemory& memory, BartLayerCache* cache,
                              const BartLayerContext& context, const BartLayerOptions& options);

/// Keys and values of a decoder layer's cross-attention for the encoder's last state.
BartKeys bart_cross_keys(const BartMemory& memory, const BartLayerContext& context,
                         const BartLayerOptions& options);

/// In training, elements of `x` become 0 with this probability and the others grow, keyed by the
/// pass's seed and item and by `name`.
at::Tensor bart_dropout(const at::Tensor& x, double share, const std::string& name,
                        const Pass& pass);

/// LayerNorm with the weight and bias of that name.
at::Tensor bart_norm(const at::Tensor& x, const std::string& name, const NamedTensors& parameters,
                     double epsilon = kBartNormEpsilon);

}  // namespace millrace::ops
