// ONNX files: what is accepted has inputs and outputs with possible shapes.
#include "nodes/ops/network_files/onnx_check.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace fuzz = millrace::fuzz;
    namespace ops = millrace::ops;
    ops::OnnxSummary file;
    if (!fuzz::succeeds([&] { file = ops::check_onnx(fuzz::text_of(data, size)); })) return 0;
    fuzz::require(!file.inputs.empty() && !file.outputs.empty(), "a network takes and gives");
    fuzz::require(!file.operators.empty(), "a network has operators");
    fuzz::require(file.weight_bytes >= 0, "weights have a size");
    for (const ops::OnnxValue& input : file.inputs) {
        fuzz::require(!input.name.empty(), "inputs have names");
        for (const std::int64_t length : input.shape)
            fuzz::require(length == -1 || length > 0, "lengths are open or possible");
    }
    return 0;
}
