// Step-by-step decoding of a BART for beam_search(): the encoder runs once and so do the keys and
// values of the cross-attention; the self-attention's are kept from step to step. One thread uses a
// decoder at a time.
//
// Kept keys and values are not quantized and go through their quantizer as a whole at each step.
// Step by step gives what one pass over the finished target gives, up to the order of sums, without
// quantized activations and with learned scales at 1 bit. It does not where a quantizer goes by
// statistics of the tensor that it is given, which then holds only a part of the positions: min-max
// (3 bits and more) and ActivationMethod::Twn everywhere; at 2 bits the unsigned places, whose
// offset is the tensor's least value, 0 as soon as a pass has a masked position. These statistics
// are of each source and row by itself, so that an answer does not depend on what else is asked at
// the same time; Statistics::Batch takes them over all rows and padding, as passes in training do.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nodes/ops/language/bart_forward.hpp"
#include "nodes/ops/language/beam_search.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::ops {

class BartDecoder final : public BeamStep {
public:
    /// Encodes `source` [batch, time] int64 with `mask` as forward() has them. Errors as forward().
    BartDecoder(const Bart& bart, const NamedTensors& parameters, const NamedTensors& buffers,
                const at::Tensor& source, const at::Tensor& mask,
                Statistics statistics = Statistics::Item);

    std::int64_t sources() const { return sources_; }
    std::int64_t vocabulary() const override { return bart_.vocabulary(); }

    /// Throws Error E-LM-058 for rows or tokens that are not there, E-LM-053 beyond the context.
    void step(std::span<const std::int64_t> parents, std::span<const std::int64_t> tokens,
              std::span<float> log_probabilities) override;

private:
    BartParts parts();
    void choose_rows(std::span<const std::int64_t> parents);

    Bart bart_;
    RoundedBart rounded_;
    NamedTensors buffers_;
    NamedScales scales_;
    Pass pass_;
    std::int64_t sources_ = 0, length_ = 0;
    at::Tensor blocked_;           ///< of all sources
    std::vector<BartKeys> cross_;  ///< of all sources, by layer
    std::vector<std::int64_t> row_sources_;
    at::Tensor row_blocked_;              ///< of the rows, as the caches
    std::vector<BartLayerCache> caches_;  ///< by layer
};

}  // namespace millrace::ops
