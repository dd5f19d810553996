#include "engine/run/keys.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <tuple>

#include "engine/run/frozen.hpp"

namespace millrace::engine {
namespace {

namespace fs = std::filesystem;

Hash128 hash_contents(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return {};
    Hasher hasher;
    std::vector<char> block(std::size_t{1} << 20);
    while (stream) {
        stream.read(block.data(), static_cast<std::streamsize>(block.size()));
        hasher.add(std::as_bytes(std::span(block.data(), static_cast<std::size_t>(stream.gcount()))));
    }
    return hasher.digest();
}

/// Adds what a path parameter of a node leads to; false when that is too much to look at.
bool add_content(Hasher& hasher, const fs::path& path) {
    // A file or folder moved elsewhere gives the same results; its name may tell how it is read.
    hasher.add(path.filename().string());
    if (path.empty()) return true;
    const auto files = files_below(path);
    if (!files) return false;
    for (const fs::path& file : *files) hasher.add(file.lexically_relative(path).generic_string()).add(file_hash(file));
    return true;
}

}  // namespace

bool cacheable(const PlanNode& node) {
    const NodeType& type = *node.type;
    if (!type.pure || type.generator || type.spec.rate != Rate::Same) return false;
    // How many items a source has must be known without calling it.
    return !type.source || type.has_count;
}

Hash128 file_hash(const std::filesystem::path& file) {
    using Identity = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t, std::int64_t>;
    // A memo of facts about files, not state of a run: what it says is true whoever asks.
    static std::mutex mutex;
    static std::map<Identity, Hash128> known;
    struct stat status = {};
    if (stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    const Identity identity{status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
    {
        const std::scoped_lock lock(mutex);
        if (const auto found = known.find(identity); found != known.end()) return found->second;
    }
    const Hash128 hash = hash_contents(file);
    const std::scoped_lock lock(mutex);
    if (known.size() > 100'000) known.clear();
    return known[identity] = hash;
}

std::optional<std::vector<fs::path>> files_below(const fs::path& path) {
    constexpr std::size_t kMostEntries = 100'000;
    std::error_code failed;
    if (!fs::is_directory(path, failed)) return std::vector{path};
    std::vector<fs::path> files;
    std::size_t entries = 0;
    fs::recursive_directory_iterator entry(path, fs::directory_options::skip_permission_denied, failed);
    for (; !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
        if (++entries > kMostEntries) return std::nullopt;
        std::error_code ignored;
        if (entry->is_regular_file(ignored)) files.push_back(entry->path());
    }
    std::ranges::sort(files);
    return files;
}

Hash128 node_key(const PlanNode& node, NodeInstance& instance, int intra_threads) {
    Hasher hasher;
    hasher.add(node.type->spec.id).add(node.type->spec.version).add(node.type->build);
    for (const ParamSpec& param : node.type->spec.params) {
        const bool is_path = param.field.kind() == ParamKind::Path;
        // Paths of such a source count by what they lead to item by item, see files().
        if (is_path && node.type->has_files) continue;
        if (is_path && cacheable(node)) {
            hasher.add(param.name);
            if (!add_content(hasher, param.field.get(instance.object()).as_string())) return {};
            continue;
        }
        hasher.add(param.name).add(to_json(stored_value(param, instance.object())));
    }
    if (node.type->spec.resource == Resource::Compute) hasher.add(intra_threads);
    return hasher.digest();
}

void prepare_keys(Executor& executor) {
    for (auto& node : executor.nodes) {
        node->keyed = executor.options.cache != nullptr && cacheable(*node->plan) && !(node->frozen && node->frozen->is_whole());
        if (!node->keyed) continue;
        node->key = node_key(*node->plan, *node->instance, executor.intra_threads);
        node->keyed = static_cast<bool>(node->key);
    }
    if (!executor.options.cache) return;
    for (const PlanWire& wire : executor.plan.wires) {
        NodeState& producer = *executor.nodes[wire.from];
        const bool frozen = producer.frozen && producer.frozen->is_whole();  // has keys of its own
        if (!producer.keyed && !frozen && executor.nodes[wire.to]->keyed) producer.watched = true;
    }
}

Hash128 call_key(const Executor& executor, const NodeState& node, std::uint64_t item,
                 const std::vector<Packet>& inputs, const std::vector<Hash128>& input_keys, NodeInstance& instance) {
    for (std::size_t port = 0; port < inputs.size(); ++port) {
        if (inputs[port] && !input_keys[port]) return {};
    }
    return call_key(*node.plan, node.key, executor.options.seed, item, input_keys, instance);
}

Hash128 call_key(const PlanNode& node, const Hash128& own, std::uint64_t seed, std::uint64_t item,
                 const std::vector<Hash128>& input_keys, NodeInstance& instance) {
    const NodeType& type = *node.type;
    Hasher hasher;
    hasher.add(own);
    for (const Hash128& key : input_keys) hasher.add(key);
    // A source that repeats its elements draws random numbers by their place, too.
    const std::uint64_t place = type.source ? instance.place(item) : item;
    if (type.source) hasher.add(place);
    if (type.spec.random) hasher.add(seed).add(node.id).add(place);
    if (type.has_files) {
        for (const Path& file : instance.files(item)) {
            hasher.add(std::filesystem::path(file.text).filename().string()).add(file_hash(file.text));
        }
    }
    return hasher.digest();
}

Hash128 port_key(const Hash128& call, std::size_t port) { return Hasher().add(call).add(port).digest(); }

}  // namespace millrace::engine
