#include "nodes/ops/kws/tflite_builder.hpp"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/kws/tflite_operators.hpp"

namespace millrace::ops {

TfliteValues zero_values(TfliteType type, std::size_t count) {
    switch (type) {
        case TfliteType::Float32:
            return std::vector<float>(count);
        case TfliteType::Int32:
            return std::vector<std::int32_t>(count);
        case TfliteType::Int16:
            return std::vector<std::int16_t>(count);
        case TfliteType::Int8:
            break;
    }
    return std::vector<std::int8_t>(count);
}

void throw_tflite_scale(const std::string& expected, const std::string& found) {
    throw engine::Error({.code = "E-TFL-008",
                         .what = "A tensor of a .tflite model has unusable quantization",
                         .expected = expected,
                         .found = found,
                         .mend = "Convert the model again with full int8 quantization."});
}

Int8Scale scale_of(const TfliteTensor& tensor) {
    if (tensor.type == TfliteType::Float32) return {};
    if (tensor.scales.size() != 1) {
        throw_tflite_scale(
            "one scale for the whole tensor",
            fmt::format("{} scales in an {} tensor", tensor.scales.size(), name_of(tensor.type)));
    }
    if (!(tensor.scales[0] > 0))
        throw_tflite_scale("positive scales", fmt::format("{}", tensor.scales[0]));
    return {tensor.scales[0], tensor.zero_points[0]};
}

void TfliteBuilder::build() {
    for (const TfliteTensor& tensor : model_.tensors) {
        net_.values_.push_back(zero_values(tensor.type, static_cast<std::size_t>(tensor.count())));
        if (tensor.data.empty()) continue;
        std::visit(
            [&](auto& values) {
                std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
            },
            net_.values_.back());
        ready_[net_.values_.size() - 1] = true;
    }
    for (const int input : model_.inputs) claim(input);
    for (at_ = 0; at_ < model_.operators.size(); ++at_) add_operator(model_.operators[at_]);
    for (const int output : model_.outputs) require_ready(output);
    for (TfliteTensor& tensor : model_.tensors) tensor.data = {};
}

const TfliteTensor& TfliteBuilder::tensor(int index) const {
    return model_.tensors[static_cast<std::size_t>(index)];
}

std::string TfliteBuilder::where() const {
    return at_ < model_.operators.size()
               ? fmt::format("operator {}, {}", at_, name_of(model_.operators[at_].kind))
               : std::string("the graph");
}

void TfliteBuilder::require(bool holds, const std::string& expected) const {
    if (holds) return;
    throw engine::Error({.code = "E-TFL-007",
                         .what = "An operator of a .tflite model has tensors it can't have",
                         .expected = expected,
                         .found = where(),
                         .mend = "Convert the model again with full int8 quantization."});
}

void TfliteBuilder::require_ready(int index) const {
    if (ready_[static_cast<std::size_t>(index)]) return;
    throw_order("tensors that a constant, an input or an earlier operator fills", index);
}

void TfliteBuilder::claim(int index) {
    if (ready_[static_cast<std::size_t>(index)] || tensor(index).is_variable)
        throw_order("tensors that are filled once", index);
    ready_[static_cast<std::size_t>(index)] = true;
}

void TfliteBuilder::throw_order(const std::string& expected, int index) const {
    throw engine::Error({.code = "E-TFL-009",
                         .what = "A .tflite model uses its tensors in an impossible order",
                         .expected = expected,
                         .found = fmt::format("tensor {} in {}", index, where()),
                         .mend = "Export the model again."});
}

void TfliteBuilder::add_operator(const TfliteOperator& op) {
    const bool is_svdf = op.kind == TfliteKind::Svdf;
    const bool has_weights = is_svdf || op.kind == TfliteKind::Conv ||
                             op.kind == TfliteKind::DepthwiseConv ||
                             op.kind == TfliteKind::FullyConnected;
    const std::size_t least = is_svdf ? 5 : has_weights || op.kind == TfliteKind::Add ? 2 : 1;
    const bool has_option =
        op.kind == TfliteKind::Reshape || (has_weights && !is_svdf);  // the new shape, the bias
    require(op.outputs.size() == 1 && op.inputs.size() >= least &&
                op.inputs.size() <= least + (has_option ? 1 : 0),
            fmt::format("{} inputs and one output", least));
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
        const bool is_bias = has_weights && i == (is_svdf ? 3 : 2);
        require(op.inputs[i] >= 0 || is_bias, "no input but a bias left out");
        if (op.inputs[i] >= 0 && !(is_svdf && i == 4)) require_ready(op.inputs[i]);
    }
    layer_ = {.kind = op.kind, .shape = tensor(op.outputs[0]).shape};
    for (std::size_t i = 1; has_weights && i < op.inputs.size(); ++i) {
        if (op.inputs[i] < 0 || tensor(op.inputs[i]).is_variable) continue;
        require(!tensor(op.inputs[i]).data.empty(), "weights and biases that are constants");
        layer_.parameter_bytes += std::int64_t(tensor(op.inputs[i]).data.size());
    }
    TfliteNetwork::Step step = make_step(op);
    claim(op.outputs[0]);
    work_ += layer_.macs;
    if (work_ > TfliteNetwork::kMostMacs) {
        throw_tflite_limit(fmt::format("at most {} multiply-accumulates", TfliteNetwork::kMostMacs),
                           fmt::format("more, up to {}", where()));
    }
    net_.steps_.push_back(std::move(step));
    net_.summary_.push_back(std::move(layer_));
}

TfliteNetwork::Step TfliteBuilder::make_step(const TfliteOperator& op) {
    switch (op.kind) {
        case TfliteKind::Add:
            return add(op);
        case TfliteKind::AveragePool:
        case TfliteKind::MaxPool:
            return pool(op);
        case TfliteKind::Conv:
        case TfliteKind::DepthwiseConv:
        case TfliteKind::FullyConnected:
            return weighted(op);
        case TfliteKind::Dequantize:
        case TfliteKind::Quantize:
        case TfliteKind::Relu:
        case TfliteKind::Relu6:
            return elementwise(op);
        case TfliteKind::Reshape:
            return reshape(op);
        case TfliteKind::Softmax:
            return softmax(op);
        case TfliteKind::Svdf:
            break;
    }
    return svdf(op);
}

}  // namespace millrace::ops
