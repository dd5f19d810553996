#include "nodes/ops/language/llama_layer.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "engine/problem.hpp"
#include "nodes/ops/networks/layer_probe.hpp"
#include "nodes/ops/quant/check.hpp"
#include "nodes/ops/quant/layer_parts.hpp"
#include "nodes/ops/quant/smooth_quant.hpp"

namespace millrace::ops {
namespace {

constexpr int kOff = 32;

constexpr std::array<std::string_view, kLlamaLinears> kNames = {
    "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
    "mlp.gate_proj",    "mlp.up_proj",      "mlp.down_proj"};

class Layer {
public:
    Layer(const NamedTensors& parameters, const Rotation& rotary, const LlamaLayerOptions& options,
          const LayerContext& context)
        : parameters_(parameters), rotary_(rotary), options_(options), context_(context) {}

    LlamaLayerOutput run(const at::Tensor& x) const {
        LlamaLayerOutput output = attention(norm("input_layernorm", x));
        const at::Tensor middle = x + output.attention;
        const at::Tensor inside = norm("post_attention_layernorm", middle);
        const at::Tensor gated =
            at::silu(linear(LlamaLinear::Gate, inside)) * linear(LlamaLinear::Up, inside);
        output.hidden = middle + linear(LlamaLinear::Down, gated);
        return output;
    }

private:
    void show(std::string_view name, std::string_view what, const at::Tensor& tensor) const {
        if (context_.watch && *context_.watch) {
            (*context_.watch)(fmt::format("{}{}/{}", context_.prefix, name, what), tensor);
        }
    }

    const at::Tensor& weight(std::string_view name) const {
        return named(parameters_, fmt::format("{}{}.weight", context_.prefix, name));
    }

    const LlamaQuantizer& quantizer(LlamaLinear linear) const {
        return options_.quantizers[static_cast<std::size_t>(linear)];
    }

    at::Tensor linear(LlamaLinear which, const at::Tensor& given) const {
        const auto& [bits, kind] = quantizer(which);
        const std::string_view name = to_text(which);
        const at::Tensor x = context_.probe ? probed_input(which, given) : given;
        show(name, "input", x);
        // The quantizers look at every weight for NaN, which would halve the speed of decoding.
        const bool is_plain = bits.weight_bits == kOff && bits.activation_bits == kOff;
        const at::Tensor& matrix = weight(name);
        const bool fits = matrix.dim() == 2 && matrix.size(1) == x.size(-1);
        at::Tensor y =
            is_plain && fits ? at::linear(x, matrix) : llmqat_linear(x, matrix, bits, kind);
        show(name, "output", y);
        if (context_.probe) context_.probe->gives(full_name(name), y);
        return y;
    }

    std::string full_name(std::string_view name) const {
        return fmt::format("{}{}", context_.prefix, name);
    }

    at::Tensor probed_input(LlamaLinear which, const at::Tensor& given) const {
        const LlamaQuantizer& chosen = quantizer(which);
        const std::string name = full_name(to_text(which));
        at::Tensor x = context_.probe->reads(name, "input", given);
        if (chosen.bits.activation_bits != kOff) {
            context_.probe->rounds(name, Rounded::Activations,
                                   [&] { return llmqat_input_ends(x, chosen.bits, chosen.kind); });
        }
        if (chosen.bits.weight_bits != kOff) {
            context_.probe->rounds(name, Rounded::Weights, [&] {
                return llmqat_weight_ends(weight(to_text(which)), chosen.bits);
            });
        }
        return x;
    }

    /// As they go to the cache.
    at::Tensor rounded_for_cache(LlamaLinear which, const at::Tensor& given) const {
        const LlmQatOptions& bits = quantizer(which).bits;
        if (!context_.probe) return llmqat_cache_values(given, bits);
        const std::string name = full_name(to_text(which)) + "/cache";
        const at::Tensor x = context_.probe->reads(name, "input", given);
        if (bits.cache_bits != kOff) {
            context_.probe->rounds(name, Rounded::Activations,
                                   [&] { return llmqat_cache_ends(x, bits); });
        }
        at::Tensor y = llmqat_cache_values(x, bits);
        context_.probe->gives(name, y);
        return y;
    }

    at::Tensor norm(std::string_view name, const at::Tensor& x) const {
        return apply_norm(
            x, {.kind = NormKind::Rms, .weight = weight(name), .epsilon = options_.norm_epsilon});
    }

