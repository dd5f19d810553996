// What the transformer layers of this folder share. For the sources of this folder.
#pragma once

#include <string>
#include <string_view>

#include "nodes/ops/training/optimizers.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::ops {

/// The tensor of that name. Throws Error E-QUANT-012 where it is missing.
const at::Tensor& named(const NamedTensors& tensors, const std::string& name);
[[noreturn]] void throw_missing(const std::string& name);

/// [batch, time, heads * width] to [batch, heads, time, width]. Throws Error E-QUANT-006 where
/// heads don't divide the last axis.
at::Tensor split_heads(const at::Tensor& x, int heads);
/// The way back.
at::Tensor merge_heads(const at::Tensor& x);

}  // namespace millrace::ops
