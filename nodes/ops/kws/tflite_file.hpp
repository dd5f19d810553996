// Reads int8 keyword spotters in TensorFlow Lite's file format: a flatbuffer of the public schema
// version 3 with one graph, into plain structs. Files are untrusted: each offset, table and list is
// held against the file's end, and no memory is taken beyond what the file itself backs or the
// limits below allow. Plain functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::ops {

inline constexpr std::size_t kMostTfliteBytes = std::size_t{1} << 26;  ///< of a file
/// Of a model's tensors together, each held in full even where two share their data.
inline constexpr std::size_t kMostTfliteTensorBytes = std::size_t{1} << 26;
inline constexpr std::size_t kMostTfliteParts = 4096;  ///< tensors, and operators

enum class TfliteType { Float32, Int32, Int16, Int8 };

std::size_t size_of(TfliteType type);
/// "float32", "int32", "int16" or "int8".
std::string_view name_of(TfliteType type);

struct TfliteTensor {
    std::string name;                 ///< as in the file, at most 256 bytes of it
    std::vector<std::int64_t> shape;  ///< at most 8 sizes, each at least 1; empty: one value
    TfliteType type = TfliteType::Float32;
    /// One for all or one for each index of `axis`; none where the tensor isn't quantized. Finite,
    /// and each within its type's range where they are zero points; as many as the scales.
    std::vector<float> scales;
    std::vector<std::int32_t> zero_points;
    int axis = 0;
    bool is_variable = false;     ///< state, kept between runs
    std::vector<std::byte> data;  ///< of a constant, little-endian; empty for what is computed

    std::int64_t count() const;  ///< values
};

enum class TfliteKind {
    Add,
    AveragePool,
    Conv,
    Dequantize,
    DepthwiseConv,
    FullyConnected,
    MaxPool,
    Quantize,
    Relu,
    Relu6,
    Reshape,
    Softmax,
    Svdf,
};

/// As the schema spells it: "CONV_2D".
std::string_view name_of(TfliteKind kind);

enum class TflitePadding { Same, Valid };
enum class TfliteActivation { None, Relu, ReluN1To1, Relu6 };

/// What an operator has no use for keeps its default.
struct TfliteOptions {
    TflitePadding padding = TflitePadding::Same;
    TfliteActivation activation = TfliteActivation::None;
    std::int64_t stride_width = 1, stride_height = 1;
    std::int64_t dilation_width = 1, dilation_height = 1;
    std::int64_t filter_width = 1, filter_height = 1;  ///< of pooling
    std::int64_t rank = 1;                             ///< of SVDF
    float beta = 1;                                    ///< of softmax
};

struct TfliteOperator {
    TfliteKind kind = TfliteKind::Reshape;
    std::vector<int> inputs;  ///< tensors, at most 16; -1: left out
    std::vector<int> outputs;
    TfliteOptions options;
};

struct TfliteModel {
    std::vector<TfliteTensor> tensors;
    std::vector<TfliteOperator> operators;  ///< in the order of execution
    std::vector<int> inputs, outputs;       ///< of the graph, each from 1 to 16 tensors
};

/// Throws Error: E-TFL-001 (another format or version), E-TFL-002 (cut off, or an offset leads out
/// of the file), E-TFL-003 (beyond a limit), E-TFL-004 (several graphs, or types, activations and
/// options not supported), E-TFL-005 (operators not supported, all of them named), E-TFL-006
/// (sizes or numbers that contradict each other).
TfliteModel parse_tflite(std::span<const std::byte> file);

/// Also E-FILE-001 (no such file). The problem's `where` is the file.
TfliteModel read_tflite(const std::filesystem::path& file);

}  // namespace millrace::ops
