// A file of many gigabytes, of which first the header and then tensor after tensor is read. The
// header is parsed from a mapping, so that it costs no memory; the numbers are read in the ordinary
// way, which ends in an error, not in a signal, where another program cuts the file. Owns its
// descriptor; const members are safe on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "engine/record.hpp"

namespace at {
class Tensor;
}

namespace millrace::ops {

/// What becomes of F16 and BF16: tensors of these types, or float32. Other types stay.
enum class Precision { Stored, Float32 };

class CheckpointFile {
public:
    /// Throws Error E-CKPT-020 where there is no such regular file or it can't be opened.
    explicit CheckpointFile(std::filesystem::path path);
    CheckpointFile(const CheckpointFile&) = delete;
    CheckpointFile& operator=(const CheckpointFile&) = delete;
    ~CheckpointFile();

    const std::filesystem::path& path() const { return path_; }
    std::uint64_t size() const { return size_; }

    /// Calls `parse` with the whole file, mapped for the time of the call. Throws Error E-CKPT-027
    /// where mapping fails.
    void mapped(const std::function<void(std::span<const std::byte>)>& parse) const;

    /// Fills `target` from `offset` on. Throws Error E-CKPT-027 where the file has become shorter.
    void read(std::uint64_t offset, std::span<std::byte> target) const;

    /// A dense row-major array, which the header's parser has found to lie within the file.
    at::Tensor read_tensor(std::uint64_t offset, engine::DType type,
                           const std::vector<std::int64_t>& shape, Precision precision) const;

private:
    std::filesystem::path path_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

/// Throws Error E-CKPT-028 where so many bytes are more than the memory that is free.
void check_free_memory(std::uint64_t bytes, const std::filesystem::path& path);

}  // namespace millrace::ops
