// Checks shared by the quantizers: every bad tensor is named with what was found and what to do.
// For the sources of this folder.
#pragma once

#include <string>
#include <string_view>

namespace at {
class Tensor;
}

namespace millrace::ops {

/// Throws Error E-QUANT-001 unless `tensor` is float32 or float64 on the CPU, E-QUANT-002 when it
/// has no elements, E-QUANT-003 when it holds NaN or infinity. `name` says which tensor it is.
void check_values(const at::Tensor& tensor, std::string_view name);

/// check_values(), and Error E-QUANT-004 unless the tensor has `rank` axes.
void check_rank(const at::Tensor& tensor, int rank, std::string_view name);

/// Throws Error E-QUANT-005 unless least <= bits <= most.
void check_bits(int bits, int least, int most);

/// Throws Error E-QUANT-006: two things whose shapes don't fit.
[[noreturn]] void throw_shapes(std::string_view name, const std::string& expected,
                               const std::string& found);

/// Throws E-QUANT-006 unless the last axis of `input` has the columns of `weight` [out, in], and
/// `bias`, where it is defined, has [out].
void check_linear(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias);

/// "[2, 3, 8]"
std::string shape_text(const at::Tensor& tensor);

}  // namespace millrace::ops
