#include "engine/run/frozen.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "engine/value_parse.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostAbout = 16 << 20;  // bytes of set.json

Hash128 key_of(std::uint64_t item) { return Hasher().add("frozen").add(item).digest(); }

Error damaged(const fs::path& place, std::string found) {
    return Error({.code = "E-FREEZE-003",
                  .what = "The frozen results can't be used",
                  .expected = "a set of this node type, as freezing writes it",
                  .found = std::move(found),
                  .where = place.string(),
                  .mend = "Thaw the node, or freeze it anew."});
}

}  // namespace

fs::path default_frozen_folder() {
    if (const char* chosen = std::getenv("MILLRACE_FROZEN"); chosen && *chosen) return chosen;
    if (const char* base = std::getenv("XDG_DATA_HOME"); base && *base)
        return fs::path(base) / "millrace" / "frozen";
    if (const char* home = std::getenv("HOME"); home && *home)
        return fs::path(home) / ".local" / "share" / "millrace" / "frozen";
    return fs::temp_directory_path() / "millrace-frozen";
}

fs::path frozen_folder(const RunOptions& options) {
    return options.frozen.empty() ? default_frozen_folder() : options.frozen;
}

bool is_to_freeze(const RunOptions& options, std::string_view id) {
    return std::ranges::any_of(options.freeze, [&](const std::string& name) {
        return name == "all" || name == id ||
               (id.size() > name.size() && id.starts_with(name) && id[name.size()] == '/');
    });
}

void check_frozen(Plan& plan, const RunOptions& options) {
    std::vector<std::string> frozen;
    for (const PlanNode& node : plan.nodes) {
        if (node.frozen.empty()) continue;
        frozen.push_back(node.id);
        if (is_to_freeze(options, node.id)) continue;
        try {
            FrozenSet::open(frozen_folder(options), node.frozen, *node.type);
        } catch (const Error& error) {
            plan.problems.push_back(error.problem());
            plan.problems.back().where = node.id;
        }
    }
    for (const std::string& name : options.freeze) {
        const RunOptions one{.freeze = {name}};
        if (std::ranges::any_of(frozen,
                                [&](const std::string& id) { return is_to_freeze(one, id); }))
            continue;
        if (any_errors(plan.problems)) continue;  // it may be one of those
        plan.problems.push_back(
            {.code = "E-FREEZE-004",
             .what = fmt::format("\"{}\" is no frozen node of this run", name),
             .expected = "a node with \"mode\": \"freeze\", or all",
             .found = plan.find(name) >= 0 ? "a node that is not frozen" : "no such node",
             .where = name,
             .mend = "Freeze it first: in the editor, or by its mode in the document."});
    }
}

FrozenSet::FrozenSet(fs::path folder, std::string name, const NodeType& type)
    : place_(std::move(folder) / name), name_(std::move(name)), type_(type.spec.id) {}

std::shared_ptr<FrozenSet> FrozenSet::open(const fs::path& folder, const std::string& name,
                                           const NodeType& type) {
    std::shared_ptr<FrozenSet> set(new FrozenSet(folder, name, type));
    const fs::path about = set->place_ / "set.json";
    std::error_code ignored;
    if (!fs::is_regular_file(about, ignored)) {
        throw Error(
            {.code = "E-FREEZE-001",
             .what = "The results that the node was frozen with are not here",
             .expected = "the folder " + set->place_.string(),
             .found = "none",
             .cause = "it was frozen on another machine, or freezing it did not come to its end",
             .mend =
                 "Thaw the node, freeze it anew (run with --freeze), or bring the folder here."});
    }
    if (fs::file_size(about, ignored) > kMostAbout) throw damaged(about, "a file too large for it");
    std::ifstream stream(about, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(stream)), {});
    const Value value = parse_json(text, about.string());
    const auto word = [&](const char* key) {
        const Value* found = value.find(key);
        return found && found->is_string() ? found->as_string() : std::string();
    };
    const Value* items = value.find("items");
    if (!items || !items->is_int() || items->as_int() < 0)
        throw damaged(about, "a file without \"items\"");
    if (word("type") != set->type_)
        throw damaged(about, fmt::format("a set of {}", shortened(word("type"))));
    const Value* results = value.find("results");
    if (!results || !results->is_array()) throw damaged(about, "a file without \"results\"");
    for (const Value& range : results->as_array()) {
        const bool pair = range.is_array() && range.as_array().size() == 2 &&
                          range.as_array()[0].is_int() && range.as_array()[1].is_int();
        const std::int64_t first = pair ? range.as_array()[0].as_int() : -1,
                           last = pair ? range.as_array()[1].as_int() : -1;
        const std::int64_t before =
            set->results_.empty() ? -1 : static_cast<std::int64_t>(set->results_.back().second);
        if (first <= before || last < first || last >= items->as_int())
            throw damaged(about, "\"results\" that are no rising ranges of items");
        set->results_.emplace_back(first, last);
    }
    set->made_ = hash_text(word("made"));
    set->items_ = static_cast<std::uint64_t>(items->as_int());
    set->store_ = std::make_unique<CacheStore>(set->place_, 0, CacheStore::Use::Read);
    set->whole_ = true;
    return set;
}

