#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/node.hpp"
#include "nodes/networks/ports.hpp"
#include "nodes/ops/naming_file.hpp"
#include "nodes/ops/network_files/onnx_network.hpp"

namespace millrace::nodes {
namespace {

struct Onnx {
    engine::Path path;
    std::string inputs, outputs;

    static engine::NodeSpec spec() {
        return {
            .id = "networks.onnx",
            .title = "ONNX network",
            .group = "Models",
            .doc =
                "Runs a network of your own from an ONNX file, by OpenCV in float32. "
                "Names, shapes and types are held against the file before the run, and where "
                "shapes are fixed the network is tried with zeros. OpenCV 4.6 reads plain "
                "operators of opset 7 to 13 (convolutions, pooling, activations, matrix products, "
                "recurrent layers), without branches, loops or weights in other files; lengths "
                "other than the batch should be fixed. Outputs are float32, integers of the file, "
                "too. The file's structure is checked before OpenCV sees it; still, take files "
                "from places that you trust.",
            .inputs = network_inputs(),
            .outputs = network_outputs(),
            .params =
                network_params<Onnx>("The .onnx file", "Inputs", "those of the file",
                                     "which may be some of the file's; empty: those of the file"),
            .tags = {"neural network", "model", "inference", "opencv", "dnn"},
            .pure = true,
            .resource = engine::Resource::Compute,
            .example = R"("nodes": {
    "source": {"type": "loaders.scene", "version": 1},
    "tensor": {"type": "networks.image_to_tensor", "version": 1,
        "params": {"width": 224, "height": 224}},
    "net": {"type": "networks.onnx", "version": 1,
        "params": {"path": "net.onnx", "inputs": "image: 1x3x224x224", "outputs": "logits"}},
    "top": {"type": "networks.top_labels", "version": 1}},
"wires": [
    {"from": "source.image", "to": "tensor.image"}, {"from": "tensor.tensor", "to": "net.input"},
    {"from": "net.output", "to": "top.scores"}])",
        };
    }

    std::vector<engine::Problem> check() const { return check_declarations(inputs, outputs); }
    std::vector<engine::Path> files(std::uint64_t) const { return {path}; }

    void start(engine::RunContext& context) {
        ops::set_opencv_threads(context.intra_threads());
        const auto taken = ops::parse_ports(inputs), given = ops::parse_ports(outputs);
        network_ = ops::naming_file(path.text, [&] {
            return std::make_shared<ops::OnnxNetwork>(network_bytes(path.text), taken, given);
        });
        check_port_count(network_->inputs().size(), "inputs");
        check_port_count(network_->outputs().size(), "outputs");
        try_network(network_->inputs(), [&](const auto& zeros) { return network_->run(zeros); });
        const ops::OnnxFile& file = network_->file();
        context.log(fmt::format("opset {}, {} bytes of weights, operators: {}", file.operator_set,
                                file.weight_bytes, fmt::join(file.operators, ", ")));
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
    std::shared_ptr<const ops::OnnxNetwork> network_;
};

}  // namespace

void register_onnx(engine::Registry& registry) { registry.add<Onnx>(); }

}  // namespace millrace::nodes
