#include "nodes/ops/packed/packed_llama_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/packed/packed_parts.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kChunk = 32;  // tokens of a prompt that meet the weights together

[[noreturn]] void fail(const char* code, std::string what, std::string expected, std::string found,
                       const char* mend) {
    throw engine::Error({.code = code,
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = mend});
}

std::int64_t checked_capacity(const LlamaSizes& sizes, std::int64_t capacity) {
    if (capacity == 0) return sizes.context;
    if (capacity > 0 && capacity <= sizes.context) return capacity;
    fail("E-LM-008", "A cache cannot have this size",
         fmt::format("a capacity of 1 to {}", sizes.context), fmt::format("{}", capacity),
         "Choose another capacity.");
}

/// The first `tokens` of a buffer of rows.
std::span<float> rows(std::vector<float>& buffer, std::int64_t tokens, std::int64_t width) {
    return std::span(buffer).first(static_cast<std::size_t>(tokens * width));
}

void add(std::span<float> to, std::span<const float> what) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += what[i];
}

}  // namespace

PackedLlamaSteps::PackedLlamaSteps(std::shared_ptr<const PackedLlama> model, std::int64_t capacity,
                                   int threads)
    : PackedLlamaSteps(std::move(model), capacity, std::make_shared<LinearScratch>()) {
    scratch_->threads = threads;
}

PackedLlamaSteps::PackedLlamaSteps(std::shared_ptr<const PackedLlama> model, std::int64_t capacity,
                                   std::shared_ptr<LinearScratch> scratch)
    : model_(std::move(model)),
      capacity_(checked_capacity(model_->llama().sizes(), capacity)),
      scratch_(std::move(scratch)) {
    const LlamaSizes& sizes = model_->llama().sizes();
    const bool halves = model_->llama().rotary() == RotaryLayout::Halves;
    const KvCacheShape shape{.capacity = capacity_,
                             .query_heads = static_cast<int>(sizes.heads),
                             .heads = static_cast<int>(sizes.key_value_heads),
                             .head_width = static_cast<int>(sizes.head_width()),
                             .bits = model_->cache_bits() == 4 ? CacheBits::Four : CacheBits::Eight,
                             .rotary = halves ? Rotary::SplitHalves : Rotary::Interleaved,
                             .rotary_base = model_->llama().rotary_base()};
    for (std::int64_t layer = 0; layer < sizes.layers; ++layer) {
        if (model_->cache_bits() <= 8)
            caches_.emplace_back(std::in_place_type<KvCache>, shape);
        else
            caches_.emplace_back(std::in_place_type<FloatKv>, shape);
    }
    for (std::vector<float>* buffer : {&hidden_, &normed_, &query_, &mixed_, &added_})
        buffer->resize(static_cast<std::size_t>(kChunk * sizes.width));
    for (std::vector<float>* buffer : {&key_, &value_})
        buffer->resize(static_cast<std::size_t>(kChunk * sizes.key_value_width()));
    for (std::vector<float>* buffer : {&gate_, &up_})
        buffer->resize(static_cast<std::size_t>(kChunk * sizes.hidden));
    scores_.resize(static_cast<std::size_t>(sizes.heads * capacity_));
    logits_.resize(static_cast<std::size_t>(sizes.vocabulary));
}

std::unique_ptr<LanguageSteps> PackedLlamaSteps::sibling() const {
    return std::unique_ptr<LanguageSteps>(new PackedLlamaSteps(model_, capacity_, scratch_));
}

void PackedLlamaSteps::take(const LanguageSteps& other, std::int64_t same) {
    const auto& from = dynamic_cast<const PackedLlamaSteps&>(other);
    if (same < 0 || same > std::min(length_, from.length_)) {
        fail("E-LM-008", "A cache cannot take what another one has",
             fmt::format("both with the first {} tokens", same),
             fmt::format("{} here and {} there", length_, from.length_),
             "Take from where both are the same.");
    }
    for (std::size_t layer = 0; layer < caches_.size(); ++layer) {
        std::visit(
            [&](auto& kept) {
                kept.take(std::get<std::decay_t<decltype(kept)>>(from.caches_[layer]), same);
            },
            caches_[layer]);
    }
    length_ = from.length_;
}

std::int64_t PackedLlamaSteps::cache_bytes_a_token() const {
    std::int64_t bytes = 0;
    for (const Cache& cache : caches_)
        bytes += std::visit([](const auto& kept) { return kept.bytes_a_token(); }, cache);
    return bytes;
}

void PackedLlamaSteps::rewind(std::int64_t length) {
    if (length < 0 || length > length_) {
        fail("E-LM-008", "A cache cannot go back to where it has not been",
             fmt::format("0 to {} tokens", length_), fmt::format("{}", length),
             "Rewind to at most its length.");
    }
    for (Cache& cache : caches_) std::visit([&](auto& kept) { kept.truncate(length); }, cache);
    length_ = length;
}

