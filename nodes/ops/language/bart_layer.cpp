#include "nodes/ops/language/bart_layer.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/random.hpp"
#include "nodes/ops/networks/layer_probe.hpp"
#include "nodes/ops/quant/check.hpp"
#include "nodes/ops/quant/layer_parts.hpp"

namespace millrace::ops {
namespace {

constexpr int kOff = 32;

void append(std::vector<std::string>& sites, const std::string& attention) {
    for (const char* name :
         {"clip_query", "clip_key", "clip_value", "clip_attn", "q_proj.act_clip_val",
          "k_proj.act_clip_val", "v_proj.act_clip_val", "out_proj.act_clip_val"}) {
        sites.push_back(attention + "." + name);
    }
}

std::vector<std::string> parts_of(const std::vector<std::string>& sites) {
    std::vector<std::string> parts;
    for (const std::string& site : sites) {
        std::string part = bart_part_of_site(site);
        if (std::ranges::find(parts, part) == parts.end()) parts.push_back(std::move(part));
    }
    return parts;
}

/// True above the diagonal that ends at the last key: later positions. Undefined for one query.
at::Tensor later(std::int64_t queries, std::int64_t keys) {
    if (queries == 1) return {};
    return at::ones({queries, keys}, at::kBool).triu(keys - queries + 1);
}

/// Of keys that may be blocked in any way for single queries: those that a query sees.
at::Tensor seen(const at::Tensor& blocked, const at::Tensor& queries) {
    if (!blocked.defined()) return queries;
    const at::Tensor open = blocked.logical_not();
    return queries.defined() ? open.logical_and(queries) : open;
}

class BartBlock {
public:
    BartBlock(const BartLayerContext& context, const BartLayerOptions& options)
        : context_(context), options_(options) {}

    at::Tensor encode(const at::Tensor& x, const at::Tensor& blocked) const {
        const at::Tensor text = text_of(blocked);
        const at::Tensor middle = residual("self_attn_layer_norm", x, [&](const at::Tensor& in) {
            return attend("self_attn", in, keys_of("self_attn", in, text), blocked, text, text);
        });
        return feed_forward(middle, text);
    }

    at::Tensor decode(const at::Tensor& x, const BartMemory& memory, BartLayerCache* cache) const {
        const at::Tensor first = residual("self_attn_layer_norm", x, [&](const at::Tensor& in) {
            BartKeys all = keys_of("self_attn", in, {});
            if (cache) {
                if (cache->self.keys.defined()) {
                    all = {at::cat({cache->self.keys, all.keys}, 2),
                           at::cat({cache->self.values, all.values}, 2)};
                }
                cache->self = all;
            }
            return attend("self_attn", in, all, later(in.size(1), all.keys.size(2)), {}, {});
        });
        const at::Tensor text = text_of(memory.blocked);
        const at::Tensor second =
            residual("encoder_attn_layer_norm", first, [&](const at::Tensor& in) {
                const bool is_kept = cache && cache->cross.keys.defined();
                const BartKeys cross =
                    is_kept ? cache->cross : keys_of("encoder_attn", memory.state, text);
                if (cache) cache->cross = cross;
                return attend("encoder_attn", in, cross, memory.blocked, {}, text);
            });
        return feed_forward(second, {});
    }

    /// `text` as text_of() has it.
    BartKeys keys_of(const std::string& name, const at::Tensor& x, const at::Tensor& text) const {
        return {split_heads(linear(name + ".k_proj", x, ElasticSign::Signed, text), heads()),
                split_heads(linear(name + ".v_proj", x, ElasticSign::Signed, text), heads())};
    }

    /// The tokens [batch, time, 1] that statistics of single items go by, where padding is blocked;
    /// undefined: all, or not needed.
    at::Tensor text_of(const at::Tensor& blocked) const {
        const bool is_needed = options_.quantization.statistics == Statistics::Item;
        if (!is_needed || !blocked.defined()) return {};
        if (blocked.dim() != 4 || blocked.size(1) != 1 || blocked.size(2) != 1)
            throw_shapes("blocked", "[batch, 1, 1, time] for statistics of single items",
                         shape_text(blocked));
        return blocked.logical_not().squeeze(1).transpose(1, 2);
    }

private:
    int heads() const { return static_cast<int>(options_.heads); }

