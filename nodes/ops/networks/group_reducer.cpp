#include "nodes/ops/networks/group_reducer.hpp"

#include <algorithm>
#include <vector>

#include <ATen/ATen.h>

namespace millrace::ops {

void GroupReducer::sum(at::Tensor& tensor) const {
    NamedTensors tensors = {{"sum", tensor.contiguous()}};
    group_.sum(tensors);
    tensor = tensors.begin()->second;
}

void GroupReducer::most(at::Tensor& tensor) const {
    const at::Tensor flat = tensor.to(at::kDouble).contiguous();
    std::vector<double> values(flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel());
    group_.maximum(values);
    at::Tensor most = at::empty(flat.sizes(), at::kDouble);
    std::copy(values.begin(), values.end(), most.data_ptr<double>());
    tensor = most.to(tensor.scalar_type());
}

}  // namespace millrace::ops
