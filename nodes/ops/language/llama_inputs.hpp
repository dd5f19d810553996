// What enters the linears of a decoder over calibration texts, kept as sums whose size does not
// grow with the texts: the largest magnitude of each channel, or the products of all pairs of
// channels. A LlamaInputs belongs to one thread; texts are added one batch after another.
#pragma once

#include <cstdint>
#include <string>

#include "nodes/ops/language/llama.hpp"

namespace millrace::ops {

/// Throws Error E-QUANT-003, with the parameter's name, where one holds NaN or infinity.
void check_finite(const NamedTensors& parameters);

class LlamaInputs {
public:
    enum class Kept {
        Maxima,  ///< [channels] of what the norms give: the inputs of q, k, v and of gate, up
        Grams,   ///< [channels, channels] float64, the sum of x^T x, of all linears
    };

    /// Throws Error E-QUANT-013 for a model that is quantized: what it would measure is not what
    /// the float model's linears read.
    LlamaInputs(Llama llama, Kept kept);

    /// Runs the float model on `ids` [batch, time] int64. A token counts unless its label is below
    /// 0; `labels` is of the same shape, or undefined: all count. Errors as forward(), and
    /// E-QUANT-006 for labels of another shape or type, E-QUANT-003 where an input is not finite.
    void add(const NamedTensors& parameters, const at::Tensor& ids, const at::Tensor& labels);

    const Llama& llama() const { return llama_; }
    std::int64_t tokens() const { return tokens_; }  ///< that counted

    /// The sum for that linear; those that read the same tensor share one. Throws Error
    /// E-QUANT-014 before any token has counted.
    const at::Tensor& of(std::int64_t layer, LlamaLinear linear) const;

    /// For checkpoints: the sums by the name of the first linear that reads the tensor.
    const NamedTensors& sums() const { return sums_; }
    void restore(NamedTensors sums, std::int64_t tokens);

private:
    void keep(const std::string& name, const at::Tensor& input, const at::Tensor& counts);

    Llama llama_;
    Kept kept_;
    NamedTensors sums_;
    std::int64_t tokens_ = 0;
};

}  // namespace millrace::ops