    /// x plus what `inside` makes of it, with the norm where the options have it.
    template <class Inside>
    at::Tensor residual(const std::string& norm, const at::Tensor& x, const Inside& inside) const {
        if (options_.norm == BartNorm::Pre) return x + dropped(norm, inside(normed(norm, x)));
        return normed(norm, x + dropped(norm, inside(x)));
    }

    at::Tensor feed_forward(const at::Tensor& x, const at::Tensor& text) const {
        return residual("final_layer_norm", x, [&](const at::Tensor& in) {
            const at::Tensor wide = linear("fc1", in, ElasticSign::Signed, text);
            const at::Tensor active =
                options_.activation == BartActivation::Gelu ? at::gelu(wide) : at::relu(wide);
            // The second input is unsigned: the activation before it is bounded below.
            return linear("fc2",
                          bart_dropout(active, options_.activation_dropout,
                                       context_.prefix + "activation", context_.pass),
                          ElasticSign::Unsigned, text);
        });
    }

    /// `queries` and `keys` as text_of() has them.
    at::Tensor attend(const std::string& name, const at::Tensor& x, const BartKeys& from,
                      const at::Tensor& blocked, const at::Tensor& queries,
                      const at::Tensor& keys) const {
        const at::Tensor query =
            read(name, "query",
                 split_heads(linear(name + ".q_proj", x, ElasticSign::Signed, queries), heads()));
        const BartKeys given = {read(name, "keys", from.keys), read(name, "values", from.values)};
        if (query.size(0) != given.keys.size(0) || query.size(-1) != given.keys.size(-1)) {
            throw_shapes("keys of the attention", "batch and head width of " + shape_text(query),
                         shape_text(given.keys));
        }
        const double shrink = 1 / std::sqrt(static_cast<double>(query.size(-1)));
        const at::Tensor of_queries = in_heads(queries), of_keys = in_heads(keys);
        at::Tensor scores =
            quantized(name, "clip_query", query * shrink, ElasticSign::Signed, of_queries)
                .matmul(quantized(name, "clip_key", given.keys, ElasticSign::Signed, of_keys)
                            .transpose(-1, -2));
        // The lowest float, not minus infinity: a row of padding alone stays finite.
        if (blocked.defined())
            scores = scores.masked_fill(blocked, std::numeric_limits<float>::lowest());
        const at::Tensor probabilities = scores.softmax(-1);
        if (context_.pass.watch) context_.pass.watch(context_.prefix + name, probabilities);
        const at::Tensor kept = bart_dropout(probabilities, options_.attention_dropout,
                                             context_.prefix + name, context_.pass);
        const at::Tensor mixed =
            quantized(name, "clip_attn", kept, ElasticSign::Unsigned, seen(blocked, of_queries))
                .matmul(quantized(name, "clip_value", given.values, ElasticSign::Signed, of_keys));
        give(name, mixed);
        return linear(name + ".out_proj", merge_heads(mixed), ElasticSign::Signed, queries);
    }

    /// [batch, time, 1] as [batch, 1, time, 1].
    static at::Tensor in_heads(const at::Tensor& text) {
        return text.defined() ? text.unsqueeze(1) : text;
    }

    at::Tensor read(const std::string& name, std::string_view role, const at::Tensor& x) const {
        LayerProbe* probe = context_.pass.probe;
        return probe ? probe->reads(context_.prefix + name, role, x) : x;
    }

    void give(const std::string& name, const at::Tensor& y) const {
        if (LayerProbe* probe = context_.pass.probe) probe->gives(context_.prefix + name, y);
    }

    at::Tensor linear(const std::string& name, const at::Tensor& given, ElasticSign sign,
                      const at::Tensor& text) const {
        const at::Tensor x = read(name, "input", given);
        const at::Tensor& weight = named(context_.parameters, context_.prefix + name + ".weight");
        const at::Tensor& bias = named(context_.parameters, context_.prefix + name + ".bias");
        check_linear(x, weight, bias);
        const BartQuantization& quantization = options_.of(name);
        if (context_.pass.probe && quantization.weights != kOff) {
            context_.pass.probe->rounds(context_.prefix + name, Rounded::Weights, [&] {
                return bart_weight_ends(weight, quantization.weights, quantization);
            });
        }
        at::Tensor y = at::linear(quantized(name, "act_clip_val", x, sign, text),
                                  bart_weight(weight, quantization.weights, quantization), bias);
        give(name, y);
        return y;
    }

