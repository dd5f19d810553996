#include "nodes/ops/kws/tflite_operators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kMostStep = 65536;  // strides, dilations, filter sizes

struct KnownOperator {
    int code;
    TfliteKind kind;
    std::string_view name;
};

constexpr std::array kSupported = {
    KnownOperator{0, TfliteKind::Add, "ADD"},
    KnownOperator{1, TfliteKind::AveragePool, "AVERAGE_POOL_2D"},
    KnownOperator{3, TfliteKind::Conv, "CONV_2D"},
    KnownOperator{4, TfliteKind::DepthwiseConv, "DEPTHWISE_CONV_2D"},
    KnownOperator{6, TfliteKind::Dequantize, "DEQUANTIZE"},
    KnownOperator{9, TfliteKind::FullyConnected, "FULLY_CONNECTED"},
    KnownOperator{17, TfliteKind::MaxPool, "MAX_POOL_2D"},
    KnownOperator{19, TfliteKind::Relu, "RELU"},
    KnownOperator{21, TfliteKind::Relu6, "RELU6"},
    KnownOperator{22, TfliteKind::Reshape, "RESHAPE"},
    KnownOperator{25, TfliteKind::Softmax, "SOFTMAX"},
    KnownOperator{27, TfliteKind::Svdf, "SVDF"},
    KnownOperator{114, TfliteKind::Quantize, "QUANTIZE"},
};

/// Those that a keyword spotter may well have.
constexpr std::array kNamedOnly = {
    std::pair{2, "CONCATENATION"},
    std::pair{14, "LOGISTIC"},
    std::pair{16, "LSTM"},
    std::pair{18, "MUL"},
    std::pair{28, "TANH"},
    std::pair{34, "PAD"},
    std::pair{36, "GATHER"},
    std::pair{39, "TRANSPOSE"},
    std::pair{40, "MEAN"},
    std::pair{41, "SUB"},
    std::pair{43, "SQUEEZE"},
    std::pair{44, "UNIDIRECTIONAL_SEQUENCE_LSTM"},
    std::pair{45, "STRIDED_SLICE"},
    std::pair{49, "SPLIT"},
    std::pair{53, "CAST"},
    std::pair{65, "SLICE"},
    std::pair{70, "EXPAND_DIMS"},
    std::pair{77, "SHAPE"},
    std::pair{83, "PACK"},
    std::pair{98, "LEAKY_RELU"},
    std::pair{117, "HARD_SWISH"},
    std::pair{129, "CALL_ONCE"},
    std::pair{142, "VAR_HANDLE"},
    std::pair{143, "READ_VARIABLE"},
    std::pair{144, "ASSIGN_VARIABLE"},
};

constexpr int kCustom = 32;

std::int64_t step(const FlatTable& table, std::size_t field, std::int32_t otherwise) {
    const auto value = table.scalar<std::int32_t>(field, otherwise);
    if (value >= 1 && value <= kMostStep) return value;
    throw_tflite_contradiction(fmt::format("strides, dilations and sizes from 1 to {}", kMostStep),
                               fmt::format("{}", value));
}

TfliteActivation activation(const FlatTable& table, std::size_t field) {
    const int code = table.scalar<std::int8_t>(field, 0);
    if (code < 0 || code > 3) {
        throw_tflite_unsupported("no activation, RELU, RELU_N1_TO_1 or RELU6",
                                 fmt::format("activation {}", code));
    }
    return static_cast<TfliteActivation>(code);
}

TflitePadding padding(const FlatTable& table) {
    return table.scalar<std::int8_t>(0, 0) == 0 ? TflitePadding::Same : TflitePadding::Valid;
}

}  // namespace

TfliteOptions read_tflite_options(TfliteKind kind, const FlatTable& table) {
    TfliteOptions options;
    const auto read_strides = [&] {
        options.padding = padding(table);
        options.stride_width = step(table, 1, 0);
        options.stride_height = step(table, 2, 0);
    };
    const auto read_dilations = [&](std::size_t field) {
        options.dilation_width = step(table, field, 1);
        options.dilation_height = step(table, field + 1, 1);
    };
    switch (kind) {
        case TfliteKind::Add:
            options.activation = activation(table, 0);
            break;
        case TfliteKind::AveragePool:
        case TfliteKind::MaxPool:
            read_strides();
            options.filter_width = step(table, 3, 0);
            options.filter_height = step(table, 4, 0);
            options.activation = activation(table, 5);
            break;
        case TfliteKind::Conv:
            read_strides();
            options.activation = activation(table, 3);
            read_dilations(4);
            break;
        case TfliteKind::DepthwiseConv:
            // Field 3, the depth multiplier, follows from the shapes.
            read_strides();
            options.activation = activation(table, 4);
            read_dilations(5);
            break;
        case TfliteKind::FullyConnected:
            options.activation = activation(table, 0);
            if (table.scalar<std::int8_t>(1, 0) != 0)
                throw_tflite_unsupported("weights in their default order", "shuffled weights");
            break;
        case TfliteKind::Softmax:
            options.beta = table.scalar<float>(0, 0);
            break;
        case TfliteKind::Svdf:
            options.rank = step(table, 0, 0);
            options.activation = activation(table, 1);
            break;
        case TfliteKind::Dequantize:
        case TfliteKind::Quantize:
        case TfliteKind::Relu:
        case TfliteKind::Relu6:
        case TfliteKind::Reshape:
            break;
    }
    return options;
}

void throw_tflite_limit(const std::string& expected, const std::string& found) {
    throw engine::Error({.code = "E-TFL-003",
                         .what = "A .tflite model is too large for a keyword spotter",
                         .expected = expected,
                         .found = found,
                         .mend = "Export a smaller model."});
}

void throw_tflite_unsupported(const std::string& expected, const std::string& found) {
    throw engine::Error({.code = "E-TFL-004",
                         .what = "A .tflite model uses what is not supported",
                         .expected = expected,
                         .found = found,
                         .mend = "Export it as a plain int8 model."});
}

void throw_tflite_contradiction(const std::string& expected, const std::string& found) {
    throw engine::Error({.code = "E-TFL-006",
                         .what = "A .tflite model contradicts itself",
                         .expected = expected,
                         .found = found,
                         .mend = "Export the model again."});
}

std::optional<TfliteKind> tflite_kind(int code) {
    const auto known = std::ranges::find(kSupported, code, &KnownOperator::code);
    if (known == kSupported.end()) return std::nullopt;
    return known->kind;
}

std::string tflite_operator_name(int code, const FlatTable& entry) {
    if (code == kCustom) return "custom operator " + entry.text(1, 64);
    const auto named = std::ranges::find(kNamedOnly, code, &std::pair<int, const char*>::first);
    return named != kNamedOnly.end() ? named->second : fmt::format("operator {}", code);
}

void throw_tflite_operators(std::span<const std::string> unsupported) {
    std::vector<std::string_view> names;
    for (const KnownOperator& known : kSupported) names.push_back(known.name);
    throw engine::Error({.code = "E-TFL-005",
                         .what = "A .tflite model has operators that are not supported",
                         .expected = fmt::format("{}", fmt::join(names, ", ")),
                         .found = fmt::format("{}", fmt::join(unsupported, ", ")),
                         .mend = "Train or export the model without them."});
}

std::string_view name_of(TfliteKind kind) {
    return std::ranges::find(kSupported, kind, &KnownOperator::kind)->name;
}

}  // namespace millrace::ops
