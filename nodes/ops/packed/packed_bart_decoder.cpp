#include "nodes/ops/packed/packed_bart_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/packed/pack_bart.hpp"
#include "nodes/ops/packed/packed_parts.hpp"

namespace millrace::ops {
namespace {

[[noreturn]] void fail(const char* code, std::string what, std::string expected, std::string found,
                       const char* mend) {
    throw engine::Error({.code = code,
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = mend});
}

void check_tokens(const Bart& bart, const char* name, std::span<const std::int64_t> tokens,
                  std::int64_t room) {
    const char* mend = "Make ids with the model's own tokenizer, and cut texts to its context.";
    if (tokens.empty() || std::ssize(tokens) > room) {
        fail("E-LM-053", fmt::format("The {} has a length that the model cannot take", name),
             fmt::format("1 to {} tokens", room), fmt::format("{}", tokens.size()), mend);
    }
    for (const std::int64_t token : tokens) {
        if (token >= 0 && token < bart.vocabulary()) continue;
        fail("E-LM-053", fmt::format("The {} has a token that the model does not know", name),
             fmt::format("0 to {}", bart.vocabulary() - 1), fmt::format("{}", token), mend);
    }
}

std::span<float> rows(std::vector<float>& buffer, std::int64_t count, std::int64_t width) {
    return std::span(buffer).first(static_cast<std::size_t>(count * width));
}

void norm_rows(const PackedBart::Norm& norm, std::span<const float> x, std::span<float> out) {
    const std::size_t width = norm.weight.size();
    for (std::size_t i = 0; i < x.size(); i += width) {
        layer_norm(x.subspan(i, width), norm.weight, norm.bias, kBartNormEpsilon,
                   out.subspan(i, width));
    }
}

/// Where a part of an attention has fewer products than this, another thread comes too late.
constexpr std::int64_t kProductsAThread = 16384, kActivationsAPart = 512;

}  // namespace

PackedBartDecoder::PackedBartDecoder(std::shared_ptr<const PackedBart> model,
                                     std::span<const std::vector<std::int64_t>> sources,
                                     std::int64_t most_tokens, int threads)
    : model_(std::move(model)) {
    const Bart& bart = model_->bart();
    const std::int64_t width = bart.width();
    capacity_ = most_tokens > 0 ? std::min(most_tokens, bart.context()) : bart.context();
    scratch_.threads = threads;
    std::int64_t longest = 1;
    for (const std::vector<std::int64_t>& source : sources) {
        check_tokens(bart, "source", source, bart.context());
        longest = std::max(longest, std::ssize(source));
    }
    for (std::vector<float>* buffer : {&state_, &input_, &added_, &query_, &key_, &value_, &mixed_})
        buffer->resize(static_cast<std::size_t>(longest * width));
    wide_.resize(static_cast<std::size_t>(longest * bart.sizes(BartSide::Encoder).hidden));
    for (const std::vector<std::int64_t>& source : sources) {
        cross_.push_back(fresh(std::ssize(source), true));
        encode(source, cross_.back());
        row_sources_.push_back(std::ssize(row_sources_));
    }
    wide_.resize(
        std::max(wide_.size(), static_cast<std::size_t>(bart.sizes(BartSide::Decoder).hidden)));
    const std::int64_t most = bart.sizes(BartSide::Decoder).heads * std::max(longest, capacity_);
    scores_.reserve(static_cast<std::size_t>(most));
    float_scores_.reserve(static_cast<std::size_t>(most));
    probabilities_.codes.reserve(static_cast<std::size_t>(most));
}

PackedBartDecoder::Caches PackedBartDecoder::fresh(std::int64_t capacity, bool cross) const {
    Caches caches;
    const std::int64_t heads = model_->bart().sizes(BartSide::Decoder).heads;
    const std::int64_t columns = model_->bart().width() / heads;
    for (const PackedBart::Layer& layer : model_->side(BartSide::Decoder).layers) {
        const PackedBart::Attention& attention = cross ? *layer.cross : layer.self;
        caches.push_back({CodeRows(attention.key_rule, capacity, heads, columns),
                          CodeRows(attention.value_rule, capacity, heads, columns)});
    }
    return caches;
}

std::int64_t PackedBartDecoder::cache_bytes_a_token() const {
    std::int64_t bytes = 0;
    for (const Kept& kept : fresh(1, false))
        bytes += kept.keys.bytes_a_token() + kept.values.bytes_a_token();
    return bytes;
}

void PackedBartDecoder::embed(BartSide side, std::span<const std::int64_t> tokens,
                              std::int64_t first) {
    const Bart& bart = model_->bart();
    const PackedBart::Side& parts = model_->side(side);
    const std::int64_t width = bart.width();
    const auto factor =
        static_cast<float>(bart.scales_embedding() ? std::sqrt(static_cast<double>(width)) : 1.0);
    for (std::int64_t t = 0; t < std::ssize(tokens); ++t) {
        const auto to = std::span(state_).subspan(t * width, width);
        model_->embed(tokens[static_cast<std::size_t>(t)], to);
        const float* position = parts.positions.data() + (first + t + kBartPositionOffset) * width;
        for (std::int64_t i = 0; i < width; ++i) to[i] = to[i] * factor + position[i];
    }
    const auto state = rows(state_, std::ssize(tokens), width);
    norm_rows(parts.embedding_norm, state, state);
}

template <class Inside>
void PackedBartDecoder::residual(const PackedBart::Norm& norm, std::int64_t count,
                                 const Inside& inside) {
    const std::int64_t width = model_->bart().width();
    const auto state = rows(state_, count, width), input = rows(input_, count, width),
               added = rows(added_, count, width);
    const bool before = model_->bart().norm() == BartNorm::Pre;
    if (before)
        norm_rows(norm, state, input);
    else
        std::ranges::copy(state, input.begin());
    inside();
    for (std::size_t i = 0; i < state.size(); ++i) state[i] += added[i];
    if (!before) norm_rows(norm, state, state);
}

void PackedBartDecoder::keep(const PackedBart::Attention& attention, std::span<const float> x,
                             Kept& kept) {
    const auto key = std::span(key_).first(x.size()), value = std::span(value_).first(x.size());
    attention.key(x, key, scratch_);
    attention.value(x, value, scratch_);
    kept.keys.append(key, kept_);
    kept.values.append(value, kept_);
}

void PackedBartDecoder::attend(const PackedBart::Attention& attention, const Kept& kept,
                               BartSide side, std::int64_t count) {
    const std::int64_t width = model_->bart().width(), seen = kept.keys.size();
    const std::int64_t heads = model_->bart().sizes(side).heads;
    const std::int64_t each = width / heads;
    const auto query = rows(query_, count, width);
    attention.query(rows(input_, count, width), query, scratch_);
    const auto shrink = static_cast<float>(1 / std::sqrt(static_cast<double>(each)));
    for (float& value : query) value *= shrink;
    if (!kept.keys.has_codes()) return attend_floats(attention, kept, heads, count);
    queries_.round(query, width, attention.query_rule);
    scores_.resize(static_cast<std::size_t>(heads * count * seen));
    const double factor = static_cast<double>(queries_.scales.front()) * kept.keys.scale();
    const StepKernels& kernels = step_kernels();
    const int threads = heads * count * seen * each < kProductsAThread ? 1 : scratch_.threads;
    scratch_.workspace.for_each_part(threads, heads, [&](int, std::int64_t head) {
        double* scores = scores_.data() + head * count * seen;
        kernels.code_scores(kept.keys.codes(head), queries_.codes.data() + head * each, count,
                            width, factor, scores);
        for (std::int64_t t = 0; t < count; ++t)
            softmax({scores + t * seen, static_cast<std::size_t>(seen)});
    });
    probabilities_.round(std::span<const double>(scores_), seen, attention.attention_rule);
    // The offset of all probabilities meets the sum of all values.
    const bool has_offset = probabilities_.has_offset;
    const float scale = probabilities_.scales.front() * kept.values.scale();
    const float offset = has_offset ? probabilities_.offsets.front() * kept.values.scale() : 0;
    scratch_.workspace.for_each_part(threads, heads, [&](int, std::int64_t head) {
        std::int32_t all[kMostHeadColumns] = {};
        std::int32_t* sums = sums_.data() + head * count * each;
        kernels.code_mixes(kept.values.codes(head),
                           probabilities_.codes.data() + head * count * seen, count, sums,
                           has_offset ? all : nullptr);
        for (std::int64_t t = 0; t < count; ++t) {
            float* to = mixed_.data() + t * width + head * each;
            for (std::int64_t i = 0; i < each; ++i) {
                to[i] = scale * static_cast<float>(sums[t * each + i]) +
                        offset * static_cast<float>(all[i]);
            }
        }
    });
    attention.out(rows(mixed_, count, width), rows(added_, count, width), scratch_);
}

void PackedBartDecoder::attend_floats(const PackedBart::Attention& attention, const Kept& kept,
                                      std::int64_t heads, std::int64_t count) {
    const std::int64_t width = model_->bart().width(), seen = kept.keys.size();
    const std::int64_t each = width / heads;
    const StepKernels& kernels = step_kernels();
    float_scores_.resize(static_cast<std::size_t>(heads * seen));
    const int threads = heads * seen * each < kProductsAThread ? 1 : scratch_.threads;
    for (std::int64_t t = 0; t < count; ++t) {
        scratch_.workspace.for_each_part(threads, heads, [&](int, std::int64_t head) {
            float* scores = float_scores_.data() + head * seen;
            const std::int64_t at = t * width + head * each;
            kernels.products(kept.keys.numbers(head), seen, each, width, query_.data() + at, 1,
                             nullptr, scores);
            softmax({scores, static_cast<std::size_t>(seen)});
            kernels.weighted_rows(kept.values.numbers(head), seen, each, width, scores,
                                  mixed_.data() + at);
        });
    }
    attention.out(rows(mixed_, count, width), rows(added_, count, width), scratch_);
}

void PackedBartDecoder::feed_forward(const PackedBart::Layer& layer, BartSide side,
                                     std::int64_t count) {
    residual(layer.norm, count, [&] {
        const Bart& bart = model_->bart();
        const auto wide = rows(wide_, count, bart.sizes(side).hidden);
        layer.first(rows(input_, count, bart.width()), wide, scratch_);
        const bool is_gelu = bart.layer_options(side, 0).activation == BartActivation::Gelu;
        const std::int64_t parts = (std::ssize(wide) + kActivationsAPart - 1) / kActivationsAPart;
        scratch_.workspace.for_each_part(scratch_.threads, parts, [&](int, std::int64_t part) {
            const std::int64_t from = part * kActivationsAPart;
            const std::int64_t to = std::min(from + kActivationsAPart, std::ssize(wide));
            for (float& value : wide.subspan(from, to - from))
                value = is_gelu ? gelu(value) : std::max(value, 0.0F);
        });
        layer.second(wide, rows(added_, count, bart.width()), scratch_);
    });
}

void PackedBartDecoder::encode(std::span<const std::int64_t> tokens, Caches& cross) {
    const PackedBart::Side& side = model_->side(BartSide::Encoder);
    const std::int64_t count = std::ssize(tokens), width = model_->bart().width();
    const std::int64_t heads = model_->bart().sizes(BartSide::Encoder).heads;
    embed(BartSide::Encoder, tokens, 0);
    sums_.resize(static_cast<std::size_t>(count * width));
    for (const PackedBart::Layer& layer : side.layers) {
        residual(layer.self.norm, count, [&] {
            Kept kept{CodeRows(layer.self.key_rule, count, heads, width / heads),
                      CodeRows(layer.self.value_rule, count, heads, width / heads)};
            keep(layer.self, rows(input_, count, width), kept);
            attend(layer.self, kept, BartSide::Encoder, count);
        });
        feed_forward(layer, BartSide::Encoder, count);
    }
    const auto state = rows(state_, count, width);
    if (side.last_norm) norm_rows(*side.last_norm, state, state);
    const std::vector<PackedBart::Layer>& layers = model_->side(BartSide::Decoder).layers;
    for (std::size_t i = 0; i < layers.size(); ++i) keep(*layers[i].cross, state, cross[i]);
}

void PackedBartDecoder::choose_rows(std::span<const std::int64_t> parents) {
    bool is_same = length_ > 0 && parents.size() == row_sources_.size();
    for (std::size_t i = 0; i < parents.size() && is_same; ++i)
        is_same = parents[i] == static_cast<std::int64_t>(i);
    if (is_same) return;
    make_rows(rows_, parents.size());
    chosen_.clear();
    for (const std::int64_t parent : parents)
        chosen_.push_back(row_sources_[static_cast<std::size_t>(parent)]);
    const bool only_leave =
        std::ranges::adjacent_find(parents, std::ranges::greater_equal()) == parents.end();
    if (length_ > 0 && only_leave) {
        for (std::size_t row = 0; row < parents.size(); ++row)
            std::swap(rows_[row], rows_[static_cast<std::size_t>(parents[row])]);
    } else if (length_ > 0) {
        make_rows(spare_, rows_.size());
        children_.assign(rows_.size(), 0);
        for (const std::int64_t parent : parents) ++children_[static_cast<std::size_t>(parent)];
        for (std::size_t row = 0; row < parents.size(); ++row) {
            const auto from = static_cast<std::size_t>(parents[row]);
            // The last of a row's children takes it as it is.
            if (--children_[from] == 0) {
                std::swap(spare_[row], rows_[from]);
                continue;
            }
            for (std::size_t layer = 0; layer < rows_[from].size(); ++layer) {
                spare_[row][layer].keys.copy(rows_[from][layer].keys);
                spare_[row][layer].values.copy(rows_[from][layer].values);
            }
        }
        std::swap(rows_, spare_);
    }
    std::swap(row_sources_, chosen_);
}

void PackedBartDecoder::make_rows(std::vector<Caches>& rows, std::size_t count) const {
    while (rows.size() < count) rows.push_back(fresh(capacity_, false));
}

void PackedBartDecoder::decode(std::int64_t token, std::int64_t row,
                               std::span<float> log_probabilities) {
    const PackedBart::Side& side = model_->side(BartSide::Decoder);
    const std::int64_t width = model_->bart().width();
    const Caches& cross =
        cross_[static_cast<std::size_t>(row_sources_[static_cast<std::size_t>(row)])];
    Caches& self = rows_[static_cast<std::size_t>(row)];
    embed(BartSide::Decoder, {&token, 1}, length_);
    for (std::size_t i = 0; i < side.layers.size(); ++i) {
        const PackedBart::Layer& layer = side.layers[i];
        residual(layer.self.norm, 1, [&] {
            keep(layer.self, rows(input_, 1, width), self[i]);
            attend(layer.self, self[i], BartSide::Decoder, 1);
        });
        residual(layer.cross->norm, 1,
                 [&] { attend(*layer.cross, cross[i], BartSide::Decoder, 1); });
        feed_forward(layer, BartSide::Decoder, 1);
    }
    const auto state = rows(state_, 1, width);
    if (side.last_norm) norm_rows(*side.last_norm, state, state);
    model_->head()(state, log_probabilities, scratch_);
    step_kernels().log_softmax(log_probabilities.data(), std::ssize(log_probabilities));
}

void PackedBartDecoder::step(std::span<const std::int64_t> parents,
                             std::span<const std::int64_t> tokens,
                             std::span<float> log_probabilities) {
    const auto each = static_cast<std::size_t>(vocabulary());
    const bool fits = !parents.empty() && parents.size() == tokens.size() &&
                      log_probabilities.size() == parents.size() * each &&
                      std::ranges::all_of(parents, [&](std::int64_t parent) {
                          return parent >= 0 && parent < std::ssize(row_sources_);
                      });
    if (!fits) {
        fail("E-LM-058", "A decoding step is of rows that are not there",
             fmt::format("parents below {}, a token and {} scores for each", row_sources_.size(),
                         each),
             fmt::format("{} parents, {} tokens, {} scores", parents.size(), tokens.size(),
                         log_probabilities.size()),
             "Name rows of the step before, in the first step sources.");
    }
    if (length_ == capacity_) {
        fail("E-LM-053", "The target is longer than there is room for",
             fmt::format("{} tokens", capacity_), "one more",
             "Cut the text to the model's context, or ask for fewer tokens.");
    }
    check_tokens(model_->bart(), "target", tokens, std::ssize(tokens));
    choose_rows(parents);
    for (std::size_t row = 0; row < tokens.size(); ++row) {
        decode(tokens[row], static_cast<std::int64_t>(row),
               log_probabilities.subspan(row * each, each));
    }
    ++length_;
}

}  // namespace millrace::ops
