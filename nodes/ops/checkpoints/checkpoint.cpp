#include "nodes/ops/checkpoints/checkpoint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "engine/value_parse.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "nodes/ops/checkpoints/errors.hpp"

namespace millrace::ops {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTensorsEnd = ".safetensors", kIndexEnd = ".safetensors.index.json";
constexpr std::uint64_t kMostIndexBytes = std::uint64_t{64} << 20;

/// The file to begin with where a folder is given: the one of the usual name, else the only one.
fs::path file_in(const fs::path& folder) {
    std::set<fs::path> indices, files;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.ends_with(kIndexEnd))
            indices.insert(entry->path());
        else if (name.ends_with(kTensorsEnd))
            files.insert(entry->path());
    }
    for (const char* name : {"model.safetensors", "model.safetensors.index.json"}) {
        if (files.contains(folder / name) || indices.contains(folder / name)) return folder / name;
    }
    // With an index the files are its shards.
    const std::set<fs::path>& choice = indices.empty() ? files : indices;
    if (choice.size() == 1) return *choice.begin();
    fail_checkpoint("E-CKPT-020", "The folder is no checkpoint",
                    "model.safetensors, model.safetensors.index.json, or one other such file",
                    error ? error.message() : fmt::format("{} of them", choice.size()),
                    folder.string(), "Name the file itself.");
}

[[noreturn]] void malformed(const fs::path& index, std::string expected, std::string found) {
    fail_checkpoint("E-CKPT-021", "The index of the checkpoint is malformed", std::move(expected),
                    std::move(found), index.string());
}

/// A path of the index. Links may lead elsewhere: caches keep the files so.
fs::path shard_in(const fs::path& index, const std::string& name) {
    const fs::path path(name);
    bool inside = !name.empty() && path.is_relative() && name.find('\\') == name.npos &&
                  name.find('\0') == name.npos && name.ends_with(kTensorsEnd);
    for (const fs::path& part : path) inside = inside && part != ".." && part != ".";
    if (inside) return index.parent_path() / path;
    fail_checkpoint("E-CKPT-022", "The index names a file that is no shard beside it",
                    "a path of a .safetensors file inside the folder",
                    name.empty() ? "an empty text" : engine::shortened(name), index.string(),
                    "Get the checkpoint from a source that you trust.");
}

[[noreturn]] void disagree(const fs::path& index, std::string expected, std::string found) {
    fail_checkpoint("E-CKPT-024", "The checkpoint's index and its shards disagree",
                    std::move(expected), std::move(found), index.string());
}

}  // namespace

Checkpoint::Checkpoint(const fs::path& path) : path_(path) {
    std::error_code error;
    const fs::path file = fs::is_directory(path, error) ? file_in(path) : path;
    if (file.filename().string().ends_with(".json"))
        open_index(file);
    else
        open_shard(file);
}

void Checkpoint::open_shard(const fs::path& file) {
    files_.push_back(std::make_unique<const CheckpointFile>(file));
    files_.back()->mapped([&](std::span<const std::byte> bytes) {
        const visual::Safetensors read = visual::read_safetensors(bytes, file.string());
        for (const engine::ArrayView& array : read.arrays) {
            StoredTensor tensor{
                .type = array.type,
                .shape = array.shape,
                .file = files_.size() - 1,
                .offset = static_cast<std::uint64_t>(array.bytes.data() - bytes.data()),
                .bytes = array.bytes.size()};
            const auto [place, is_new] = tensors_.emplace(array.name, std::move(tensor));
            if (!is_new) {
                disagree(path_, "each tensor in one shard",
                         fmt::format("\"{}\" in {} and {}", engine::shortened(array.name),
                                     files_[place->second.file]->path().filename().string(),
                                     file.filename().string()));
            }
        }
        metadata_.insert(read.metadata.begin(), read.metadata.end());
    });
}

void Checkpoint::open_index(const fs::path& index) {
    const std::vector<std::byte> bytes = visual::read_file_bytes(index, kMostIndexBytes);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const engine::Value top = engine::parse_json(text, index.string(), {.max_depth = 8});
    const engine::Value* map = top.find("weight_map");
    if (!map || !map->is_object() || map->as_object().empty())
        malformed(index, "weight_map, which says each tensor's file", "none");
    std::map<fs::path, std::vector<std::string>> shards;
    for (const auto& [name, file] : map->as_object()) {
        if (!file.is_string()) {
            malformed(index, "a text with the file of each tensor",
                      fmt::format("a {} for \"{}\"", file.kind(), engine::shortened(name)));
        }
        shards[shard_in(index, file.as_string())].push_back(name);
    }
    std::vector<std::string> missing;
    for (const auto& [file, names] : shards) {
        std::error_code error;
        if (!fs::is_regular_file(file, error)) missing.push_back(file.filename().string());
    }
    if (!missing.empty()) {
        const auto shown = std::span(missing).first(std::min<std::size_t>(10, missing.size()));
        fail_checkpoint("E-CKPT-023", "Shards of the checkpoint are missing",
                        fmt::format("{} files beside the index", shards.size()),
                        fmt::format("{} missing: {}", missing.size(), fmt::join(shown, ", ")),
                        index.string(), "Get these files too.");
    }
    for (const auto& [file, names] : shards) {
        open_shard(file);
        for (const std::string& name : names) {
            const auto place = tensors_.find(name);
            if (place != tensors_.end() && place->second.file == files_.size() - 1) continue;
            disagree(index,
                     fmt::format("\"{}\" in {}", engine::shortened(name), file.filename().string()),
                     "no such tensor there");
        }
    }
    if (tensors_.size() == map->as_object().size()) return;
    const auto extra = std::ranges::find_if(
        tensors_, [&](const auto& tensor) { return !map->find(tensor.first); });
    disagree(index, "each tensor of the shards in the index",
             fmt::format("\"{}\" in {} alone", engine::shortened(extra->first),
                         files_[extra->second.file]->path().filename().string()));
}

TensorShapes Checkpoint::shapes() const {
    TensorShapes shapes;
    for (const auto& [name, tensor] : tensors_) shapes[name] = tensor.shape;
    return shapes;
}

std::uint64_t Checkpoint::bytes(Precision precision) const {
    using enum engine::DType;
    std::uint64_t sum = 0;
    for (const auto& [name, tensor] : tensors_) {
        const bool half = tensor.type == F16 || tensor.type == BF16;
        sum += half && precision == Precision::Float32 ? 2 * tensor.bytes : tensor.bytes;
    }
    return sum;
}

at::Tensor Checkpoint::read(std::string_view name, Precision precision) const {
    const auto place = tensors_.find(name);
    if (place == tensors_.end()) {
        fail_checkpoint("E-CKPT-025", "The checkpoint has no such tensor",
                        fmt::format("one of {} tensors", tensors_.size()), engine::shortened(name),
                        path_.string(), "Check that the checkpoint is of this model.");
    }
    const StoredTensor& tensor = place->second;
    return files_[tensor.file]->read_tensor(tensor.offset, tensor.type, tensor.shape, precision);
}

LoadedCheckpoint load_checkpoint(const fs::path& path, Precision precision) {
    const Checkpoint checkpoint(path);
    check_free_memory(checkpoint.bytes(precision), path);
    LoadedCheckpoint loaded{.tensors = {}, .metadata = checkpoint.metadata()};
    for (const auto& [name, tensor] : checkpoint.tensors())
        loaded.tensors.emplace(name, checkpoint.read(name, precision));
    return loaded;
}

}  // namespace millrace::ops
