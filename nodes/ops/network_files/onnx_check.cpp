#include "nodes/ops/network_files/onnx_check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kMostStep = 1 << 16;
constexpr std::int64_t kMostNumbers = std::int64_t{1} << 31;
constexpr std::size_t kMostDimensions = 8;
constexpr const char* kExportAgain = "The file is damaged or was made wrongly; export it again.";

[[noreturn]] void refuse(const char* code, std::string what, std::string expected,
                         std::string found, std::string mend = kExportAgain) {
    engine::Problem problem{.code = code,
                            .what = std::move(what),
                            .expected = std::move(expected),
                            .found = std::move(found),
                            .mend = std::move(mend)};
    make_harmless(problem, false);  // names may hold line ends, which would tear a message
    throw engine::Error(std::move(problem));
}

/// Bytes of a number; none for types that are not read.
std::optional<std::int64_t> bytes_of(OnnxType type) {
    switch (type) {
        case OnnxType::Uint8:
        case OnnxType::Int8:
        case OnnxType::Bool:
            return 1;
        case OnnxType::Float16:
            return 2;
        case OnnxType::Float:
        case OnnxType::Int32:
            return 4;
        case OnnxType::Int64:
        case OnnxType::Double:
            return 8;
        default:
            return {};
    }
}

bool is_number(OnnxType type) {
    return bytes_of(type) || type == OnnxType::Int16 || type == OnnxType::Bfloat16;
}

void check_numbers(const OnnxTensor& tensor) {
    const std::string_view bytes = tensor.raw.empty() ? tensor.floats : tensor.raw;
    if (tensor.type != OnnxType::Float) return;
    for (std::size_t at = 0; at + sizeof(float) <= bytes.size(); at += sizeof(float)) {
        float number = 0;
        std::memcpy(&number, bytes.data() + at, sizeof number);
        if (std::isnan(number))
            refuse("E-ONNX-004", "A weight is no number", "numbers",
                   fmt::format("NaN at place {} of \"{}\"", at / sizeof number, tensor.name),
                   "Training went wrong, or the file is damaged: look at the model where it was "
                   "made.");
    }
}

/// Bytes that the tensor takes.
std::int64_t check_weights(const OnnxTensor& tensor) {
    if (tensor.is_elsewhere)
        refuse("E-ONNX-003", "Weights in a file of their own are not read", "weights in the file",
               fmt::format("\"{}\" in another one", tensor.name),
               "Export the model as one file, without external data.");
    const std::optional<std::int64_t> size = bytes_of(tensor.type);
    if (!size)
        refuse("E-ONNX-003", "Weights of this type are not read",
               "float, double, float16, int64, int32, int8, uint8 or bool",
               fmt::format("type {} of \"{}\"", static_cast<int>(tensor.type), tensor.name),
               "Export the model in float32.");
    std::int64_t count = 1;
    for (const std::int64_t length : tensor.shape) {
        if (length < 0 || __builtin_mul_overflow(count, length, &count) || count > kMostNumbers)
            refuse("E-ONNX-002", "Weights have an impossible shape", "lengths from 0 on",
                   fmt::format("{} of \"{}\"", fmt::join(tensor.shape, "x"), tensor.name));
    }
    if (tensor.shape.size() > kMostDimensions)
        refuse("E-ONNX-002", "Weights have an impossible shape",
               fmt::format("{} dimensions at most", kMostDimensions),
               fmt::format("{} of \"{}\"", tensor.shape.size(), tensor.name));
    // float16 may also be listed as integers.
    const bool fits = tensor.raw.empty()
                          ? std::cmp_equal(tensor.listed, count)
                          : std::cmp_equal(tensor.raw.size(), count * *size) && tensor.listed == 0;
    if (!fits)
        refuse("E-ONNX-002", "Weights have not the bytes of their shape",
               fmt::format("{} numbers", count),
               fmt::format("{} bytes and {} listed for \"{}\"", tensor.raw.size(), tensor.listed,
                           tensor.name));
    check_numbers(tensor);
    return count * *size;
}

/// Numbers that a library may divide by, or take memory for, unseen.
void check_steps(const OnnxNode& node) {
    if (node.kind == "Pad") return;
    for (const auto& [name, values] : node.integers) {
        const bool is_step = name == "strides" || name == "dilations" || name == "group" ||
                             name == "kernel_shape" || name == "blocksize";
        if (!is_step && name != "pads" && name != "output_padding") continue;
        for (const std::int64_t value : values) {
            if (value < (is_step ? 1 : 0) || value > kMostStep)
                refuse("E-ONNX-002", "A step, kernel or padding has an impossible size",
                       fmt::format("{} to {}", is_step ? 1 : 0, kMostStep),
                       fmt::format("{} for \"{}\" of {} \"{}\"", value, name, node.kind,
                                   node.outputs.front()));
        }
        if (is_step && values.empty())
            refuse("E-ONNX-002", "A step, kernel or padding has no size", "a number",
                   fmt::format("none for \"{}\" of {}", name, node.kind));
    }
}