    /// At one of the layer's places, "clip_query" or the like; `counted` as bart_activation()'s.
    at::Tensor quantized(const std::string& layer, const char* place, const at::Tensor& x,
                         ElasticSign sign, const at::Tensor& counted) const {
        const BartQuantization& quantization = options_.of(layer);
        ElasticScale* scale = nullptr;
        if (quantization.has_scales()) {
            const std::string name = context_.prefix + layer + "." + place;
            const auto found = context_.scales.find(name);
            if (found == context_.scales.end()) throw_missing(name);
            scale = &found->second;
        }
        at::Tensor y = bart_activation(x, sign, scale, quantization, counted);
        if (context_.pass.probe && quantization.activations != kOff) {
            context_.pass.probe->rounds(context_.prefix + layer, Rounded::Activations, [&] {
                return bart_activation_ends(x, sign, scale, quantization);
            });
        }
        return y;
    }

    at::Tensor normed(const std::string& name, const at::Tensor& x) const {
        return bart_norm(x, context_.prefix + name, context_.parameters, options_.norm_epsilon);
    }

    at::Tensor dropped(const std::string& name, const at::Tensor& x) const {
        return bart_dropout(x, options_.dropout, context_.prefix + name, context_.pass);
    }

    const BartLayerContext& context_;
    const BartLayerOptions& options_;
};

}  // namespace

std::vector<std::string> bart_encoder_sites() {
    std::vector<std::string> sites;
    append(sites, "self_attn");
    sites.insert(sites.end(), {"fc1.act_clip_val", "fc2.act_clip_val"});
    return sites;
}

std::vector<std::string> bart_decoder_sites() {
    std::vector<std::string> sites = bart_encoder_sites();
    append(sites, "encoder_attn");
    return sites;
}

std::string bart_part_of_site(std::string_view site) {
    return std::string(site.substr(0, site.rfind('.')));
}

std::vector<std::string> bart_encoder_parts() { return parts_of(bart_encoder_sites()); }

std::vector<std::string> bart_decoder_parts() { return parts_of(bart_decoder_sites()); }

at::Tensor bart_norm(const at::Tensor& x, const std::string& name, const NamedTensors& parameters,
                     double epsilon) {
    const at::Tensor& weight = named(parameters, name + ".weight");
    const at::Tensor& bias = named(parameters, name + ".bias");
    if (weight.dim() != 1 || weight.size(0) != x.size(-1) || bias.sizes() != weight.sizes()) {
        throw_shapes(name, "weight and bias of the layer's width",
                     shape_text(weight) + " and " + shape_text(bias));
    }
    return at::layer_norm(x, weight.sizes(), weight, bias, epsilon);
}

at::Tensor bart_dropout(const at::Tensor& x, double share, const std::string& name,
                        const Pass& pass) {
    if (!pass.training || share == 0) return x;
    engine::Random random(pass.seed, "dropout/" + name, pass.item);
    at::Tensor mask = at::empty(x.sizes(), at::kFloat);
    float* values = mask.data_ptr<float>();
    const auto kept = static_cast<float>(1 / (1 - share));
    const auto bound = static_cast<std::uint32_t>(std::ldexp(share, 32));
    for (std::int64_t i = 0; i < mask.numel(); ++i) values[i] = random() < bound ? 0 : kept;
    return x * mask.to(x.scalar_type());
}

at::Tensor bart_encoder_layer(const at::Tensor& x, const at::Tensor& blocked,
                              const BartLayerContext& context, const BartLayerOptions& options) {
    check_rank(x, 3, "input of the layer");
    return BartBlock(context, options).encode(x, blocked);
}

at::Tensor bart_decoder_layer(const at::Tensor& x, const BartMemory& memory, BartLayerCache* cache,
                              const BartLayerContext& context, const BartLayerOptions& options) {
    check_rank(x, 3, "input of the layer");
    return BartBlock(context, options).decode(x, memory, cache);
}

BartKeys bart_cross_keys(const BartMemory& memory, const BartLayerContext& context,
                         const BartLayerOptions& options) {
    check_rank(memory.state, 3, "encoder's last state");
    const BartBlock block(context, options);
    return block.keys_of("encoder_attn", memory.state, block.text_of(memory.blocked));
}

}  // namespace millrace::ops
