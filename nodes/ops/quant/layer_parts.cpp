#include "nodes/ops/quant/layer_parts.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/problem.hpp"
#include "nodes/ops/quant/check.hpp"

namespace millrace::ops {

void throw_missing(const std::string& name) {
    throw engine::Error({.code = "E-QUANT-012",
                         .what = "A part of the layer is missing",
                         .expected = name,
                         .found = "no such name",
                         .mend = "Load a checkpoint of this architecture."});
}

const at::Tensor& named(const NamedTensors& tensors, const std::string& name) {
    const auto found = tensors.find(name);
    if (found == tensors.end() || !found->second.defined()) throw_missing(name);
    return found->second;
}

at::Tensor split_heads(const at::Tensor& x, int heads) {
    if (heads < 1 || x.size(-1) % heads != 0) {
        throw_shapes("number of heads", fmt::format("a divisor of {}", x.size(-1)),
                     fmt::format("{}", heads));
    }
    return x.reshape({x.size(0), x.size(1), heads, x.size(-1) / heads}).transpose(1, 2);
}

at::Tensor merge_heads(const at::Tensor& x) { return x.transpose(1, 2).flatten(2); }

}  // namespace millrace::ops
