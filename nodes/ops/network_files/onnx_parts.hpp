// The parts of ONNX's schema that the checks look at, as views into the file's bytes. For the
// sources of this folder; plain functions, any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::ops {

enum class OnnxType {
    Float = 1,
    Uint8 = 2,
    Int8 = 3,
    Uint16 = 4,
    Int16 = 5,
    Int32 = 6,
    Int64 = 7,
    Text = 8,
    Bool = 9,
    Float16 = 10,
    Double = 11,
    Uint32 = 12,
    Uint64 = 13,
    Bfloat16 = 16
};

struct OnnxTensor {
    std::string name;
    std::vector<std::int64_t> shape;
    OnnxType type = OnnxType::Float;
    std::string_view raw;       ///< the numbers in little-endian order, or empty
    std::string_view floats;    ///< the same as a list of the schema's own, packed
    std::uint64_t listed = 0;   ///< how many numbers lists of the schema hold
    bool is_elsewhere = false;  ///< the numbers are in another file
};

struct OnnxNode {
    std::string name, kind, domain;
    std::vector<std::string> inputs, outputs;
    std::map<std::string, std::vector<std::int64_t>, std::less<>> integers;  ///< attributes
    std::vector<OnnxTensor> tensors;                                         ///< of attributes
    bool has_graphs = false;
};

/// An input or output; a length is -1 where the file names it or leaves it out.
struct OnnxValue {
    std::string name;
    bool is_tensor = false, has_shape = false;
    OnnxType type = OnnxType::Float;
    std::vector<std::int64_t> shape;
};

struct OnnxModel {
    std::int64_t version = 0, operator_set = 0;
    std::string producer;
    bool has_graph = false, has_sparse = false;
    std::vector<OnnxNode> nodes;
    std::vector<OnnxTensor> weights;
    std::vector<OnnxValue> inputs, outputs;
};

/// Reads the schema's fields; others are passed over. Throws Error E-TOKEN-004 where the bytes are
/// no protocol buffer, E-ONNX-003 for more than a million parts.
OnnxModel read_onnx_parts(std::string_view bytes);

}  // namespace millrace::ops
