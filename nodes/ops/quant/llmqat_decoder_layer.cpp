#include "nodes/ops/quant/llmqat_decoder_layer.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "nodes/ops/quant/check.hpp"
#include "nodes/ops/quant/layer_parts.hpp"
#include "nodes/ops/quant/smooth_quant.hpp"

namespace millrace::ops {
namespace {

/// Cosine and sine [time, head width], both halves alike.
struct Rotation {
    at::Tensor cosine, sine;

    Rotation(const std::vector<std::int64_t>& positions, std::int64_t width, double base) {
        const at::Tensor exponents = at::arange(0, width, 2, at::kFloat) / double(width);
        const at::Tensor frequencies = at::pow(base, exponents).reciprocal();
        const at::Tensor angles =
            at::tensor(positions, at::kLong).to(at::kFloat).unsqueeze(1) * frequencies;
        const at::Tensor both = at::cat({angles, angles}, 1);
        cosine = both.cos();
        sine = both.sin();
    }

    /// `x` [batch, heads, time, head width]: a pair is one element of each half.
    at::Tensor operator()(const at::Tensor& x) const {
        const auto half = x.size(-1) / 2;
        const at::Tensor turned =
            at::cat({x.narrow(-1, half, half).neg(), x.narrow(-1, 0, half)}, -1);
        return x * cosine + turned * sine;
    }
};

class DecoderLayer {
public:
    DecoderLayer(const NamedTensors& parameters, const LlmQatDecoderOptions& options)
        : parameters_(parameters), options_(options) {}

    LlmQatDecoderOutput run(const at::Tensor& x, const std::vector<std::int64_t>& positions) const {
        LlmQatDecoderOutput output = attention(norm("input_layernorm", x), positions);
        const at::Tensor middle = x + output.attention;
        const at::Tensor inside = norm("post_attention_layernorm", middle);
        const at::Tensor gated =
            at::silu(linear("mlp.gate_proj", inside)) * linear("mlp.up_proj", inside);
        output.hidden = middle + linear("mlp.down_proj", gated);
        return output;
    }

private:
    at::Tensor linear(const std::string& name, const at::Tensor& x) const {
        return llmqat_linear(x, named(parameters_, name + ".weight"), options_.quantizers);
    }

    at::Tensor norm(const std::string& name, const at::Tensor& x) const {
        return apply_norm(x, {.kind = NormKind::Rms,
                              .weight = named(parameters_, name + ".weight"),
                              .epsilon = options_.norm_epsilon});
    }

    at::Tensor repeated(const at::Tensor& x) const {
        return x.repeat_interleave(options_.heads / options_.key_value_heads, 1);
    }

    LlmQatDecoderOutput attention(const at::Tensor& x,
                                  const std::vector<std::int64_t>& positions) const {
        const at::Tensor query = split_heads(linear("self_attn.q_proj", x), options_.heads);
        const auto cached = [&](const std::string& name) {
            return split_heads(llmqat_cache_values(linear(name, x), options_.quantizers),
                               options_.key_value_heads);
        };
        const at::Tensor key = cached("self_attn.k_proj"), value = cached("self_attn.v_proj");
        const auto width = query.size(-1);
        if (width % 2 != 0 || key.size(-1) != width || value.size(-1) != width) {
            throw_shapes("width of a head", "an even one, the same for queries, keys and values",
                         fmt::format("{}, {} and {}", width, key.size(-1), value.size(-1)));
        }
        const Rotation rotate(positions, width, options_.rotary_base);
        const at::Tensor keys = rotate(key);
        at::Tensor scores = rotate(query).matmul(repeated(keys).transpose(-1, -2)) /
                            std::sqrt(static_cast<double>(width));
        const at::Tensor later = at::ones({x.size(1), x.size(1)}, at::kBool).triu(1);
        scores = scores.masked_fill(later, std::numeric_limits<float>::lowest());
        const at::Tensor weights = scores.softmax(-1, at::kFloat).to(x.scalar_type());
        const at::Tensor mixed = merge_heads(weights.matmul(repeated(value)));
        return {.attention = linear("self_attn.o_proj", mixed), .keys = keys, .values = value};
    }

    const NamedTensors& parameters_;
    const LlmQatDecoderOptions& options_;
};

}  // namespace

LlmQatDecoderOutput llmqat_decoder_layer(const at::Tensor& x,
                                         const std::vector<std::int64_t>& positions,
                                         const NamedTensors& parameters,
                                         const LlmQatDecoderOptions& options) {
    check_rank(x, 3, "input of the layer");
    if (static_cast<std::int64_t>(positions.size()) != x.size(1)) {
        throw_shapes("list of positions", fmt::format("{}", x.size(1)),
                     fmt::format("{}", positions.size()));
    }
    if (options.key_value_heads < 1 || options.heads % options.key_value_heads != 0) {
        throw_shapes("number of key and value heads", fmt::format("a divisor of {}", options.heads),
                     fmt::format("{}", options.key_value_heads));
    }
    return DecoderLayer(parameters, options).run(x, positions);
}

}  // namespace millrace::ops
