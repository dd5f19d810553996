#include "engine/run/keys.hpp"

#include <sys/stat.h>

#include <fstream>
#include <map>
#include <mutex>
#include <tuple>

#include "engine/run/frozen.hpp"

namespace millrace::engine {
namespace {

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

Hash128 node_key(const PlanNode& node, NodeInstance& instance, int intra_threads) {
    Hasher hasher;
    hasher.add(node.type->spec.id).add(node.type->spec.version).add(node.type->build);
    for (const ParamSpec& param : node.type->spec.params) {
        // Paths count by what they lead to, see files(); a folder moved elsewhere gives the same results.
        if (param.field.kind() == ParamKind::Path && node.type->has_files) continue;
        hasher.add(param.name).add(to_json(stored_value(param, instance.object())));
    }
    if (node.type->spec.resource == Resource::Compute) hasher.add(intra_threads);
    return hasher.digest();
}

void prepare_keys(Executor& executor) {
    for (auto& node : executor.nodes) {
        node->keyed = executor.options.cache != nullptr && cacheable(*node->plan) && !(node->frozen && node->frozen->is_whole());
        if (node->keyed) node->key = node_key(*node->plan, *node->instance, executor.intra_threads);
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
