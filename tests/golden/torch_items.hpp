// Between the tensors of expected-number files and LibTorch's.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "tests/golden/golden.hpp"

namespace millrace::golden {

/// float32 as float, integers as int64.
at::Tensor to_torch(const Tensor& tensor);

/// float32 (float and double) and int32 (all integers).
Item from_torch(const at::Tensor& tensor);

/// A float32 leaf that takes gradients.
at::Tensor leaf(const Tensor& tensor);

/// The gradient as a tensor of the leaf's shape: zeros where none arrived.
Item gradient_of(const at::Tensor& leaf);

/// Texts and flags among parameters.
const std::string& text_of(const Case& given, std::string_view name);
bool flag_of(const Case& given, std::string_view name);

}  // namespace millrace::golden
