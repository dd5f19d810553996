#include "nodes/ops/quant/check.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <string>

#include "engine/problem.hpp"

namespace millrace::ops {

std::string shape_text(const at::Tensor& tensor) {
    if (!tensor.defined()) return "no tensor";
    std::string text;
    for (const auto size : tensor.sizes())
        text += fmt::format("{}{}", text.empty() ? "" : ", ", size);
    return "[" + text + "]";
}

void check_values(const at::Tensor& tensor, std::string_view name) {
    const bool is_float =
        tensor.defined() && tensor.device().is_cpu() &&
        (tensor.scalar_type() == at::kFloat || tensor.scalar_type() == at::kDouble);
    if (!is_float) {
        throw engine::Error({.code = "E-QUANT-001",
                             .what = fmt::format("The {} cannot be quantized", name),
                             .expected = "a float32 or float64 tensor on the CPU",
                             .found = tensor.defined() ? tensor.toString() : "no tensor",
                             .mend = "Convert the tensor to float32 first."});
    }
    if (tensor.numel() == 0) {
        throw engine::Error({.code = "E-QUANT-002",
                             .what = fmt::format("The {} has no elements", name),
                             .expected = "at least one element",
                             .found = "shape " + shape_text(tensor),
                             .mend = "Leave out empty items before the quantizer."});
    }
    // One pass without scratch: a sum is finite only when all its terms are, unless it overflows.
    const at::Tensor values = tensor.detach();
    if (values.sum(at::kDouble).isfinite().item<bool>()) return;
    const auto finite = values.isfinite().sum().item<std::int64_t>();
    if (finite == values.numel()) return;
    throw engine::Error(
        {.code = "E-QUANT-003",
         .what = fmt::format("The {} holds NaN or infinity", name),
         .expected = "finite numbers",
         .found = fmt::format("{} of {} elements are not", values.numel() - finite, values.numel()),
         .cause = "training that diverged, or a damaged checkpoint",
         .mend = "Lower the learning rate, or load another checkpoint."});
}

void check_rank(const at::Tensor& tensor, int rank, std::string_view name) {
    check_values(tensor, name);
    if (tensor.dim() == rank) return;
    throw engine::Error({.code = "E-QUANT-004",
                         .what = fmt::format("The {} has another number of axes", name),
                         .expected = fmt::format("{} axes", rank),
                         .found = "shape " + shape_text(tensor),
                         .mend = "Reshape it, or choose another granularity."});
}

void check_bits(int bits, int least, int most) {
    if (bits >= least && bits <= most) return;
    throw engine::Error({.code = "E-QUANT-005",
                         .what = "This quantizer does not have that many bits",
                         .expected = least == most ? fmt::format("{} bits", least)
                                                   : fmt::format("{} to {} bits", least, most),
                         .found = fmt::format("{} bits", bits),
                         .mend = "Choose another number of bits or another quantizer."});
}

void throw_shapes(std::string_view name, const std::string& expected, const std::string& found) {
    throw engine::Error({.code = "E-QUANT-006",
                         .what = fmt::format("The {} does not fit", name),
                         .expected = expected,
                         .found = found,
                         .mend = "Check that all parts come from the same model and batch."});
}

void check_linear(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias) {
    check_values(input, "input of the layer");
    check_rank(weight, 2, "weight");
    if (input.dim() == 0 || input.size(-1) != weight.size(1)) {
        throw_shapes("input of the layer", fmt::format("a last axis of {}", weight.size(1)),
                     "shape " + shape_text(input));
    }
    if (bias.defined() && (bias.dim() != 1 || bias.size(0) != weight.size(0))) {
        throw_shapes("bias", fmt::format("[{}]", weight.size(0)), shape_text(bias));
    }
}

}  // namespace millrace::ops
