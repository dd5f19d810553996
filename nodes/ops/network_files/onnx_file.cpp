#include "nodes/ops/network_files/onnx_file.hpp"

#include <utility>

#include "nodes/ops/network_files/onnx_check.hpp"

namespace millrace::ops {
namespace {

std::optional<at::ScalarType> scalar_type(OnnxType type) {
    switch (type) {
        case OnnxType::Float:
            return at::kFloat;
        case OnnxType::Uint8:
            return at::kByte;
        case OnnxType::Int8:
            return at::kChar;
        case OnnxType::Int16:
            return at::kShort;
        case OnnxType::Int32:
            return at::kInt;
        case OnnxType::Int64:
            return at::kLong;
        case OnnxType::Bool:
            return at::kBool;
        case OnnxType::Float16:
            return at::kHalf;
        case OnnxType::Double:
            return at::kDouble;
        case OnnxType::Bfloat16:
            return at::kBFloat16;
        default:
            return {};
    }
}

std::vector<TensorPort> ports_of(const std::vector<OnnxValue>& values) {
    std::vector<TensorPort> ports;
    for (const OnnxValue& value : values) {
        TensorPort port{.name = value.name, .type = scalar_type(value.type)};
        if (value.has_shape) port.shape = value.shape;
        ports.push_back(std::move(port));
    }
    return ports;
}

}  // namespace

OnnxFile read_onnx(std::string_view bytes) {
    OnnxSummary summary = check_onnx(bytes);
    return {.operator_set = summary.operator_set,
            .producer = std::move(summary.producer),
            .inputs = ports_of(summary.inputs),
            .outputs = ports_of(summary.outputs),
            .operators = std::move(summary.operators),
            .weight_bytes = summary.weight_bytes};
}

}  // namespace millrace::ops
