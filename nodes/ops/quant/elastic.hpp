// Elastic activation quantizers: one learned scale per tensor, set from the first tensor seen, with
// the gradient of learned-step-size quantization. Plain functions, safe on any thread as long as
// one scale is not shared between threads; gradients go through LibTorch's autograd.
#pragma once

#include "nodes/types/tensor.hpp"

namespace millrace::ops {

/// Tbt (arXiv 2306.01841): at 2 bits three levels, -1..1 or 0..2. Bit, its predecessor (arXiv
/// 2205.13016): at 2 bits four, -2..1 or 0..3. They agree at other widths.
enum class ElasticRule { Tbt, Bit };

enum class ElasticSign {
    Signed,    ///< codes about 0
    Unsigned,  ///< codes from 0 up; above 1 bit the tensor's smallest value is taken off first
};

struct ElasticOptions {
    int bits = 2;  ///< 1 to 8
    ElasticSign sign = ElasticSign::Signed;
    ElasticRule rule = ElasticRule::Tbt;
};

/// The learned scale of one place in a model. `alpha` is a float32 leaf of one element that takes
/// gradients; `is_initialised` must be saved beside it, or an alpha of exactly 1 would be set anew.
struct ElasticScale {
    at::Tensor alpha;
    bool is_initialised = false;

    /// A scale of 1 that the first call of elastic_quantize() sets.
    static ElasticScale fresh();
};

/// Sets a scale that is not initialised, if it is exactly 1, from `x`: 2 mean|x| / sqrt(2^(bits-1)
/// - 1) signed (the root replaced by 1 where it is 0), 4 mean|x| / sqrt(2^bits - 1) unsigned.
/// Padding counts. elastic_quantize() calls this. Errors as there.
void initialise_elastic(ElasticScale& scale, const at::Tensor& x, const ElasticOptions& options);

/// `x` (any shape) in steps of max(alpha, 1e-5): gradient to x where the code was not clipped
/// (bounds included), to alpha by the sum of code errors over sqrt(elements * highest code), in
/// full also below the floor. Throws Error E-QUANT-001 to 003 for a bad tensor, 005 for bits, 009
/// for a scale that is not one finite float32 number.
at::Tensor elastic_quantize(const at::Tensor& x, ElasticScale& scale,
                            const ElasticOptions& options);

}  // namespace millrace::ops
