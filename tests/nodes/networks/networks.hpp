// A registry with the nodes of the family, and files for them in a test's own folder.
#pragma once

#include <ATen/ATen.h>

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "nodes/types/tensor.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_image_to_tensor(engine::Registry& registry);
void register_onnx(engine::Registry& registry);
void register_tensor_to_image(engine::Registry& registry);
void register_top_labels(engine::Registry& registry);
void register_torch_script(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {

inline const engine::Registry& network_registry() {
    static const std::unique_ptr<engine::Registry> registry = [] {
        auto filled = std::make_unique<engine::Registry>();
        nodes::register_image_to_tensor(*filled);
        nodes::register_onnx(*filled);
        nodes::register_tensor_to_image(*filled);
        nodes::register_top_labels(*filled);
        nodes::register_torch_script(*filled);
        return filled;
    }();
    return *registry;
}

inline std::string write_network(const TestContext& context, const std::string& bytes) {
    const std::string file = context.artifact("network").string();
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
}

inline engine::Packet tensor_packet(at::Tensor tensor) {
    return engine::Packet::make<types::Tensor>({std::move(tensor)});
}

inline const at::Tensor& tensor_in(const engine::Packet& packet) {
    return packet.as<types::Tensor>().value;
}

/// The problem that a node of this file throws when it starts, or at its first item.
inline engine::Problem network_problem(const std::string& type, const std::string& bytes,
                                       engine::Object params = {},
                                       const std::vector<at::Tensor>& inputs = {}) {
    TestContext context(network_registry());
    params["path"] = write_network(context, bytes);
    std::vector<engine::Packet> packets;
    for (const at::Tensor& tensor : inputs) packets.push_back(tensor_packet(tensor));
    try {
        TestNode node(network_registry(), type, params);
        node.start(context);
        if (!packets.empty()) node.call(packets, context);
    } catch (const engine::Error& error) {
        return error.problem();
    }
    return {.code = "none"};
}

/// The outputs of one item.
inline std::vector<engine::Packet> run_network(const std::string& type, const std::string& bytes,
                                               engine::Object params,
                                               const std::vector<at::Tensor>& inputs) {
    TestContext context(network_registry());
    params["path"] = write_network(context, bytes);
    std::vector<engine::Packet> packets;
    for (const at::Tensor& tensor : inputs) packets.push_back(tensor_packet(tensor));
    return run_node(network_registry(), type, params, packets, context);
}

}  // namespace millrace::testing
