// A packed BART's encoder, and its decoder step by step for beam_search() and greedy_search(). No
// LibTorch. Memory is taken when it is made and by the first steps, where rows are added and first
// trade places; a further step takes none. One thread uses a decoder at a time, which may have
// others help.
//
// The cache's rule is BartDecoder's: keys and values are rounded as a whole at each step. With
// learned scales that never changes a kept token, which is stored in 2 bits a number; with min-max,
// and where an attention is not quantized, the numbers themselves are kept. Where a quantizer goes
// by statistics of its tensor, each source and each row has its own, as with Statistics::Item in
// simulation: what else is asked at the same time does not matter.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "nodes/ops/language/beam_search.hpp"
#include "nodes/ops/packed/code_rows.hpp"
#include "nodes/ops/packed/packed_bart.hpp"

namespace millrace::ops {

class PackedBartDecoder final : public BeamStep {
public:
    /// Encodes `sources`, each its tokens; steps up to `most_tokens`, 0: the model's context.
    /// Throws Error E-LM-053 for tokens that don't fit the model, E-PACK-013 where something is not
    /// finite.
    PackedBartDecoder(std::shared_ptr<const PackedBart> model,
                      std::span<const std::vector<std::int64_t>> sources,
                      std::int64_t most_tokens = 0, int threads = 1);

    std::int64_t sources() const { return std::ssize(cross_); }
    std::int64_t vocabulary() const override { return model_->bart().vocabulary(); }

    /// Throws Error E-LM-058 for rows or tokens that are not there, E-LM-053 beyond the context.
    void step(std::span<const std::int64_t> parents, std::span<const std::int64_t> tokens,
              std::span<float> log_probabilities) override;

    /// Of keys and values of a target's token, for all layers of a row.
    std::int64_t cache_bytes_a_token() const;

private:
    struct Kept {
        CodeRows keys, values;
    };
    using Caches = std::vector<Kept>;  ///< by layer

    Caches fresh(std::int64_t capacity, bool cross) const;
    void make_rows(std::vector<Caches>& rows, std::size_t count) const;
    void choose_rows(std::span<const std::int64_t> parents);
    void embed(BartSide side, std::span<const std::int64_t> tokens, std::int64_t first);
    void encode(std::span<const std::int64_t> tokens, Caches& cross);
    void decode(std::int64_t token, std::int64_t row, std::span<float> log_probabilities);
    void attend(const PackedBart::Attention& attention, const Kept& kept, BartSide side,
                std::int64_t count);
    /// The same of queries, shrunk, that are not rounded, and kept floats.
    void attend_floats(const PackedBart::Attention& attention, const Kept& kept, std::int64_t heads,
                       std::int64_t count);
    void keep(const PackedBart::Attention& attention, std::span<const float> x, Kept& kept);
    template <class Inside>
    void residual(const PackedBart::Norm& norm, std::int64_t count, const Inside& inside);
    void feed_forward(const PackedBart::Layer& layer, BartSide side, std::int64_t count);

    std::shared_ptr<const PackedBart> model_;
    std::int64_t capacity_, length_ = 0;
    std::vector<Caches> cross_;         ///< by source
    std::vector<Caches> rows_, spare_;  ///< by row, as many as there were at most
    std::vector<std::int64_t> row_sources_, chosen_, children_;
    LinearScratch scratch_;
    RoundedTokens queries_, probabilities_, kept_;
    /// [tokens, width]: the state, what a part reads, and what it adds.
    std::vector<float> state_, input_, added_, query_, key_, value_, mixed_, wide_;
    std::vector<double> scores_;       ///< [heads, queries, keys]
    std::vector<float> float_scores_;  ///< [heads, keys]
    std::vector<std::int32_t> sums_;   ///< [heads, queries, columns of a head]
};

}  // namespace millrace::ops
