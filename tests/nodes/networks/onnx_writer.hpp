// A writer of small ONNX files for the tests and the fuzzers' seeds: messages of protocol buffers,
// field by field. Everything is a text of bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::testing::onnx {

inline std::string varint(std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7F) | 0x80);
    return bytes + static_cast<char>(value);
}
inline std::string number(std::uint32_t field, std::int64_t value) {
    return varint(std::uint64_t{field} << 3) + varint(static_cast<std::uint64_t>(value));
}
inline std::string part(std::uint32_t field, std::string_view bytes) {
    return varint(std::uint64_t{field} << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}

using Shape = std::vector<std::int64_t>;

/// The message TensorProto.
inline std::string tensor(std::string_view name, const Shape& shape,
                          const std::vector<float>& values) {
    std::string message, raw(values.size() * sizeof(float), '\0');
    for (const std::int64_t length : shape) message += number(1, length);
    if (!values.empty()) std::memcpy(raw.data(), values.data(), raw.size());
    return message + number(2, 1) + part(8, name) + part(9, raw);
}
inline std::string integers(std::string_view name, const Shape& values) {
    std::string raw(values.size() * sizeof(std::int64_t), '\0');
    std::memcpy(raw.data(), values.data(), raw.size());
    return number(1, static_cast<std::int64_t>(values.size())) + number(2, 7) + part(8, name) +
           part(9, raw);
}
/// AttributeProto of a list of integers; of one integer.
inline std::string list(std::string_view name, const Shape& values) {
    std::string message = part(1, name);
    for (const std::int64_t value : values) message += number(8, value);
    return message + number(20, 7);
}
inline std::string integer(std::string_view name, std::int64_t value) {
    return part(1, name) + number(3, value) + number(20, 2);
}
inline std::string node(std::string_view kind, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs,
                        const std::vector<std::string>& attributes = {}) {
    std::string message;
    for (const std::string& input : inputs) message += part(1, input);
    for (const std::string& output : outputs) message += part(2, output);
    message += part(4, kind);
    for (const std::string& attribute : attributes) message += part(5, attribute);
    return message;
}
/// ValueInfoProto of a tensor; a length of -1 has the name "n". Type 1 is float32, 7 int64.
inline std::string value(std::string_view name, const Shape& shape, int type = 1) {
    std::string lengths;
    for (const std::int64_t length : shape)
        lengths += part(1, length < 0 ? part(2, "n") : number(1, length));
    return part(1, name) + part(2, part(1, number(1, type) + part(2, lengths)));
}

struct Graph {
    std::vector<std::string> nodes = {}, weights = {}, inputs = {}, outputs = {};

    /// ModelProto, IR version 7, opset 11.
    std::string file() const {
        std::string graph;
        for (const std::string& message : nodes) graph += part(1, message);
        graph += part(2, "test");
        for (const std::string& message : weights) graph += part(5, message);
        for (const std::string& message : inputs) graph += part(11, message);
        for (const std::string& message : outputs) graph += part(12, message);
        return number(1, 7) + part(2, "millrace") + part(7, graph) +
               part(8, part(1, "") + number(2, 11));
    }
};

/// "image" 1x1x4x4, a 3x3 convolution with two filters (the middle; minus the sum), ReLU,
/// "features".
inline Graph convolution() {
    std::vector<float> filters(18, -1.0F);
    for (std::size_t i = 0; i < 9; ++i) filters[i] = i == 4 ? 1.0F : 0.0F;
    return {
        .nodes = {node("Conv", {"image", "filters", "bias"}, {"sums"},
                       {list("kernel_shape", {3, 3}), list("pads", {1, 1, 1, 1}),
                        list("strides", {1, 1}), integer("group", 1)}),
                  node("Relu", {"sums"}, {"features"})},
        .weights = {tensor("filters", {2, 1, 3, 3}, filters), tensor("bias", {2}, {0.5F, 20.0F})},
        .inputs = {value("image", {1, 1, 4, 4})},
        .outputs = {value("features", {1, 2, 4, 4})}};
}

/// "product" of the inputs "a" 2x3 and "b" 3x2.
inline Graph product() {
    return {.nodes = {node("MatMul", {"a", "b"}, {"product"})},
            .inputs = {value("a", {2, 3}), value("b", {3, 2})},
            .outputs = {value("product", {2, 2})}};
}

/// A classifier of colours: "image" 1x3x8x8, its mean colour, "logits" 1x3 ten times as large.
inline Graph colors() {
    return {.nodes = {node("GlobalAveragePool", {"image"}, {"pooled"}),
                      node("Flatten", {"pooled"}, {"mean"}, {integer("axis", 1)}),
                      node("Gemm", {"mean", "weight", "bias"}, {"logits"}, {integer("transB", 1)})},
            .weights = {tensor("weight", {3, 3}, {10, 0, 0, 0, 10, 0, 0, 0, 10}),
                        tensor("bias", {3}, {0, 0, 0})},
            .inputs = {value("image", {-1, 3, 8, 8})},
            .outputs = {value("logits", {-1, 3})}};
}

/// "low" and "high", the first and second half of "row" 1x4, by one operator with two outputs.
inline Graph halves() {
    return {.nodes = {node("Split", {"row"}, {"first", "high"},
                           {integer("axis", 1), list("split", {2, 2})}),
                      node("Relu", {"first"}, {"low"})},
            .inputs = {value("row", {1, 4})},
            .outputs = {value("low", {1, 2}), value("high", {1, 2})}};
}

/// How much brightness changes, of graphs/networks/edges.onnx: "image" 1x3x96x320, luminance and
/// Sobel's two filters in one convolution, the sum of both magnitudes "edges" 1x1x96x320.
inline Graph edges() {
    constexpr float kLuminance[] = {0.299F, 0.587F, 0.114F};
    constexpr float kAcross[] = {-1, 0, 1, -2, 0, 2, -1, 0, 1};
    std::vector<float> filters;
    for (const bool is_across : {true, false}) {
        for (const float share : kLuminance) {
            for (std::size_t i = 0; i < 9; ++i)
                filters.push_back(share * kAcross[is_across ? i : i % 3 * 3 + i / 3]);
        }
    }
    return {
        .nodes = {node("Conv", {"image", "filters"}, {"changes"},
                       {list("kernel_shape", {3, 3}), list("pads", {1, 1, 1, 1})}),
                  node("Abs", {"changes"}, {"magnitudes"}),
                  node("Conv", {"magnitudes", "ones"}, {"edges"}, {list("kernel_shape", {1, 1})})},
        .weights = {tensor("filters", {2, 3, 3, 3}, filters), tensor("ones", {1, 2, 1, 1}, {1, 1})},
        .inputs = {value("image", {1, 3, 96, 320})},
        .outputs = {value("edges", {1, 1, 96, 320})}};
}

}  // namespace millrace::testing::onnx
