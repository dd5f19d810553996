#include <memory>
#include <string>
#include <vector>

#include "engine/node.hpp"
#include "nodes/networks/ports.hpp"
#include "nodes/ops/naming_file.hpp"
#include "nodes/ops/network_files/torch_script.hpp"

namespace millrace::nodes {
namespace {

struct TorchScript {
    engine::Path path;
    std::string inputs, outputs;

    static engine::NodeSpec spec() {
        return {
            .id = "networks.torch_script",
            .title = "TorchScript network",
            .group = "Models",
            .doc =
                "Runs a network of your own from a file of torch.jit.save, by LibTorch. "
                "Such a file is a program: load only those that you trust. Its method "
                "\"forward\" takes tensors and gives a tensor, a tuple, a list, or a dictionary by "
                "names. The file tells names, not shapes: where all shapes are declared, the "
                "network is tried with zeros before the run. It runs for evaluation and without "
                "gradients; one that draws random numbers or changes its own values is refused, "
                "since its outputs would depend on more than its inputs.",
            .inputs = network_inputs(),
            .outputs = network_outputs(),
            .params = network_params<TorchScript>(
                "The file, often .pt", "Arguments", "those without a default value",
                "with names of your own for a tuple; empty: all, which a dictionary does not "
                "allow"),
            .tags = {"neural network", "model", "inference", "pytorch", "libtorch", "jit"},
            .pure = true,
            .resource = engine::Resource::Compute,
            .example = R"("nodes": {
    "source": {"type": "loaders.scene", "version": 1},
    "tensor": {"type": "networks.image_to_tensor", "version": 1,
        "params": {"width": 224, "height": 224}},
    "net": {"type": "networks.torch_script", "version": 1,
        "params": {"path": "net.pt", "inputs": "x: 1x3x224x224 float32",
            "outputs": "logits: 1x1000"}},
    "top": {"type": "networks.top_labels", "version": 1}},
"wires": [
    {"from": "source.image", "to": "tensor.image"}, {"from": "tensor.tensor", "to": "net.input"},
    {"from": "net.output", "to": "top.scores"}])",
        };
    }

    std::vector<engine::Problem> check() const { return check_declarations(inputs, outputs); }
    std::vector<engine::Path> files(std::uint64_t) const { return {path}; }

    void start() {
        const auto taken = ops::parse_ports(inputs), given = ops::parse_ports(outputs);
        network_ = ops::naming_file(path.text, [&] {
            return std::make_shared<ops::TorchScript>(network_bytes(path.text), taken, given);
        });
        check_port_count(network_->inputs().size(), "inputs");
        check_port_count(network_->outputs().size(), "outputs");
        try_network(network_->inputs(), [&](const auto& zeros) { return network_->run(zeros); });
    }

    NetworkOutputs operator()(const types::Tensor& input, const types::Tensor* input_2,
                              const types::Tensor* input_3, const types::Tensor* input_4,
                              engine::RunContext& context) const {
        std::vector<at::Tensor> made =
            network_->run(connected({&input, input_2, input_3, input_4}, network_->inputs()));
        warn_of_nan(made, context);
        return given(std::move(made));
    }

private:
    std::shared_ptr<const ops::TorchScript> network_;
};

}  // namespace

void register_torch_script(engine::Registry& registry) { registry.add<TorchScript>(); }

}  // namespace millrace::nodes
