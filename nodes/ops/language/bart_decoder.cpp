#include "nodes/ops/language/bart_decoder.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

at::Tensor numbers(std::span<const std::int64_t> values) {
    return at::tensor(at::ArrayRef<std::int64_t>(values.data(), values.size()), at::kLong);
}

BartKeys rows_of(const BartKeys& all, const at::Tensor& rows) {
    return {all.keys.index_select(0, rows), all.values.index_select(0, rows)};
}

void check_rows(std::span<const std::int64_t> parents, std::size_t tokens, std::size_t scores,
                std::size_t rows, std::int64_t vocabulary) {
    const bool fits = !parents.empty() && parents.size() == tokens &&
                      scores == parents.size() * static_cast<std::size_t>(vocabulary) &&
                      std::ranges::all_of(parents, [&](std::int64_t parent) {
                          return parent >= 0 && static_cast<std::size_t>(parent) < rows;
                      });
    if (fits) return;
    throw engine::Error(
        {.code = "E-LM-058",
         .what = "A decoding step is of rows that are not there",
         .expected =
             fmt::format("parents below {}, a token and {} scores for each", rows, vocabulary),
         .found = fmt::format("{} parents, {} tokens, {} scores", parents.size(), tokens, scores),
         .mend = "Name rows of the step before, in the first step sources."});
}

}  // namespace

BartDecoder::BartDecoder(const Bart& bart, const NamedTensors& parameters,
                         const NamedTensors& buffers, const at::Tensor& source,
                         const at::Tensor& mask, Statistics statistics)
    : bart_(bart),
      rounded_(rounded_bart(bart, parameters)),
      buffers_(buffers),
      scales_(bart_scales(bart, parameters, buffers)) {
    const at::NoGradGuard no_grad;
    rounded_.bart = rounded_.bart.with_statistics(statistics);
    const BartParts whole = parts();
    const BartMemory memory = bart_encode(whole, source, mask);
    sources_ = source.size(0);
    blocked_ = memory.blocked;
    const std::int64_t layers = bart_.sizes(BartSide::Decoder).layers;
    for (std::int64_t layer = 0; layer < layers; ++layer) {
        cross_.push_back(bart_cross_keys(
            memory, {rounded_.parameters, scales_, pass_, Bart::prefix(BartSide::Decoder, layer)},
            whole.bart.layer_options(BartSide::Decoder, layer)));
    }
    caches_.resize(cross_.size());
    row_sources_.resize(static_cast<std::size_t>(sources_));
    std::iota(row_sources_.begin(), row_sources_.end(), 0);
}

BartParts BartDecoder::parts() { return {rounded_.bart, rounded_.parameters, scales_, pass_}; }

void BartDecoder::choose_rows(std::span<const std::int64_t> parents) {
    std::vector<std::int64_t> chosen;
    for (const std::int64_t parent : parents)
        chosen.push_back(row_sources_[static_cast<std::size_t>(parent)]);
    const bool has_rows = length_ > 0;
    // Beams mostly trade places within their source, whose keys then stay.
    if (!has_rows || chosen != row_sources_) {
        const at::Tensor from = numbers(chosen);
        row_blocked_ = blocked_.defined() ? blocked_.index_select(0, from) : blocked_;
        for (std::size_t layer = 0; layer < caches_.size(); ++layer)
            caches_[layer].cross = rows_of(cross_[layer], from);
    }
    row_sources_ = std::move(chosen);
    if (!has_rows) return;
    const at::Tensor rows = numbers(parents);
    for (BartLayerCache& cache : caches_) cache.self = rows_of(cache.self, rows);
}

void BartDecoder::step(std::span<const std::int64_t> parents, std::span<const std::int64_t> tokens,
                       std::span<float> log_probabilities) {
    const at::NoGradGuard no_grad;
    check_rows(parents, tokens.size(), log_probabilities.size(), row_sources_.size(), vocabulary());
    choose_rows(parents);
    const at::Tensor state = bart_decode(parts(), numbers(tokens).unsqueeze(1), length_,
                                         {.blocked = row_blocked_}, &caches_);
    ++length_;
    const at::Tensor scores = bart_logits(rounded_.parameters, buffers_, state)
                                  .squeeze(1)
                                  .log_softmax(-1)
                                  .to(at::kFloat)
                                  .contiguous();
    std::copy_n(scores.data_ptr<float>(), scores.numel(), log_probabilities.data());
}

}  // namespace millrace::ops
