#include "tests/golden/torch_items.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace millrace::golden {

at::Tensor to_torch(const Tensor& tensor) {
    if (!tensor.is_real()) return at::tensor(tensor.integers, at::kLong).reshape(tensor.shape);
    const std::vector<float> values = tensor.floats();
    const at::Tensor result = at::empty(tensor.shape, at::kFloat);
    std::ranges::copy(values, result.data_ptr<float>());
    return result;
}

Item from_torch(const at::Tensor& tensor) {
    Tensor result{.dtype = tensor.is_floating_point() ? "float32" : "int32",
                  .shape = tensor.sizes().vec()};
    const at::Tensor flat = tensor.detach().to(at::kDouble).contiguous();
    const auto* values = flat.data_ptr<double>();
    for (std::int64_t i = 0; i < flat.numel(); ++i) {
        if (tensor.is_floating_point()) {
            result.reals.push_back(static_cast<float>(values[i]));
        } else {
            result.integers.push_back(static_cast<std::int64_t>(values[i]));
        }
    }
    return {std::move(result)};
}

at::Tensor leaf(const Tensor& tensor) { return to_torch(tensor).requires_grad_(true); }

Item gradient_of(const at::Tensor& leaf) {
    return from_torch(leaf.grad().defined() ? leaf.grad() : at::zeros_like(leaf));
}

const std::string& text_of(const Case& given, std::string_view name) {
    return std::get<std::string>(given.params.find(name)->second.value);
}

bool flag_of(const Case& given, std::string_view name) {
    return std::get<bool>(given.params.find(name)->second.value);
}

}  // namespace millrace::golden