    at::Tensor repeated(const at::Tensor& x) const {
        const int each = options_.heads / options_.key_value_heads;
        return each == 1 ? x : x.repeat_interleave(each, 1);
    }

    /// Keys or values of these tokens, as they go to the cache but not rotated yet.
    at::Tensor cached_values(LlamaLinear which, const at::Tensor& x) const {
        const at::Tensor y = rounded_for_cache(which, linear(which, x));
        show(to_text(which), "cache", y);
        return split_heads(y, options_.key_value_heads);
    }

    /// `fresh` behind what `kept` has, and kept there too.
    at::Tensor with_earlier(at::Tensor& kept, const at::Tensor& fresh) const {
        const std::int64_t length = context_.cache->length, time = fresh.size(2);
        if (kept.dim() != 4 || kept.size(0) != fresh.size(0) || kept.size(1) != fresh.size(1) ||
            kept.size(2) < length + time || kept.size(3) != fresh.size(3)) {
            throw engine::Error(
                {.code = "E-LM-007",
                 .what = "The tokens do not fit into the cache",
                 .expected = fmt::format("[{}, {}, at least {}, {}]", fresh.size(0), fresh.size(1),
                                         length + time, fresh.size(3)),
                 .found = shape_text(kept),
                 .mend = "Give the cache more capacity, or fewer tokens."});
        }
        kept.narrow(2, length, time).copy_(fresh.detach());
        return kept.narrow(2, 0, length + time).to(fresh.scalar_type());
    }

    LlamaLayerOutput attention(const at::Tensor& x) const {
        const at::Tensor query = split_heads(linear(LlamaLinear::Query, x), options_.heads);
        const at::Tensor key = cached_values(LlamaLinear::Key, x),
                         value = cached_values(LlamaLinear::Value, x);
        const auto width = query.size(-1);
        if (width % 2 != 0 || key.size(-1) != width || value.size(-1) != width) {
            throw_shapes("width of a head", "an even one, the same for queries, keys and values",
                         fmt::format("{}, {} and {}", width, key.size(-1), value.size(-1)));
        }
        const at::Tensor turned = rotary_(key);
        at::Tensor keys = turned, values = value;
        if (context_.cache) {
            keys = with_earlier(context_.cache->keys, turned);
            values = with_earlier(context_.cache->values, value);
        }
        at::Tensor scores = rotary_(query).matmul(repeated(keys).transpose(-1, -2)) /
                            std::sqrt(static_cast<double>(width));
        const std::int64_t time = x.size(1), seen = keys.size(2);
        if (time > 1) {
            const at::Tensor later = at::ones({time, seen}, at::kBool).triu(seen - time + 1);
            scores = scores.masked_fill(later, std::numeric_limits<float>::lowest());
        }
        const at::Tensor weights = scores.softmax(-1, at::kFloat).to(x.scalar_type());
        show("self_attn", "attention", weights);
        const at::Tensor mixed = merge_heads(weights.matmul(repeated(values)));
        return {.attention = linear(LlamaLinear::Output, mixed), .keys = turned, .values = value};
    }

    const NamedTensors& parameters_;
    const Rotation& rotary_;
    const LlamaLayerOptions& options_;
    const LayerContext& context_;
};

}  // namespace

std::string_view to_text(LlamaLinear linear) { return kNames[static_cast<std::size_t>(linear)]; }

std::array<LlamaQuantizer, kLlamaLinears> LlamaLayerOptions::all(const LlamaQuantizer& quantizer) {
    std::array<LlamaQuantizer, kLlamaLinears> quantizers;
    quantizers.fill(quantizer);
    return quantizers;
}

LlamaLayerOutput llama_layer(const at::Tensor& x, const Rotation& rotary,
                             const NamedTensors& parameters, const LlamaLayerOptions& options,
                             const LayerContext& context) {
    check_rank(x, 3, "input of the layer");
    if (options.key_value_heads < 1 || options.heads % options.key_value_heads != 0) {
        throw_shapes("number of key and value heads", fmt::format("a divisor of {}", options.heads),
                     fmt::format("{}", options.key_value_heads));
    }
    return Layer(parameters, rotary, options, context).run(x);
}

}  // namespace millrace::ops
