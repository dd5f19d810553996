// What a network's input or output is called and takes: how users declare it in one field, how that
// is held against a file, and how a tensor is held against it. Plain functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/types/tensor.hpp"

namespace millrace::ops {

struct TensorPort {
    std::string name;
    std::optional<std::vector<std::int64_t>> shape = {};  ///< -1: any length; none: any shape
    std::optional<at::ScalarType> type = {};              ///< none: any
    friend bool operator==(const TensorPort&, const TensorPort&) = default;
};

/// Declarations parted by ";" or line ends, each "name", "name: 1x3x?x224" or "name: 1x3x?x224
/// float32"; "scalar" is the shape without dimensions, "any" leaves the shape open. Throws Error
/// E-PORT-001 for what is none and E-PORT-002 for a name that stands there twice.
std::vector<TensorPort> parse_ports(std::string_view text);

/// As parse_ports() reads it: "image: 1x3x?x224 float32".
std::string to_text(const TensorPort& port);

/// "float32" and the like; the type's own name where parse_ports() knows none.
std::string_view name_of(at::ScalarType type);

/// The declared ports, completed by what the file says of them; the file's own where none are
/// declared. `kind` is "input" or "output". Throws Error E-PORT-003 for a name that the file lacks,
/// E-PORT-004 for another shape or type.
std::vector<TensorPort> agreed_ports(const std::vector<TensorPort>& declared,
                                     const std::vector<TensorPort>& of_file, std::string_view kind);

/// Throws Error E-PORT-005 unless the dense tensor has the port's shape and type; `kind` as above.
void check_tensor(const TensorPort& port, const at::Tensor& tensor, std::string_view kind);

/// Zeros of the port's shape; none where that is open or takes more than 1 GB.
std::optional<at::Tensor> zeros_for(const TensorPort& port);

}  // namespace millrace::ops
