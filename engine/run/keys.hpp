// Cache keys: what decides a packet's content, hashed. See design: node type, version and plug-in build, resolved
// parameters, keys of the inputs, content of files read, intra-op threads, and for random nodes seed, id and item.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "engine/run/executor.hpp"

namespace millrace::engine {

/// The part of the key that no item changes; sets NodeState::key, keyed and watched for all nodes.
void prepare_keys(Executor& executor);

/// Key of one call; zero when an input has none.
Hash128 call_key(const Executor& executor, const NodeState& node, std::uint64_t item,
                 const std::vector<Packet>& inputs, const std::vector<Hash128>& input_keys, NodeInstance& instance);

/// The same outside of a run, all inputs having keys (zero where not connected).
Hash128 call_key(const PlanNode& node, const Hash128& own, std::uint64_t seed, std::uint64_t item,
                 const std::vector<Hash128>& input_keys, NodeInstance& instance);

/// Whether results of this node may be stored.
bool cacheable(const PlanNode& node);

/// Key of one output of that call.
Hash128 port_key(const Hash128& call, std::size_t port);

/// The node's own share of the key. Paths of a node whose results may be stored count by their last name and by what they
/// lead to now; zero when a folder among them holds more files than are looked at.
Hash128 node_key(const PlanNode& node, NodeInstance& instance, int intra_threads);

/// Regular files that a path leads to: itself, or those of the folder and of the folders in it, sorted; links to folders
/// are not followed. None for more than are looked at.
std::optional<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& path);

/// Hash of a file's content, remembered by size and modification time; zero when it can't be read.
Hash128 file_hash(const std::filesystem::path& file);

}  // namespace millrace::engine
