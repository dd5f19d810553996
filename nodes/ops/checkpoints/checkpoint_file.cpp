#include "nodes/ops/checkpoints/checkpoint_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "engine/numbers.hpp"
#include "nodes/ops/checkpoints/errors.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::ops {
namespace {

std::string reason(int error) { return std::strerror(error); }

}  // namespace

CheckpointFile::CheckpointFile(std::filesystem::path path) : path_(std::move(path)) {
    // Non-blocking, since opening a pipe without a writer would hang; regular files don't mind.
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status = {};
    std::string found;
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0)
        found = reason(errno);
    else if (!S_ISREG(status.st_mode))
        found = "another kind of file";
    if (!found.empty()) {
        if (descriptor_ >= 0) ::close(descriptor_);
        fail_checkpoint("E-CKPT-020", "The checkpoint's file can't be opened", "a readable file",
                        found, path_.string(), "Correct the path, or put the file there.");
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
}

CheckpointFile::~CheckpointFile() { ::close(descriptor_); }

void CheckpointFile::mapped(const std::function<void(std::span<const std::byte>)>& parse) const {
    if (size_ == 0) return parse({});
    void* bytes = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor_, 0);
    if (bytes == MAP_FAILED) {
        fail_checkpoint("E-CKPT-027", "The checkpoint's file can't be mapped",
                        fmt::format("{} bytes", size_), reason(errno), path_.string(),
                        "Copy the file to a local disk.");
    }
    const auto unmap = [this](void* mapping) { ::munmap(mapping, size_); };
    const std::unique_ptr<void, decltype(unmap)> owner(bytes, unmap);
    parse({static_cast<const std::byte*>(bytes), size_});
}

void CheckpointFile::read(std::uint64_t offset, std::span<std::byte> target) const {
    while (!target.empty()) {
        const ssize_t count =
            ::pread(descriptor_, target.data(), target.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            fail_checkpoint("E-CKPT-027", "The checkpoint's file can't be read to its end",
                            fmt::format("{} bytes more at byte {}", target.size(), offset),
                            count < 0 ? reason(errno) : "the end of the file", path_.string(),
                            "Check that nothing writes to it, and read it again.");
        }
        target = target.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
}

at::Tensor CheckpointFile::read_tensor(std::uint64_t offset, engine::DType type,
                                       const std::vector<std::int64_t>& shape,
                                       Precision precision) const {
    engine::ArrayView view{.name = {}, .type = type, .shape = shape, .bytes = {}};
    const auto count = static_cast<std::size_t>(view.count());
    const std::size_t width = size_of(type);
    const bool half = type == engine::DType::F16 || type == engine::DType::BF16;
    if (!half || precision == Precision::Stored) {
        const auto bytes = std::make_unique_for_overwrite<std::byte[]>(count * width);
        view.bytes = {bytes.get(), count * width};
        read(offset, {bytes.get(), count * width});
        return types::tensor_of(view);
    }
    // Part by part, so that a tensor is never held twice.
    constexpr std::size_t kPart = std::size_t{1} << 20;
    at::Tensor result = at::empty(shape, at::kFloat);
    std::vector<std::byte> part(std::min(count, kPart) * width);
    for (std::size_t done = 0; done < count; done += kPart) {
        const auto bytes = std::span(part).first(std::min(count - done, kPart) * width);
        read(offset + done * width, bytes);
        engine::to_floats(bytes, type, result.data_ptr<float>() + done);
    }
    return result;
}

void check_free_memory(std::uint64_t bytes, const std::filesystem::path& path) {
    std::uint64_t kilobytes = 0;
    std::ifstream meminfo("/proc/meminfo");
    for (std::string word; meminfo >> word;) {
        if (word == "MemAvailable:" && meminfo >> kilobytes) break;
    }
    if (kilobytes == 0 || bytes >> 10 < kilobytes) return;  // 0: unknown
    fail_checkpoint("E-CKPT-028", "The checkpoint does not fit into memory",
                    fmt::format("at most {} MB, which are free", kilobytes >> 10),
                    fmt::format("{} MB", bytes >> 20), path.string(),
                    "Keep its own precision, read single tensors, or close other programs.");
}

}  // namespace millrace::ops
