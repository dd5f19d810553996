// What the nodes of this family that run files share: four inputs, four outputs, and their
// declarations. Plain functions, any thread.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "engine/node.hpp"
#include "nodes/ops/network_files/tensor_port.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {

inline constexpr std::size_t kMostPorts = 4;
inline constexpr std::uint64_t kMostNetworkBytes = std::uint64_t{2} << 30;  // of ONNX's format

using NetworkInputs = std::array<const types::Tensor*, kMostPorts>;
using NetworkOutputs = std::tuple<std::optional<types::Tensor>, std::optional<types::Tensor>,
                                  std::optional<types::Tensor>, std::optional<types::Tensor>>;

std::vector<engine::InputSpec> network_inputs();
std::vector<engine::OutputSpec> network_outputs();

/// path, inputs and outputs of a node that has these fields. `file` is the first's doc, `inputs`
/// says of whom the ports are and `without` what they are where none are declared, `outputs` is
/// what there is to say of those.
template <class Node>
std::vector<engine::ParamSpec> network_params(const std::string& file, const std::string& inputs,
                                              const std::string& without,
                                              const std::string& outputs) {
    return {{.name = "path", .field = &Node::path, .doc = file, .required_path = true},
            {.name = "inputs",
             .field = &Node::inputs,
             .doc = inputs +
                    " in the order of the ports, such as \"image: 1x3x224x224 float32; "
                    "mask\", \"?\" for any length; empty: " +
                    without},
            {.name = "outputs",
             .field = &Node::outputs,
             .doc = "Outputs in the order of the ports, " + outputs}};
}

/// What is wrong with the declarations themselves.
std::vector<engine::Problem> check_declarations(const std::string& inputs,
                                                const std::string& outputs);

/// The bytes of the file. Throws Error as visual::read_file_bytes() does.
std::string network_bytes(const std::string& path);

/// Throws Error E-PORT-006 for more ports than a node has.
void check_port_count(std::size_t count, std::string_view kind);

/// The tensors of connected inputs, in the order of `ports`. Throws Error E-PORT-007 unless those
/// are the first ones, as many as the network takes.
std::vector<at::Tensor> connected(const NetworkInputs& inputs,
                                  const std::vector<ops::TensorPort>& ports);

NetworkOutputs given(std::vector<at::Tensor> tensors);

using RunNetwork = std::function<std::vector<at::Tensor>(const std::vector<at::Tensor>&)>;

/// Runs zeros, so that what does not fit shows before the first item; not where a shape is open.
void try_network(const std::vector<ops::TensorPort>& inputs, const RunNetwork& run);

/// Warns of outputs with numbers that are none.
void warn_of_nan(const std::vector<at::Tensor>& outputs, engine::RunContext& context);

}  // namespace millrace::nodes
