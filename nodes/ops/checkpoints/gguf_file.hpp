// A GGUF file that stays open: its header as read_gguf() gives it, and its tensors one by one as
// LibTorch's. Owns the file; const members are safe on any thread.
#pragma once

#include <filesystem>
#include <string_view>

#include "nodes/ops/checkpoints/checkpoint_file.hpp"
#include "nodes/ops/checkpoints/gguf.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::ops {

class GgufFile {
public:
    /// Throws Error E-CKPT-020 where the file can't be opened; others as read_gguf().
    explicit GgufFile(const std::filesystem::path& path);

    const Gguf& header() const { return header_; }
    const std::filesystem::path& path() const { return file_.path(); }

    /// Blocks always become float32. Throws Error E-CKPT-025 when there is no such tensor, 027 when
    /// the file has become shorter.
    at::Tensor read(std::string_view name, Precision precision) const;

private:
    CheckpointFile file_;
    Gguf header_;
};

/// A tensor to be written, its numbers rounded to `type`. Throws Error E-CKPT-046 where they can't
/// be, or rows are no whole blocks.
GgufData gguf_data(std::string name, const at::Tensor& tensor, GgmlType type);

}  // namespace millrace::ops
