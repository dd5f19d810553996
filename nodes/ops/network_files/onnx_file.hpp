// What an ONNX file says of itself, once it is checked: inputs, outputs and operators. Plain
// function, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/ops/network_files/tensor_port.hpp"

namespace millrace::ops {

struct OnnxFile {
    std::int64_t operator_set = 0;  ///< of ONNX's own operators
    std::string producer;
    std::vector<TensorPort> inputs;  ///< without those that the file itself gives values
    std::vector<TensorPort> outputs;
    std::vector<std::string>
        operators;  ///< which there are, each once, in the order of their names
    std::int64_t weight_bytes = 0;
};

/// Throws Error as check_onnx() does.
OnnxFile read_onnx(std::string_view bytes);

}  // namespace millrace::ops
