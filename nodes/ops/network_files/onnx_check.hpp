// Whether the bytes of an ONNX file hang together, found with bounds before a library sees them.
// Without tensors of any library. Plain function, any thread. (ONNX's IR specification,
// onnx.proto.)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/ops/network_files/onnx_parts.hpp"

namespace millrace::ops {

struct OnnxSummary {
    std::int64_t operator_set = 0;  ///< of ONNX's own operators
    std::string producer;
    std::vector<OnnxValue> inputs;  ///< without those that the file itself gives values
    std::vector<OnnxValue> outputs;
    std::vector<std::string>
        operators;  ///< which there are, each once, in the order of their names
    std::int64_t weight_bytes = 0;
};

/// Checks everything that a run relies on: each node reads what stands before it, tensors have the
/// bytes of their shapes, nothing lies in other files or in graphs inside of nodes, steps and
/// kernels have possible sizes. Throws Error E-ONNX-001 for what is no ONNX file, E-ONNX-002 for
/// one that contradicts itself, E-ONNX-003 for parts that are not read, E-ONNX-004 for weights that
/// are no numbers.
OnnxSummary check_onnx(std::string_view bytes);

}  // namespace millrace::ops
