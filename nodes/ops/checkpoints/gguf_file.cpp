#include "nodes/ops/checkpoints/gguf_file.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/value_parse.hpp"
#include "nodes/ops/checkpoints/errors.hpp"

namespace millrace::ops {

GgufFile::GgufFile(const std::filesystem::path& path) : file_(path) {
    file_.mapped([&](std::span<const std::byte> bytes) {
        header_ = read_gguf(bytes, file_.path().string());
    });
}

at::Tensor GgufFile::read(std::string_view name, Precision precision) const {
    const GgufTensor* tensor = header_.tensor(name);
    if (!tensor) {
        fail_checkpoint("E-CKPT-025", "The checkpoint has no such tensor",
                        fmt::format("one of {} tensors", header_.tensors.size()),
                        engine::shortened(name), path().string(),
                        "Check that the checkpoint is of this model.");
    }
    const auto plain = [&](engine::DType type) {
        return file_.read_tensor(tensor->offset, type, tensor->shape, precision);
    };
    if (tensor->type == GgmlType::F32) return plain(engine::DType::F32);
    if (tensor->type == GgmlType::F16) return plain(engine::DType::F16);
    if (tensor->type == GgmlType::BF16) return plain(engine::DType::BF16);

    const GgmlBlock block = block_of(tensor->type);
    constexpr std::uint64_t kBlocks = 1 << 14;  // in a part, so that little is held twice
    at::Tensor result = at::empty(tensor->shape, at::kFloat);
    const auto width = static_cast<std::uint64_t>(block.bytes);
    std::vector<std::byte> part(std::min(tensor->bytes, kBlocks * width));
    float* out = result.data_ptr<float>();
    for (std::uint64_t done = 0; done < tensor->bytes; done += part.size()) {
        const auto bytes = std::span(part).first(
            static_cast<std::size_t>(std::min<std::uint64_t>(part.size(), tensor->bytes - done)));
        file_.read(tensor->offset + done, bytes);
        const std::size_t count = bytes.size() / width * static_cast<std::size_t>(block.values);
        dequantize(tensor->type, bytes, {out, count});
        out += count;
    }
    return result;
}

GgufData gguf_data(std::string name, const at::Tensor& tensor, GgmlType type) {
    const std::int64_t row = tensor.dim() > 0 ? tensor.size(-1) : 1;
    if (row % block_of(type).values != 0) {
        fail_checkpoint("E-CKPT-046", "Numbers can't be stored in blocks",
                        fmt::format("rows of a multiple of {}", block_of(type).values),
                        fmt::format("{}", row), engine::shortened(name),
                        "Store this tensor as F32, F16 or BF16.");
    }
    const at::Tensor dense = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
    const std::span<const float> values(dense.data_ptr<float>(),
                                        static_cast<std::size_t>(dense.numel()));
    std::string bytes = quantize(type, values, name);
    return {std::move(name), tensor.sizes().vec(), type, std::move(bytes)};
}

}  // namespace millrace::ops