/// What a library reads without asking whether it is there.
void check_input_count(const OnnxNode& node) {
    static constexpr std::array<std::pair<std::string_view, std::size_t>, 30> kLeast = {
        {{"Add", 2},
         {"BatchNormalization", 5},
         {"Clip", 1},
         {"Concat", 1},
         {"Constant", 0},
         {"ConstantOfShape", 1},
         {"Conv", 2},
         {"ConvInteger", 2},
         {"ConvTranspose", 2},
         {"Div", 2},
         {"Expand", 2},
         {"GRU", 3},
         {"Gather", 2},
         {"Gemm", 2},
         {"InstanceNormalization", 3},
         {"LSTM", 3},
         {"MatMul", 2},
         {"Max", 1},
         {"MaxUnpool", 2},
         {"Min", 1},
         {"Mul", 2},
         {"PRelu", 2},
         {"Pow", 2},
         {"QLinearConv", 8},
         {"QLinearMatMul", 8},
         {"RNN", 3},
         {"Reshape", 1},
         {"ScatterElements", 3},
         {"Sub", 2},
         {"Tile", 2}}};
    const auto known = std::ranges::find(kLeast, node.kind, &decltype(kLeast)::value_type::first);
    const std::size_t least = known == kLeast.end() ? 1 : known->second;
    if (node.inputs.size() < least)
        refuse("E-ONNX-002", "An operator lacks inputs",
               fmt::format("{} of {} at least", least, node.kind),
               fmt::format("{} for \"{}\"", node.inputs.size(), node.outputs.front()));
}

class Check {
public:
    explicit Check(const OnnxModel& model) : model_(model) {}

    OnnxSummary run() {
        if (model_.has_sparse)
            refuse("E-ONNX-003", "Sparse weights are not read", "dense ones", "sparse ones",
                   "Export the model with dense weights.");
        weights();
        inputs();
        for (const OnnxNode& node : model_.nodes) this->node(node);
        if (model_.nodes.empty()) refuse("E-ONNX-002", "The network is empty", "operators", "none");
        outputs();
        file_.operator_set = model_.operator_set;
        file_.producer = model_.producer;
        file_.operators.assign(kinds_.begin(), kinds_.end());
        return std::move(file_);
    }

private:
    void weights() {
        for (const OnnxTensor& tensor : model_.weights) {
            file_.weight_bytes += check_weights(tensor);
            define(tensor.name);
        }
    }

    void inputs() {
        for (const OnnxValue& input : model_.inputs) {
            // Old files list their weights among the inputs, too.
            if (known_.contains(input.name)) continue;
            file_.inputs.push_back(checked(input, "input"));
            define(input.name);
        }
        if (file_.inputs.empty())
            refuse("E-ONNX-002", "The network takes nothing", "an input", "none");
    }

    void node(const OnnxNode& node) {
        if (node.kind.empty() || node.outputs.empty() || node.outputs.front().empty())
            refuse("E-ONNX-002", "An operator is without a kind or an output",
                   "a kind and a first output", fmt::format("\"{}\" \"{}\"", node.kind, node.name));
        if (node.has_graphs)
            refuse("E-ONNX-003", "Operators with graphs inside are not read", "no If, Loop or Scan",
                   fmt::format("{} \"{}\"", node.kind, node.name),
                   "Export the model without branches and loops, or as TorchScript.");
        for (const std::string& input : node.inputs) {
            if (!input.empty() && !known_.contains(input))
                refuse("E-ONNX-002", "An operator reads what nothing before it makes",
                       "a name that is known by then",
                       fmt::format("\"{}\" for {} \"{}\"", input, node.kind, node.outputs.front()));
        }
        check_input_count(node);
        check_steps(node);
        for (const OnnxTensor& tensor : node.tensors) file_.weight_bytes += check_weights(tensor);
        for (const std::string& output : node.outputs) {
            if (output.empty()) continue;
            define(output);
            made_.insert(output);
        }
        kinds_.insert(node.kind);
    }

    void outputs() {
        for (const OnnxValue& output : model_.outputs) {
            if (!made_.contains(output.name))
                refuse("E-ONNX-002", "No operator makes an output of the network",
                       "the output of an operator", fmt::format("\"{}\"", output.name));
            file_.outputs.push_back(checked(output, "output"));
        }
        if (file_.outputs.empty())
            refuse("E-ONNX-002", "The network gives nothing", "an output", "none");
    }

    static const OnnxValue& checked(const OnnxValue& value, const char* kind) {
        if (!value.is_tensor || !is_number(value.type) || value.shape.size() > kMostDimensions)
            refuse("E-ONNX-003", fmt::format("An {} of this type is not read", kind),
                   fmt::format("a tensor of numbers with {} dimensions at most", kMostDimensions),
                   fmt::format("\"{}\" of type {}", value.name, static_cast<int>(value.type)),
                   "Export the model with tensors of numbers.");
        return value;
    }

    void define(const std::string& name) {
        if (name.empty())
            refuse("E-ONNX-002", "A part of the network has no name", "a name", "none");
        if (!known_.insert(name).second)
            refuse("E-ONNX-002", "A name is given twice", "different names",
                   fmt::format("\"{}\"", name));
    }

    const OnnxModel& model_;
    OnnxSummary file_;
    std::set<std::string, std::less<>> known_, made_, kinds_;
};

[[noreturn]] void no_onnx(std::string found) {
    refuse("E-ONNX-001", "The file is no ONNX model", "a model as ONNX's exporters write it",
           std::move(found), "Check that the file is an ONNX model, and whole.");
}

}  // namespace

OnnxSummary check_onnx(std::string_view bytes) {
    if (bytes.empty()) no_onnx("an empty file");
    OnnxModel model;
    try {
        model = read_onnx_parts(bytes);
    } catch (const engine::Error& error) {
        if (error.problem().code.starts_with("E-ONNX")) throw;
        no_onnx(error.problem().found);
    }
    if (!model.has_graph || model.version < 1)
        no_onnx(model.has_graph ? "no version" : "no network in it");
    return Check(model).run();
}

}  // namespace millrace::ops
