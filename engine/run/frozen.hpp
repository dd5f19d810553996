// What frozen nodes gave, kept beside the user's data and outside of the cache's limit: a set is
// made by a run that is asked to freeze, from then on the node is not called and gives the set's
// results, whatever becomes of its inputs and parameters. What leads to frozen nodes alone is not
// called either. Items keep the numbers that they had.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/run/cache.hpp"
#include "engine/run/run.hpp"

namespace millrace::engine {

/// MILLRACE_FROZEN, or "frozen" in the user's data folder of Millrace.
std::filesystem::path default_frozen_folder();

/// Where a run's sets lie.
std::filesystem::path frozen_folder(const RunOptions& options);

/// Reports why sets of frozen nodes can't be used, and what is to be frozen anew and is no frozen
/// node.
void check_frozen(Plan& plan, const RunOptions& options);

/// One node's set. Thread-safe.
class FrozenSet {
public:
    /// The set of that name, to be read. Throws Error E-FREEZE-001 when it is not there (never
    /// made, or made on another machine), E-FREEZE-003 when it is of another node type, or damaged.
    static std::shared_ptr<FrozenSet> open(const std::filesystem::path& folder,
                                           const std::string& name, const NodeType& type);
    /// A new one, which takes the place of the old one of that name with finish(); without it
    /// nothing is changed.
    static std::shared_ptr<FrozenSet> begin(const std::filesystem::path& folder,
                                            const std::string& name, const NodeType& type);
    ~FrozenSet();

    bool is_whole() const { return whole_; }
    /// Items that were answered when it was made; those without a result in it had none then.
    std::uint64_t items() const { return items_; }
    /// Nothing for an item that had no result. Throws Error E-FREEZE-002 for an item beyond the
    /// last, E-FREEZE-003 for one whose result is gone or damaged.
    std::shared_ptr<CacheEntry> find(std::uint64_t item) const;
    /// Stands for the content of an item's results, as a call's key does; another after the node
    /// was frozen anew.
    Hash128 key(std::uint64_t item) const;

    /// One packet per output. Throws Error when they can't be kept.
    void put(std::uint64_t item, const std::vector<Packet>& packets);
    /// All `items` were answered: the set is whole. Throws Error when it can't be kept.
    void finish(std::uint64_t items);

private:
    FrozenSet(std::filesystem::path folder, std::string name, const NodeType& type);

    std::filesystem::path place_;  ///< where it is, or will be
    std::string name_;
    std::string type_;
    std::unique_ptr<CacheStore> store_;
    Hash128 made_;  ///< tells sets apart that were made under one name
    std::atomic<std::uint64_t> items_ = 0;
    std::mutex mutex_;
    std::vector<std::uint64_t> stored_;  ///< while it is made: items that have a result
    std::vector<std::pair<std::uint64_t, std::uint64_t>>
        results_;  ///< the same as ranges, first and last, rising
    bool whole_ = false;
};

}  // namespace millrace::engine