std::span<const float> PackedLlamaSteps::feed(std::span<const std::int64_t> tokens) {
    if (tokens.empty()) {
        fail("E-LM-005", "The tokens are no text", "at least one", "none",
             "Give token ids, at least one.");
    }
    for (const std::int64_t token : tokens) {
        if (token >= 0 && token < vocabulary()) continue;
        fail("E-LM-006", "A token is outside the vocabulary",
             fmt::format("0 to {}", vocabulary() - 1), fmt::format("{}", token),
             "Use the tokenizer that belongs to the model.");
    }
    if (std::ssize(tokens) > capacity_ - length_) {
        fail("E-LM-007", "The text is longer than the model can see",
             fmt::format("at most {} tokens", capacity_),
             fmt::format("{}", length_ + std::ssize(tokens)),
             "Shorten the text, or give the cache or the model's context more room.");
    }
    const std::int64_t before = length_;
    try {
        for (std::size_t first = 0; first < tokens.size(); first += kChunk)
            run(tokens.subspan(first, std::min<std::size_t>(kChunk, tokens.size() - first)));
    } catch (...) {
        for (Cache& cache : caches_) std::visit([&](auto& kept) { kept.truncate(before); }, cache);
        length_ = before;
        throw;
    }
    const std::int64_t width = model_->llama().sizes().width;
    const std::int64_t last = (std::ssize(tokens) - 1) % kChunk;
    const auto normed = rows(normed_, 1, width);
    rms_norm(std::span(hidden_).subspan(last * width, width), model_->norm(),
             model_->llama().norm_epsilon(), normed);
    model_->head()(normed, logits_, *scratch_);
    return logits_;
}

void PackedLlamaSteps::attention(const PackedLlama::Layer& layer, Cache& cache,
                                 std::int64_t tokens) {
    const LlamaSizes& sizes = model_->llama().sizes();
    const auto normed = rows(normed_, tokens, sizes.width);
    layer.linear(LlamaLinear::Query)(normed, rows(query_, tokens, sizes.width), *scratch_);
    layer.linear(LlamaLinear::Key)(normed, rows(key_, tokens, sizes.key_value_width()), *scratch_);
    layer.linear(LlamaLinear::Value)(normed, rows(value_, tokens, sizes.key_value_width()),
                                     *scratch_);
    const auto factor = static_cast<float>(1 / std::sqrt(static_cast<double>(sizes.head_width())));
    const auto read = [&](auto& kept, const auto& options) {
        for (std::int64_t t = 0; t < tokens; ++t) {
            const std::int64_t narrow = sizes.key_value_width(), seen = length_ + t + 1;
            kept.append(std::span(key_).subspan(t * narrow, narrow),
                        std::span(value_).subspan(t * narrow, narrow));
            const auto scores = rows(scores_, sizes.heads, seen);
            kept.scores(std::span(query_).subspan(t * sizes.width, sizes.width), length_ + t,
                        factor, scores, scratch_->workspace, options);
            for (std::int64_t head = 0; head < sizes.heads; ++head)
                softmax(scores.subspan(head * seen, seen));
            kept.weighted_sum(scores, std::span(mixed_).subspan(t * sizes.width, sizes.width),
                              scratch_->workspace, options);
        }
    };
    if (auto* packed = std::get_if<KvCache>(&cache))
        read(*packed, KvReadOptions{.threads = scratch_->threads});
    else
        read(std::get<FloatKv>(cache), scratch_->threads);
    layer.linear(LlamaLinear::Output)(rows(mixed_, tokens, sizes.width),
                                      rows(added_, tokens, sizes.width), *scratch_);
}

void PackedLlamaSteps::run(std::span<const std::int64_t> tokens) {
    const Llama& llama = model_->llama();
    const LlamaSizes& sizes = llama.sizes();
    const std::int64_t count = std::ssize(tokens), width = sizes.width;
    const auto hidden = rows(hidden_, count, width), added = rows(added_, count, width);
    const auto norm = [&](const std::vector<float>& weight) {
        for (std::int64_t t = 0; t < count; ++t) {
            rms_norm(hidden.subspan(t * width, width), weight, llama.norm_epsilon(),
                     std::span(normed_).subspan(t * width, width));
        }
    };
    for (std::int64_t t = 0; t < count; ++t) {
        std::copy_n(model_->embedding().begin() + tokens[static_cast<std::size_t>(t)] * width,
                    width, hidden_.begin() + t * width);
    }
    for (std::size_t number = 0; number < caches_.size(); ++number) {
        const PackedLlama::Layer& layer = model_->layers()[number];
        norm(layer.input_norm);
        attention(layer, caches_[number], count);
        add(hidden, added);
        norm(layer.inner_norm);
        const auto normed = rows(normed_, count, width), gate = rows(gate_, count, sizes.hidden),
                   up = rows(up_, count, sizes.hidden);
        layer.linear(LlamaLinear::Gate)(normed, gate, *scratch_);
        layer.linear(LlamaLinear::Up)(normed, up, *scratch_);
        for (std::size_t i = 0; i < gate.size(); ++i) gate[i] = silu(gate[i]) * up[i];
        layer.linear(LlamaLinear::Down)(gate, added, *scratch_);
        add(hidden, added);
    }
    length_ += count;
}

}  // namespace millrace::ops
