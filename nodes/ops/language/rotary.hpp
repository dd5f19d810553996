// Rotary position embedding (Su et al., arXiv 2104.09864) in the two layouts that checkpoints have.
// Plain values and functions, safe on any thread; gradients go through LibTorch's autograd.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "nodes/types/tensor.hpp"

namespace millrace::ops {

/// Which elements of a head turn together: i and i + width / 2 (converted checkpoints of Hugging
/// Face), or 2 i and 2 i + 1 (the original release, llama2.c).
enum class RotaryLayout { Halves, Interleaved };

/// The word that a spec has for it: "halves", "interleaved".
std::string_view to_text(RotaryLayout layout);

/// The rotation of some positions. Pair i turns by position / base^(2 i / width).
class Rotation {
public:
    /// Throws Error E-LM-010 for a head of odd width, a base that is not above 0 or a position
    /// below 0.
    Rotation(std::span<const std::int64_t> positions, std::int64_t width, double base,
             RotaryLayout layout);

    /// `x` [..., time, width], one row for each position. Throws Error E-LM-010 for another shape.
    at::Tensor operator()(const at::Tensor& x) const;

private:
    at::Tensor cosine_, sine_;  ///< [time, width / 2] float32
    RotaryLayout layout_;
};

/// The rows of a query or key projection [heads * width, in] in the order of the other layout: with
/// rows and layout both changed, attention is the same. Throws Error E-LM-010 where heads of even
/// width don't fill the rows.
at::Tensor halves_from_interleaved(const at::Tensor& weight, std::int64_t heads);
at::Tensor interleaved_from_halves(const at::Tensor& weight, std::int64_t heads);

}  // namespace millrace::ops
