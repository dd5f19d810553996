#include "nodes/ops/networks/all_sum.hpp"

#include <torch/csrc/autograd/custom_function.h>

namespace millrace::ops {
namespace {

struct AllSum : torch::autograd::Function<AllSum> {
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& values,
                              std::int64_t reducer) {
        context->saved_data["reducer"] = reducer;
        at::Tensor sum = values.clone();
        pointer_of(reducer)->sum(sum);
        return sum;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list gradients) {
        at::Tensor sum = gradients[0].clone();
        pointer_of(context->saved_data["reducer"].toInt())->sum(sum);
        return {sum, at::Tensor()};
    }

    /// A context keeps numbers and tensors alone. The reducer outlives the step that uses it.
    static const Reducer* pointer_of(std::int64_t number) {
        return reinterpret_cast<const Reducer*>(number);
    }
};

}  // namespace

at::Tensor all_sum(const at::Tensor& values, const Reducer& reducer) {
    return AllSum::apply(values, reinterpret_cast<std::int64_t>(&reducer));
}

}  // namespace millrace::ops
