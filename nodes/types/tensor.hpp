// The tensor payload: a LibTorch handle on the CPU. Treat the tensor of a packet as read-only; clone() before
// writing, since the handle is shared.
#pragma once

#include <ATen/core/Tensor.h>

#include "engine/packet.hpp"

namespace millrace::types {

struct Tensor {
    at::Tensor value;
};

}  // namespace millrace::types

template <>
struct millrace::engine::PayloadTraits<millrace::types::Tensor> {
    static constexpr std::string_view name = "tensor";
    static constexpr int version = 1;
    static Record record(const types::Tensor& tensor);
    static types::Tensor restore(const Record& record);
    static std::vector<visual::Visual> visual(const types::Tensor& tensor, const visual::Budget& budget);
};
