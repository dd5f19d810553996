// GGUF files: tensors lie in the file and apart, their blocks give numbers, and what was read is
// written so that it reads back the same.
#include <algorithm>
#include <vector>

#include "nodes/ops/checkpoints/gguf.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace fuzz = millrace::fuzz;
    namespace ops = millrace::ops;
    using fuzz::require;
    const std::span<const std::byte> bytes = fuzz::bytes_of(data, size);
    ops::Gguf file;
    if (!fuzz::succeeds([&] { file = ops::read_gguf(bytes, "input"); })) return 0;
    std::vector<ops::GgufData> tensors;
    std::uint64_t total = 0;
    for (const ops::GgufTensor& tensor : file.tensors) {
        require(tensor.offset <= size && tensor.bytes <= size - tensor.offset,
                "tensors lie within the file");
        total += tensor.bytes;
        const auto part = bytes.subspan(tensor.offset, tensor.bytes);
        const ops::GgmlBlock block = ops::block_of(tensor.type);
        require(tensor.bytes % static_cast<std::uint64_t>(block.bytes) == 0, "blocks are whole");
        std::vector<float> values(tensor.bytes / static_cast<std::uint64_t>(block.bytes) *
                                  static_cast<std::uint64_t>(block.values));
        dequantize(tensor.type, part, values);
        fuzz::succeeds([&] { quantize(tensor.type, values, tensor.name); });
        tensors.push_back({tensor.name, tensor.shape, tensor.type,
                           std::string(reinterpret_cast<const char*>(part.data()), part.size())});
    }
    require(total <= size, "tensors do not overlap");

    const std::string written = write_gguf(file.metadata, tensors);
    const ops::Gguf again = ops::read_gguf(std::as_bytes(std::span(written)), "written");
    require(again.tensors.size() == tensors.size(), "as many tensors are read as were written");
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const ops::GgufTensor& tensor = again.tensors[i];
        require(tensor.name == tensors[i].name && tensor.shape == tensors[i].shape &&
                    tensor.type == tensors[i].type &&
                    written.compare(tensor.offset, tensor.bytes, tensors[i].bytes) == 0,
                "tensors stay the same");
    }
    // Through bytes, since NaN is not equal to itself.
    require(write_gguf(again.metadata, tensors) == written, "metadata stay the same");
    return 0;
}
