// A decoder's float tensors as a packed model. Plain function, any thread.
#pragma once

#include "nodes/ops/language/llama.hpp"
#include "nodes/ops/packed/pack_matrix.hpp"

namespace millrace::ops {

enum class PackedHead { Float, Int8 };

struct PackOptions {
    PackedHead head = PackedHead::Float;
    TernaryLayout ternary = TernaryLayout::TwoBits;
};

/// Linears of 1 to 8 bits whose inputs have 3 to 8 are packed; others, quantized or not, stay float
/// rows with their rounded values. An int8 head is "lm_head.weight", rounded by LLM-QAT's rule, the
/// embedding beside it float. Throws Error E-PACK-032 where nothing is to be packed, 033 for a
/// cache that is neither off nor of 4 or 8 bits or is not the same everywhere, or inputs of other
/// than 3 to 8 bits before a linear that is not rounded; others as check_tensors() and the
/// quantizers.
types::PackedModel pack_llama(const Llama& llama, const NamedTensors& parameters,
                              const PackOptions& options = {});

/// The bits of the cache, 32: off. Throws Error E-PACK-033.
int packed_cache_bits(const Llama& llama);

}  // namespace millrace::ops
