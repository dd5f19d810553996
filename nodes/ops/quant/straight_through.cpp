#include "nodes/ops/quant/straight_through.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace millrace::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct MaskedIdentity : torch::autograd::Function<MaskedIdentity> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x,
                              const at::Tensor& quantized, const at::Tensor& passes) {
        context->save_for_backward({passes});
        return quantized.to(x.scalar_type());
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const at::Tensor passes = context->get_saved_variables().front();
        // Filled, not multiplied: an infinite gradient of a clipped element is 0 too.
        return {gradients.front().masked_fill(passes.logical_not(), 0), at::Tensor(), at::Tensor()};
    }
};

}  // namespace

at::Tensor straight_through(const at::Tensor& x, const at::Tensor& quantized,
                            const at::Tensor& passes) {
    // A copy where both are one tensor: autograd would take the result for a view of its input.
    const at::Tensor value = quantized.detach();
    return MaskedIdentity::apply(x, value.is_same(x) ? value.clone() : value, passes);
}

at::Tensor straight_through_sum(const at::Tensor& x, const at::Tensor& quantized) {
    return (quantized.detach() - x.detach()) + x;
}

}  // namespace millrace::ops
