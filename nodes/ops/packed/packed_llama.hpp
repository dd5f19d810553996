// A packed decoder ready for passes: its matrices in the order of the processor's kernels.
// Immutable; any number of PackedLlamaSteps share one, each on a thread of its own.
#pragma once

#include <vector>

#include "nodes/ops/language/llama.hpp"
#include "nodes/ops/packed/packed_linear.hpp"

namespace millrace::ops {

class PackedLlama {
public:
    struct Layer {
        std::vector<float> input_norm, inner_norm;
        std::vector<PackedLinear> linears;  ///< by LlamaLinear

        const PackedLinear& linear(LlamaLinear which) const {
            return linears[static_cast<std::size_t>(which)];
        }
    };

    /// Throws Error E-PACK-031 where tensors are missing, of other sizes or too many, 033 as
    /// pack_llama(); others as Llama and matrix_of().
    explicit PackedLlama(const types::PackedModel& model);

    const Llama& llama() const { return llama_; }
    int cache_bits() const { return cache_bits_; }  ///< 4, 8 or 32: float
    const std::vector<Layer>& layers() const { return layers_; }
    const std::vector<float>& embedding() const { return embedding_; }
    const std::vector<float>& norm() const { return norm_; }
    const PackedLinear& head() const { return head_; }

private:
    Llama llama_;
    int cache_bits_;
    std::vector<float> embedding_, norm_;
    std::vector<Layer> layers_;
    PackedLinear head_;
};

}  // namespace millrace::ops