std::shared_ptr<FrozenSet> FrozenSet::begin(const fs::path& folder, const std::string& name,
                                            const NodeType& type) {
    std::shared_ptr<FrozenSet> set(new FrozenSet(folder, name, type));
    const fs::path part = folder / fmt::format(".{}.{}", name, getpid());
    std::error_code ignored;
    fs::remove_all(part, ignored);
    visual::make_folders(part);
    set->store_ = std::make_unique<CacheStore>(part, std::numeric_limits<std::uint64_t>::max());
    return set;
}

FrozenSet::~FrozenSet() {
    if (whole_ || !store_) return;
    const fs::path part = store_->folder();
    store_.reset();
    std::error_code ignored;
    fs::remove_all(part, ignored);
}

std::shared_ptr<CacheEntry> FrozenSet::find(std::uint64_t item) const {
    if (item >= items_) {
        throw Error({.code = "E-FREEZE-002",
                     .what = fmt::format("The node was frozen with {} items, this is item {}",
                                         items_.load(), item),
                     .expected = fmt::format("at most {} items", items_.load()),
                     .found = "more of them",
                     .mend = "Thaw the node, or freeze it anew with the items there are now."});
    }
    const auto range =
        std::ranges::lower_bound(results_, item, {}, [](const auto& one) { return one.second; });
    if (range == results_.end() || range->first > item) return nullptr;  // it had none
    if (auto entry = store_->find(key_of(item))) return entry;
    throw damaged(place_, fmt::format("no readable result of item {}", item));
}

Hash128 FrozenSet::key(std::uint64_t item) const {
    return Hasher().add("frozen").add(made_).add(item).digest();
}

void FrozenSet::put(std::uint64_t item, const std::vector<Packet>& packets) {
    store_->keep(key_of(item), packets);
    {
        const std::scoped_lock lock(mutex_);
        stored_.push_back(item);
    }
    std::uint64_t most = items_;
    while (most <= item && !items_.compare_exchange_weak(most, item + 1)) {
    }
}

void FrozenSet::finish(std::uint64_t items) {
    items_ = std::max<std::uint64_t>(items_, items);
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    const std::string made = to_hex(Hasher().add(name_).add(now).add(getpid()).digest());
    const fs::path part = store_->folder();
    std::ranges::sort(stored_);
    for (const std::uint64_t item : stored_) {
        if (results_.empty() || results_.back().second + 1 < item)
            results_.emplace_back(item, item);
        else
            results_.back().second = item;
    }
    Array results;
    for (const auto& [first, last] : results_)
        results.push_back(Array{static_cast<std::int64_t>(first), static_cast<std::int64_t>(last)});
    visual::write_file_atomically(
        part / "set.json",
        to_json(Object{{"type", type_},
                       {"items", static_cast<std::int64_t>(items_.load())},
                       {"results", std::move(results)},
                       {"made", made}}),
        visual::Durability::Process);
    store_.reset();
    std::error_code error;
    const fs::path old = part.string() + ".old";
    fs::rename(place_, old, error);  // fails when there is none
    fs::rename(part, place_, error);
    if (error) {
        std::error_code ignored;
        fs::rename(old, place_, ignored);
        fs::remove_all(part, ignored);
        throw Error({.code = "E-FILE-003",
                     .what = "The frozen results can't be kept",
                     .expected = "a folder that can be written to",
                     .found = error.message(),
                     .where = place_.string(),
                     .mend = "Check the folder's permissions and the space on the disk."});
    }
    fs::remove_all(old, error);
    made_ = hash_text(made);
    store_ = std::make_unique<CacheStore>(place_, 0, CacheStore::Use::Read);
    whole_ = true;
}

}  // namespace millrace::engine
