// The tensor payload: a LibTorch handle on the CPU. Treat the tensor of a packet as read-only;
// clone() before writing, since the handle is shared.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <string>

#include "engine/packet.hpp"

namespace millrace::types {

struct Tensor {
    at::Tensor value;
};

/// Tensors by their names in checkpoints.
using NamedTensors = std::map<std::string, at::Tensor, std::less<>>;

/// A view for record(), without the tensor's history. Throws Error E-TYPE-005 for complex or sparse
/// tensors.
engine::ArrayView array_of(std::string name, const at::Tensor& tensor);

/// A copy of a checked array. Throws Error E-FILE-011 for types that LibTorch lacks.
at::Tensor tensor_of(const engine::ArrayView& array);

}  // namespace millrace::types

template <>
struct millrace::engine::PayloadTraits<millrace::types::Tensor> {
    static constexpr std::string_view name = "tensor";
    static constexpr int version = 1;
    static Record record(const types::Tensor& tensor);
    static types::Tensor restore(const Record& record);
    static std::vector<visual::Visual> visual(const types::Tensor& tensor,
                                              const visual::Budget& budget);
};
