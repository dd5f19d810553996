// A sum over all processes that gradients go through. For the sources of this folder.
#pragma once

#include "nodes/ops/networks/network.hpp"

namespace millrace::ops {

/// The gradient of a sum over processes is the sum of their gradients.
at::Tensor all_sum(const at::Tensor& values, const Reducer& reducer);

}  // namespace millrace::ops
