// How large a model is and how much it computes, part by part, from its spec and tensors. Plain
// functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nodes/types/model.hpp"

namespace millrace::ops {

/// What the multiply-accumulates are of.
struct Work {
    /// A decoder's token sees so many, itself included; an encoder reads so many.
    std::int64_t source_tokens = 1;
    /// Of an encoder-decoder, in one pass.
    std::int64_t target_tokens = 1;
};

/// A part has the name of its tensors without the last piece: "model.layers.0.self_attn.q_proj".
struct PartSize {
    std::string part;
    std::int64_t parameters = 0;
    std::int64_t bytes = 0;        ///< of parameters and buffers as they are
    std::int64_t packed_bits = 0;  ///< as the spec's quantization would store them
    std::int64_t macs = 0;  ///< multiply-accumulates; products of activations are "….self_attn"
};

/// By name. Packed are quantized weights: each row of codes in the narrowest layout of
/// quant/pack.hpp that holds them (1, 2, 4 or 8 bits) and a float32 scale a row; more bits are not
/// packed. A network with int8 on: weights 8 bits with a float32 scale for each channel, an SVDF's
/// time weights 16. All else stays as it is. A BART with a quantized lookup keeps the float table
/// beside it for the head, which counts as "lm_head". Macs of a network are of a frame. Throws
/// Error E-NET-001 for an architecture without parts, and what the architectures' readers and
/// check_tensors() throw.
std::vector<PartSize> part_sizes(const types::Model& model, const Work& work);

/// The sum, named "all".
PartSize whole_size(const std::vector<PartSize>& parts);

}  // namespace millrace::ops
