// Checkpoints of safetensors files: a single one, or shards with a "….index.json" that says which
// tensor is in which shard, as Hugging Face stores them. Opening reads headers alone; a tensor's
// numbers are read when it is asked for. Immutable; safe on any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/ops/checkpoints/checkpoint_file.hpp"
#include "nodes/ops/checkpoints/names.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::ops {

/// Where a tensor's bytes are.
struct StoredTensor {
    engine::DType type = engine::DType::F32;
    std::vector<std::int64_t> shape;
    std::size_t file = 0;  ///< number of the shard
    std::uint64_t offset = 0, bytes = 0;
};

class Checkpoint {
public:
    /// `path`: a .safetensors file, a ….safetensors.index.json, or a folder that holds
    /// model.safetensors, model.safetensors.index.json, or one other such file. Throws Error:
    /// E-CKPT-020 when there is none or more than one, 021 for a malformed index (E-JSON-… where
    /// it is no JSON), 022 for a shard outside the folder, 023 for a missing shard, 024 where index
    /// and shards disagree; E-FILE-02x for a shard whose header is wrong.
    explicit Checkpoint(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return path_; }
    const std::map<std::string, StoredTensor, std::less<>>& tensors() const { return tensors_; }
    /// The texts of "__metadata__"; where shards differ, those of the first by name.
    const std::map<std::string, std::string>& metadata() const { return metadata_; }
    TensorShapes shapes() const;
    /// Of all tensors as read() gives them.
    std::uint64_t bytes(Precision precision) const;

    /// Throws Error E-CKPT-025 when there is no such tensor, 027 when its file has become shorter,
    /// E-FILE-011 for types that LibTorch lacks.
    at::Tensor read(std::string_view name, Precision precision) const;

private:
    void open_shard(const std::filesystem::path& file);
    void open_index(const std::filesystem::path& index);

    std::filesystem::path path_;
    std::vector<std::unique_ptr<const CheckpointFile>> files_;
    std::map<std::string, StoredTensor, std::less<>> tensors_;
    std::map<std::string, std::string> metadata_;
};

struct LoadedCheckpoint {
    types::NamedTensors tensors;
    std::map<std::string, std::string> metadata;
};

/// All tensors. Throws Error E-CKPT-028 when they don't fit into memory; others as Checkpoint.
LoadedCheckpoint load_checkpoint(const std::filesystem::path& path,
                                 Precision precision = Precision::Stored);

}  // namespace millrace::ops
