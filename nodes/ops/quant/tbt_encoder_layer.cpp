#include "nodes/ops/quant/tbt_encoder_layer.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "nodes/ops/quant/check.hpp"
#include "nodes/ops/quant/layer_parts.hpp"

namespace millrace::ops {
namespace {

class EncoderLayer {
public:
    EncoderLayer(const NamedTensors& parameters, NamedScales& scales,
                 const TbtEncoderOptions& options)
        : parameters_(parameters), scales_(scales), options_(options) {}

    TbtEncoderOutput run(const at::Tensor& x, const at::Tensor& keep) const {
        const auto [attended, probabilities] = attention(x, keep);
        const at::Tensor middle = norm("self_attn_layer_norm", x + attended);
        // The second input is unsigned: the activation before it is bounded below.
        const at::Tensor wide = at::gelu(linear("fc1", middle, ElasticSign::Signed));
        const at::Tensor narrow = linear("fc2", wide, ElasticSign::Unsigned);
        return {norm("final_layer_norm", middle + narrow), probabilities};
    }

private:
    at::Tensor linear(const std::string& name, const at::Tensor& x, ElasticSign sign) const {
        return tbt_linear(x, named(parameters_, name + ".weight"),
                          named(parameters_, name + ".bias"), sign, scale(name + ".act_clip_val"),
                          options_.quantizers);
    }

    at::Tensor norm(const std::string& name, const at::Tensor& x) const {
        const at::Tensor& weight = named(parameters_, name + ".weight");
        const at::Tensor& bias = named(parameters_, name + ".bias");
        if (weight.dim() != 1 || weight.size(0) != x.size(-1) || bias.sizes() != weight.sizes()) {
            throw_shapes(name, "weight and bias of the layer's width",
                         shape_text(weight) + " and " + shape_text(bias));
        }
        return at::layer_norm(x, weight.sizes(), weight, bias, options_.layer_norm_epsilon);
    }

    ElasticScale* scale(const std::string& name) const {
        if (options_.quantizers.activation_bits > 2) return nullptr;
        const auto found = scales_.find(name);
        if (found == scales_.end()) throw_missing(name);
        return &found->second;
    }

    at::Tensor quantized(const std::string& name, const at::Tensor& x, ElasticSign sign) const {
        return tbt_activation(x, sign, scale("self_attn." + name), options_.quantizers);
    }

    TbtEncoderOutput attention(const at::Tensor& x, const at::Tensor& keep) const {
        const int heads = options_.heads;
        const at::Tensor query =
                             split_heads(linear("self_attn.q_proj", x, ElasticSign::Signed), heads),
                         key =
                             split_heads(linear("self_attn.k_proj", x, ElasticSign::Signed), heads),
                         value =
                             split_heads(linear("self_attn.v_proj", x, ElasticSign::Signed), heads);
        const double shrink = 1 / std::sqrt(static_cast<double>(query.size(-1)));
        at::Tensor scores =
            quantized("clip_query", query * shrink, ElasticSign::Signed)
                .matmul(quantized("clip_key", key, ElasticSign::Signed).transpose(-1, -2));
        if (keep.defined()) {
            const at::Tensor padded = (keep == 0).unsqueeze(1).unsqueeze(1);
            // The lowest float, not minus infinity: a row of padding alone stays finite.
            scores = scores.masked_fill(padded, std::numeric_limits<float>::lowest());
        }
        const at::Tensor probabilities = scores.softmax(-1);
        const at::Tensor mixed = quantized("clip_attn", probabilities, ElasticSign::Unsigned)
                                     .matmul(quantized("clip_value", value, ElasticSign::Signed));
        return {linear("self_attn.out_proj", merge_heads(mixed), ElasticSign::Signed),
                probabilities};
    }

    const NamedTensors& parameters_;
    NamedScales& scales_;
    const TbtEncoderOptions& options_;
};

}  // namespace

NamedScales fresh_tbt_encoder_scales() {
    NamedScales scales;
    for (const char* name :
         {"self_attn.clip_query", "self_attn.clip_key", "self_attn.clip_value",
          "self_attn.clip_attn", "self_attn.q_proj.act_clip_val", "self_attn.k_proj.act_clip_val",
          "self_attn.v_proj.act_clip_val", "self_attn.out_proj.act_clip_val", "fc1.act_clip_val",
          "fc2.act_clip_val"}) {
        scales[name] = ElasticScale::fresh();
    }
    return scales;
}

TbtEncoderOutput tbt_encoder_layer(const at::Tensor& x, const at::Tensor& keep,
                                   const NamedTensors& parameters, NamedScales& scales,
                                   const TbtEncoderOptions& options) {
    check_rank(x, 3, "input of the layer");
    if (keep.defined() &&
        (keep.dim() != 2 || keep.size(0) != x.size(0) || keep.size(1) != x.size(1))) {
        throw_shapes("mask of padding", "[batch, time] of " + shape_text(x), shape_text(keep));
    }
    return EncoderLayer(parameters, scales, options).run(x, keep);
}

}  // namespace millrace::ops
