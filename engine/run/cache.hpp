// The content store: results of pure nodes by key, shared between runs and processes, with a size limit. A file per
// call; the oldest used go first. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "engine/hash.hpp"
#include "engine/packet.hpp"
#include "engine/value.hpp"

namespace millrace::engine {

/// The stored results of one call, open for reading: stays readable although the store may drop it meanwhile.
class CacheEntry {
public:
    virtual ~CacheEntry() = default;
    virtual std::size_t ports() const = 0;
    virtual bool empty(std::size_t port) const = 0;
    /// Reads and checks one result; throws Error E-CACHE-001 when the file is damaged (and removes it).
    virtual Packet load(std::size_t port, const PayloadLookup& types) = 0;
};

class CacheStore {
public:
    enum class Use { ReadAndWrite, Read };
    /// Makes the folder; throws Error E-CACHE-002 when it can't be used. One that is only read need not be writable.
    CacheStore(std::filesystem::path folder, std::uint64_t limit_bytes, Use use = Use::ReadAndWrite);
    ~CacheStore();

    std::shared_ptr<CacheEntry> find(const Hash128& key);
    /// Stores one packet per port, empty ones too. A full disk is no error: the result is just not kept.
    void put(const Hash128& key, const std::vector<Packet>& packets);
    /// The same for what must be kept: throws Error (E-FILE-…) when it can't be.
    void keep(const Hash128& key, const std::vector<Packet>& packets);

    /// Notes that a light node was called for this key; false when it had been before, in whatever run. Results of light
    /// nodes are not kept, as calling again costs less; this is how a repeated call is told from a new one.
    bool note_light(const Hash128& key);

    /// What a node's key was made of the last time, for `why`; by graph and node.
    std::optional<Value> manifest(const Hash128& id) const;
    void put_manifest(const Hash128& id, const Value& manifest);

    struct Usage {
        std::uint64_t files = 0, bytes = 0;
    };
    Usage usage() const;
    /// Removes the least recently used until at most `bytes` are left; gives the number of files removed.
    std::uint64_t shrink(std::uint64_t bytes);
    std::uint64_t limit() const { return limit_; }
    const std::filesystem::path& folder() const { return folder_; }

private:
    std::filesystem::path file_of(const Hash128& key) const;
    void load_light();
    void save_light();

    std::filesystem::path folder_;
    std::uint64_t limit_;
    std::mutex shrinking_;
    std::atomic<std::int64_t> room_ = 0;  ///< bytes until usage is counted again

    struct KeyHash {
        std::size_t operator()(const Hash128& key) const { return static_cast<std::size_t>(key.low); }
    };
    std::mutex light_mutex_;
    bool light_loaded_ = false;
    std::unordered_set<Hash128, KeyHash> light_;
    std::vector<Hash128> light_unsaved_;
};

/// MILLRACE_CACHE, or the user's cache folder; the limit is MILLRACE_CACHE_GB or 4 GB.
std::filesystem::path default_cache_folder();
std::uint64_t default_cache_limit();

}  // namespace millrace::engine
