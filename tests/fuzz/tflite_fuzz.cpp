// .tflite models: what parses keeps to its limits, and what makes a network runs one step alike
// from one state.
#include <variant>

#include "nodes/ops/kws/tflite_network.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace fuzz = millrace::fuzz;
    namespace ops = millrace::ops;
    using fuzz::require;
    ops::TfliteModel model;
    const auto parse = [&] { model = ops::parse_tflite(fuzz::bytes_of(data, size)); };
    if (!fuzz::succeeds(parse)) return 0;
    std::size_t total = 0;
    for (const ops::TfliteTensor& tensor : model.tensors) {
        const std::size_t bytes = static_cast<std::size_t>(tensor.count()) * size_of(tensor.type);
        require(tensor.data.empty() || tensor.data.size() == bytes, "data fit their tensor");
        require(tensor.scales.size() == tensor.zero_points.size(), "scales have zero points");
        total += bytes;
    }
    require(total <= ops::kMostTfliteTensorBytes, "tensors keep to their limit");
    constexpr std::size_t kMostBytes = 1 << 20;
    constexpr std::int64_t kMostMacs = 1 << 20;  // more would only be slow
    if (total > kMostBytes) return 0;

    fuzz::succeeds([&] {
        ops::TfliteNetwork network(model);
        std::int64_t macs = 0;
        for (const ops::TfliteLayer& layer : network.summary()) macs += layer.macs;
        if (macs > kMostMacs) return;
        std::vector<ops::TfliteValues> inputs;
        for (std::size_t i = 0; i < network.input_count(); ++i) {
            const ops::TfliteTensor& tensor = network.input(i);
            const std::vector<float> ones(static_cast<std::size_t>(tensor.count()), 1.0F);
            inputs.push_back(ops::to_tensor(ones, tensor));
        }
        ops::TfliteNetwork copy = network;
        const auto outputs = network.run(inputs);
        require(outputs.size() == network.output_count(), "each output is given");
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const auto length = [](const auto& values) { return values.size(); };
            require(std::visit(length, outputs[i]) ==
                        static_cast<std::size_t>(network.output(i).count()),
                    "an output has the size of its shape");
        }
        const auto again = copy.run(inputs);
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            // Float constants, which a graph may give as they are, may be NaN.
            require(
                std::holds_alternative<std::vector<float>>(outputs[i]) || outputs[i] == again[i],
                "one state and input give one output");
        }
    });
    return 0;
}
