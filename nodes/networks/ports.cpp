#include "nodes/networks/ports.hpp"

#include <algorithm>
#include <utility>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/visual/io/files.hpp"

namespace millrace::nodes {

std::vector<engine::InputSpec> network_inputs() {
    return {{"input", "the first of \"inputs\""},
            {.name = "input_2", .doc = "the second", .optional = true},
            {.name = "input_3", .doc = "the third", .optional = true},
            {.name = "input_4", .doc = "the fourth", .optional = true}};
}

std::vector<engine::OutputSpec> network_outputs() {
    return {{"output", "the first of \"outputs\""},
            {"output_2", "the second; none where there is none"},
            {"output_3", "the third"},
            {"output_4", "the fourth"}};
}

std::vector<engine::Problem> check_declarations(const std::string& inputs,
                                                const std::string& outputs) {
    std::vector<engine::Problem> problems;
    for (const auto& [name, text] :
         {std::pair("inputs", &inputs), std::pair("outputs", &outputs)}) {
        try {
            check_port_count(ops::parse_ports(*text).size(), name);
        } catch (const engine::Error& error) {
            problems.push_back(error.problem());
            problems.back().where = name;
        }
    }
    return problems;
}

std::string network_bytes(const std::string& path) {
    const std::vector<std::byte> bytes = visual::read_file_bytes(path, kMostNetworkBytes);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void check_port_count(std::size_t count, std::string_view kind) {
    if (count <= kMostPorts) return;
    throw engine::Error({.code = "E-PORT-006",
                         .what = "A network has more inputs or outputs than this node",
                         .expected = fmt::format("{} at most", kMostPorts),
                         .found = fmt::format("{} {}", count, kind),
                         .mend = kind == "outputs" ? "Name in \"outputs\" those that are wanted."
                                                   : "Export a network with fewer inputs."});
}

std::vector<at::Tensor> connected(const NetworkInputs& inputs,
                                  const std::vector<ops::TensorPort>& ports) {
    std::vector<at::Tensor> tensors;
    for (std::size_t i = 0; i < kMostPorts; ++i) {
        if ((inputs[i] != nullptr) != (i < ports.size())) {
            std::vector<std::string> names;
            for (const ops::TensorPort& port : ports) names.push_back(to_text(port));
            throw engine::Error(
                {.code = "E-PORT-007",
                 .what = "The wires are not the network's inputs",
                 .expected =
                     fmt::format("{} in this order: {}", ports.size(), fmt::join(names, "; ")),
                 .found =
                     fmt::format("input {} {}", i + 1, inputs[i] ? "is connected" : "gets nothing"),
                 .mend = "Connect as many inputs as the network takes, from the first on."});
        }
        if (inputs[i]) tensors.push_back(inputs[i]->value);
    }
    return tensors;
}

NetworkOutputs given(std::vector<at::Tensor> tensors) {
    check_port_count(tensors.size(), "outputs");
    const auto part = [&](std::size_t i) -> std::optional<types::Tensor> {
        if (i >= tensors.size()) return {};
        return types::Tensor{std::move(tensors[i])};
    };
    return {part(0), part(1), part(2), part(3)};
}

void try_network(const std::vector<ops::TensorPort>& inputs, const RunNetwork& run) {
    std::vector<at::Tensor> zeros;
    for (const ops::TensorPort& port : inputs) {
        std::optional<at::Tensor> tensor = ops::zeros_for(port);
        if (!tensor) return;
        zeros.push_back(std::move(*tensor));
    }
    run(zeros);
}

void warn_of_nan(const std::vector<at::Tensor>& outputs, engine::RunContext& context) {
    for (const at::Tensor& tensor : outputs) {
        if (tensor.is_floating_point() && at::isnan(tensor).any().item<bool>())
            context.warn("The network gave numbers that are none (NaN).");
    }
}

}  // namespace millrace::nodes
