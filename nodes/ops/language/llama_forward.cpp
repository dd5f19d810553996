#include "nodes/ops/language/llama_forward.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/networks/layer_probe.hpp"
#include "nodes/ops/quant/check.hpp"
#include "nodes/ops/quant/layer_parts.hpp"
#include "nodes/ops/quant/smooth_quant.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kMostCached = std::int64_t{1} << 32;
constexpr int kOff = 32;

[[noreturn]] void fail(const char* code, std::string what, std::string expected, std::string found,
                       const char* mend) {
    throw engine::Error({.code = code,
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = mend});
}

void check_ids(const at::Tensor& ids, const LlamaSizes& sizes) {
    if (!ids.defined() || ids.scalar_type() != at::kLong || ids.dim() != 2 || ids.numel() == 0) {
        fail("E-LM-005", "The tokens are no batch of texts", "[batch, time] int64, at least one",
             ids.defined() ? fmt::format("{} of {}", shape_text(ids), ids.toString()) : "no tensor",
             "Give token ids, at least one for each text.");
    }
    const auto least = ids.min().item<std::int64_t>(), most = ids.max().item<std::int64_t>();
    if (least < 0 || most >= sizes.vocabulary) {
        fail("E-LM-006", "A token is outside the vocabulary",
             fmt::format("0 to {}", sizes.vocabulary - 1),
             fmt::format("{}", least < 0 ? least : most),
             "Use the tokenizer that belongs to the model.");
    }
}

void check_room(std::int64_t earlier, std::int64_t time, std::int64_t room) {
    if (earlier + time <= room) return;
    fail("E-LM-007", "The text is longer than the model can see",
         fmt::format("at most {} tokens", room), fmt::format("{}", earlier + time),
         "Shorten the text, or give the cache or the model's context more room.");
}

void check_cache(const FloatCache& cache, const std::vector<LayerCache>& layers,
                 const LlamaSizes& sizes, std::int64_t batch) {
    const at::Tensor& keys = layers.front().keys;
    if (cache.batch() == batch && static_cast<std::int64_t>(layers.size()) == sizes.layers &&
        keys.size(1) == sizes.key_value_heads && keys.size(3) == sizes.head_width()) {
        return;
    }
    fail("E-LM-008", "The cache is of another model or batch",
         fmt::format("{} layers of [{}, {}, tokens, {}]", sizes.layers, batch,
                     sizes.key_value_heads, sizes.head_width()),
         fmt::format("{} layers of {}", layers.size(), shape_text(keys)),
         "Make a cache for this model and batch.");
}

/// The layers as they are for weights that are rounded already.
LlamaLayerOptions without_weights(LlamaLayerOptions options) {
    for (LlamaQuantizer& quantizer : options.quantizers) quantizer.bits.weight_bits = kOff;
    return options;
}

}  // namespace

std::int64_t most_cached_texts(const Llama& llama, std::int64_t capacity) {
    const LlamaSizes& sizes = llama.sizes();
    return kMostCached / (2 * sizes.layers * sizes.key_value_width() * capacity);
}

FloatCache::FloatCache(const Llama& llama, std::int64_t batch, std::int64_t capacity)
    : batch_(batch), capacity_(capacity) {
    const LlamaSizes& sizes = llama.sizes();
    const auto refuse = [&](std::string expected) {
        fail("E-LM-008", "A cache cannot have this size", std::move(expected),
             fmt::format("a batch of {}, capacity {}", batch, capacity),
             "Choose another batch or capacity.");
    };
    if (batch < 1 || capacity < 1 || capacity > sizes.context)
        refuse(fmt::format("a batch from 1, a capacity of 1 to {}", sizes.context));
    if (batch > most_cached_texts(llama, capacity))
        refuse(fmt::format("at most {} values", kMostCached));
    for (std::int64_t layer = 0; layer < sizes.layers; ++layer) {
        const auto make = [&] {
            return at::zeros({batch, sizes.key_value_heads, capacity, sizes.head_width()},
                             at::kFloat);
        };
        layers_.push_back({.keys = make(), .values = make()});
    }
}

