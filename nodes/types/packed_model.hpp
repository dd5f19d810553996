// The packed model payload: an architecture as JSON, and its matrices as codes of few bits with one
// scale a row, beside tensors that stay float32. A value; copies share the tensors, which nobody
// writes. Any thread.
//
// On disk it is a safetensors file that stays readable: a float tensor has its own name; a packed
// matrix NAME [rows, columns] is "NAME.codes" [rows, bytes of a row] U8, in a layout of
// nodes/ops/quant/pack.hpp, and "NAME.scale" [rows] F32, so that weight = code * scale. The
// metadata have the spec and, under "packed", for each NAME its layout and columns:
//     ternary-2      code + 1 in 2 bits, four columns a byte, the first lowest
//     ternary-base3  five columns a byte, the sum of (code + 1) * 3^i
//     binary         a bit, 1 is +1, column c in bit c % 8; rows padded to 64 columns
//     nibble         code + 8 in 4 bits, the even column low; rows padded to 32 columns
//     int8           a byte each
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "engine/packet.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::types {

struct PackedWeight {
    std::string layout;
    std::int64_t columns = 0;
    at::Tensor codes;  ///< [rows, bytes of a row] uint8
    at::Tensor scale;  ///< [rows] float32

    std::int64_t rows() const;
    std::size_t bytes() const;  ///< of codes and scales
};

struct PackedModel {
    engine::Value spec;
    std::map<std::string, PackedWeight, std::less<>> packed;
    NamedTensors floats;

    std::size_t bytes() const;
};

/// Whether both have one spec and the very same tensors, as copies have.
bool share_tensors(const PackedModel& a, const PackedModel& b);

/// Bytes that a row of so many columns has in a layout; 0 for a layout that there is not.
std::int64_t packed_row_bytes(std::string_view layout, std::int64_t columns);

/// What was there stays until the new file is whole. Throws Error E-FILE-003 when it can't be
/// written.
void write_packed_model(const PackedModel& model, const std::filesystem::path& file);

/// Throws Error: E-FILE-00x when it can't be read, E-FILE-01x and 02x when it is malformed,
/// E-MODEL-002 when it holds no packed model.
PackedModel read_packed_model(const std::filesystem::path& file);

}  // namespace millrace::types

template <>
struct millrace::engine::PayloadTraits<millrace::types::PackedModel> {
    static constexpr std::string_view name = "packed_model";
    static constexpr int version = 1;
    static Record record(const types::PackedModel& model);
    /// Throws Error E-FILE-011 for sizes that do not fit together.
    static types::PackedModel restore(const Record& record);
    /// A table of the tensors with layout, bytes and bits a weight.
    static std::vector<visual::Visual> visual(const types::PackedModel& model,
                                              const visual::Budget& budget);
};