std::size_t FloatCache::bytes() const {
    std::size_t bytes = 0;
    for (const LayerCache& layer : layers_) bytes += layer.keys.nbytes() + layer.values.nbytes();
    return bytes;
}

void FloatCache::rewind(std::int64_t length) {
    if (length < 0 || length > length_) {
        fail("E-LM-008", "A cache cannot go back to where it has not been",
             fmt::format("0 to {} tokens", length_), fmt::format("{}", length),
             "Rewind to at most its length.");
    }
    length_ = length;
}

void FloatCache::take(const FloatCache& other, std::int64_t same) {
    if (other.layers_.size() != layers_.size() || other.length_ > capacity_ || same < 0 ||
        same > std::min(length_, other.length_)) {
        fail("E-LM-008", "A cache cannot take what another one has",
             fmt::format("one of {} layers and up to {} tokens, both with the first {}",
                         layers_.size(), capacity_, same),
             fmt::format("{} layers, {} tokens, {} here", other.layers_.size(), other.length_,
                         length_),
             "Take from a cache of the same model.");
    }
    const auto copy = [&](at::Tensor& to, const at::Tensor& from) {
        to.narrow(2, same, other.length_ - same).copy_(from.narrow(2, same, other.length_ - same));
    };
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
        copy(layers_[layer].keys, other.layers_[layer].keys);
        copy(layers_[layer].values, other.layers_[layer].values);
    }
    length_ = other.length_;
}

at::Tensor forward(const Llama& llama, const NamedTensors& parameters, const at::Tensor& ids,
                   const LlamaPass& pass) {
    const LlamaSizes& sizes = llama.sizes();
    check_ids(ids, sizes);
    FloatCache* const cache = pass.cache;
    if (cache) check_cache(*cache, cache->layers_, sizes, ids.size(0));
    const std::int64_t earlier = cache ? cache->length_ : 0, time = ids.size(1);
    check_room(earlier, time, cache ? cache->capacity_ : sizes.context);
    std::optional<at::NoGradGuard> no_gradients;
    if (cache) no_gradients.emplace();
    const auto show = [&](const std::string& name, const at::Tensor& tensor) {
        if (pass.watch) pass.watch(name, tensor);
    };

    std::vector<std::int64_t> positions(static_cast<std::size_t>(time));
    std::iota(positions.begin(), positions.end(), earlier);
    const Rotation rotary(positions, sizes.head_width(), llama.rotary_base(), llama.rotary());
    const at::Tensor& embedding = named(parameters, "model.embed_tokens.weight");
    at::Tensor hidden = at::embedding(embedding, ids);
    show("model.embed_tokens/output", hidden);
    for (std::int64_t i = 0; i < sizes.layers; ++i) {
        const LlamaLayerOptions& options = llama.layers()[static_cast<std::size_t>(i)];
        LayerContext context{.prefix = Llama::prefix(i), .watch = &pass.watch, .probe = pass.probe};
        if (cache) {
            context.cache = &cache->layers_[static_cast<std::size_t>(i)];
            context.cache->length = earlier;
        }
        const auto& chosen =
            pass.weights == RoundedWeights::Given ? without_weights(options) : options;
        hidden = llama_layer(hidden, rotary, parameters, chosen, context).hidden;
        show(fmt::format("model.layers.{}/output", i), hidden);
    }
    if (cache) cache->length_ = earlier + time;  // not before all layers have the tokens
    if (pass.logits == LogitsOf::Last) hidden = hidden.narrow(1, time - 1, 1);
    hidden = apply_norm(hidden, {.kind = NormKind::Rms,
                                 .weight = named(parameters, "model.norm.weight"),
                                 .epsilon = llama.norm_epsilon()});
    show("model.norm/output", hidden);
    if (pass.probe) hidden = pass.probe->reads("lm_head", "input", hidden);
    at::Tensor logits =
        at::linear(hidden, llama.tied_head() ? embedding : named(parameters, "lm_head.weight"));
    show("lm_head/output", logits);
    if (pass.probe) pass.probe->gives("lm_head", logits);
    return logits;
}

}  // namespace millrace::ops
