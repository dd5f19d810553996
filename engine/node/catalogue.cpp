#include "engine/node/catalogue.hpp"

#include <link.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "engine/node/registry.hpp"
#include "engine/node/table.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::engine {
namespace {

namespace fs = std::filesystem;

/// Of the stored files; another one's are not read.
constexpr int kFormat = 3;
constexpr std::uint64_t kMaxStoredBytes = std::uint64_t{64} << 20;
/// Answers of check() kept per plug-in; when there are more, they are gathered anew.
constexpr std::size_t kMaxChecks = 512;

/// Changes whenever the file's content may have: the time of change can't be set back as that of
/// modification can.
std::string stamp_of(const fs::path& file) {
    struct stat facts = {};
    if (::stat(file.c_str(), &facts) != 0) return {};
    const auto nanoseconds = [](const timespec& time) {
        return fmt::format("{}.{:09}", time.tv_sec, time.tv_nsec);
    };
    return fmt::format("{} {} {} {}:{}", facts.st_size, nanoseconds(facts.st_mtim),
                       nanoseconds(facts.st_ctim), facts.st_dev, facts.st_ino);
}

/// Libraries that a plug-in's tables may come from besides its own code: Millrace's and those
/// beside the plug-in. All that are loaded now are taken, which is at times more than it uses.
Object libraries_in_use(const fs::path& plugin) {
    struct Search {
        fs::path folder;
        Object found;
    } search{plugin.parent_path(), {}};
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* to) {
            auto& all = *static_cast<Search*>(to);
            const fs::path file = info->dlpi_name;
            const bool ours = file.filename().string().starts_with("libmillrace-");
            const bool another_plugin = ours && file.extension() == ".so";
            if ((ours || file.parent_path() == all.folder) && !another_plugin)
                all.found[file.string()] = stamp_of(file);
            return 0;
        },
        &search);
    return std::move(search.found);
}

/// The inverse of to_hex(); empty for another text.
std::optional<Hash128> hash_from_hex(const std::string& text) {
    constexpr std::size_t kDigits = 16;
    if (text.size() != 2 * kDigits) return {};
    const auto part = [&](std::size_t from) {
        return std::strtoull(text.substr(from, kDigits).c_str(), nullptr, 16);
    };
    const Hash128 hash{.low = part(kDigits), .high = part(0)};
    return to_hex(hash) == text ? std::optional(hash) : std::nullopt;
}

std::optional<Object> read_stored(const fs::path& file) {
    try {
        const std::vector<std::byte> bytes = visual::read_file_bytes(file, kMaxStoredBytes);
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        const auto line = text.find('\n');
        if (line == text.npos || text.substr(0, line) != to_hex(hash_text(text.substr(line + 1))))
            return {};
        Value value = parse_json(text.substr(line + 1), file.string());
        return value.is_object() ? std::optional(std::move(value.as_object())) : std::nullopt;
    } catch (const Error&) {
        return {};
    }
}

void write_stored(const fs::path& file, const Object& stored) {
    try {
        fs::create_directories(file.parent_path());
        const std::string text = to_json(stored);
        visual::write_file_atomically(file, to_hex(hash_text(text)) + "\n" + text,
                                      visual::Durability::Process);
    } catch (const Error&) {
        // A store that can't be written makes the next start slower, which is no reason to fail.
    } catch (const fs::filesystem_error&) {
    }
}

/// One plug-in's stored file and, once it is needed, the plug-in itself. Kept by the node types
/// made from its tables.
class Source {
public:
    Source(fs::path plugin, fs::path stored)
        : plugin_(std::move(plugin)), file_(std::move(stored)) {}
    ~Source() { write(); }
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    /// Whether the stored tables are those of the plug-in as it is now.
    bool read() {
        std::optional<Object> stored = read_stored(file_);
        if (!stored) return false;
        stored_ = *std::move(stored);
        const Value& build = stored_["build"];
        const std::optional<Hash128> known =
            build.is_string() ? hash_from_hex(build.as_string()) : std::nullopt;
        build_ = known.value_or(Hash128());
        const Value& content = stored_["content"];
        const bool whole = content.is_string() && hash_from_hex(content.as_string());
        return known && whole && is("format", kFormat) && is("abi", MILLRACE_ABI) &&
               is("file", plugin_.string()) && stored_["checks"].is_object() &&
               libraries_unchanged() && plugin_unchanged();
    }

    /// Loads the plug-in and takes its tables; false when it must be used as loaded: it is broken,
    /// or has what JSON can't keep (a default that is no finite number).
    bool load_tables() {
        const std::string stamp = stamp_of(plugin_);
        const Hash128 content = plugin_content(plugin_);
        if (!load().problems.empty()) return false;
        const Hash128 build = plugin_build(plugin_);
        Array added;
        for (const Registry::Added& one : real_added()) {
            if (one.type)
                added.push_back(Object{{"type", table_of(*one.type)}});
            else
                added.push_back(Object{{"payload", one.payload}, {"size", one.size}});
        }
        if (parse_json(to_json(added), "tables") != Value(added)) return false;
        stored_ = {{"format", kFormat},
                   {"abi", MILLRACE_ABI},
                   {"file", plugin_.string()},
                   {"stamp", stamp},
                   {"content", to_hex(content)},
                   {"build", to_hex(build)},
                   {"libraries", libraries_in_use(plugin_)},
                   {"added", std::move(added)},
                   {"checks", Object()}};
        build_ = build;
        changed_ = true;
        return true;
    }

    void write() {
        if (changed_) write_stored(file_, stored_);
        changed_ = false;
    }

    const Object& stored() const { return stored_; }
    /// Of the plug-in that the tables were read from.
    Hash128 build() const { return build_; }

    std::vector<Problem> check(const std::string& id, const Array& fields) {
        const std::scoped_lock lock(mutex_);
        const std::string key = to_hex(Hasher().add(id).add(to_json(fields)).digest());
        Object& known = stored_.at("checks").as_object();
        if (const auto found = known.find(key); found != known.end()) {
            std::vector<Problem> problems;
            for (const Value& problem : found->second.as_array())
                problems.push_back(problem_from(problem));
            return problems;
        }
        const NodeType& type = real_type(id);
        const auto node = type.make();
        for (std::size_t i = 0; i < fields.size(); ++i)
            type.spec.params[i].field.set(node->object(), fields[i]);
        std::vector<Problem> problems = node->check();
        if (known.size() >= kMaxChecks) known.clear();
        known[key] = to_value(problems);
        changed_ = true;
        return problems;
    }

    void migrate(const std::string& id, int from, Object& params) {
        const std::scoped_lock lock(mutex_);
        for (const Migration& migration : real_type(id).spec.migrations) {
            if (migration.from == from) migration.apply(params);
        }
    }

private:
    bool is(std::string_view name, const Value& value) const {
        const auto found = stored_.find(name);
        return found != stored_.end() && found->second == value;
    }

    bool libraries_unchanged() const {
        const auto found = stored_.find("libraries");
        if (found == stored_.end() || !found->second.is_object()) return false;
        return std::ranges::all_of(found->second.as_object(), [](const auto& library) {
            return library.second == Value(stamp_of(library.first));
        });
    }

    bool plugin_unchanged() {
        const std::string stamp = stamp_of(plugin_);
        if (is("stamp", stamp)) return !stamp.empty();
        if (!is("content", to_hex(plugin_content(plugin_)))) return false;
        stored_["stamp"] = stamp;
        changed_ = true;
        return true;
    }

    const PluginReport& load() {
        if (!real_) {
            real_ = std::make_unique<Registry>();
            own_ = real_->added().size();
            report_ = load_plugin(*real_, plugin_);
        }
        return report_;
    }

    std::span<const Registry::Added> real_added() const {
        return std::span(real_->added()).subspan(own_);
    }

    const NodeType& real_type(const std::string& id) {
        const PluginReport& report = load();
        if (!report.problems.empty()) throw Error(report.problems.front());
        if (const NodeType* type = real_->find(id)) return *type;
        throw Error({.code = "E-PLUGIN-005",
                     .what = "The plug-in has changed while it was in use",
                     .expected = "the node type " + id,
                     .found = "no such type",
                     .where = plugin_.string(),
                     .mend = "Start again."});
    }

    fs::path plugin_, file_;
    Object stored_;
    Hash128 build_;
    bool changed_ = false;
    std::mutex mutex_;
    std::unique_ptr<Registry> real_;
    std::size_t own_ = 0;  ///< of the real registry's additions, those of the engine
    PluginReport report_;
};

/// What the tables say, in the order in which the plug-in added it, so that a conflict with another
/// plug-in shows as it would have.
struct Addition {
    std::optional<NodeType> type;
    std::string payload;
    std::size_t size = 0;
};

/// Empty when the stored file is no catalogue after all.
std::optional<std::vector<Addition>> additions_of(const std::shared_ptr<Source>& source) {
    const TableCode code{
        .check = [source](const std::string& id,
                          const Array& fields) { return source->check(id, fields); },
        .migrate = [source](const std::string& id, int from,
                            Object& params) { source->migrate(id, from, params); }};
    try {
        std::vector<Addition> additions;
        for (const Value& added : source->stored().at("added").as_array()) {
            if (const Value* table = added.find("type")) {
                additions.push_back({.type = type_from(*table, code)});
            } else {
                const Object& payload = added.as_object();
                additions.push_back(
                    {.payload = payload.at("payload").as_string(),
                     .size = static_cast<std::size_t>(payload.at("size").as_int())});
            }
        }
        return additions;
    } catch (const std::exception&) {
        return {};
    }
}

PluginReport register_known(Registry& registry, const fs::path& file, const fs::path& store) {
    const fs::path plugin = fs::absolute(file).lexically_normal();
    const auto source =
        std::make_shared<Source>(plugin, store / (to_hex(hash_text(plugin.string())) + ".json"));
    std::optional<std::vector<Addition>> additions;
    if (source->read()) additions = additions_of(source);
    const bool known = additions.has_value();
    if (!known && source->load_tables()) additions = additions_of(source);
    if (!additions) return load_plugin(registry, file);
    source->write();
    PluginReport report{.file = file, .name = file.stem().string(), .loaded = !known};
    register_plugin(registry, report, source->build(), [&](Registry& to) {
        for (Addition& addition : *additions) {
            if (addition.type)
                to.add_known(*std::move(addition.type));
            else
                to.add_known_payload(addition.payload, addition.size);
        }
    });
    return report;
}

}  // namespace

std::vector<PluginReport> load_catalogue(Registry& registry, const std::vector<fs::path>& folders,
                                         const fs::path& store) {
    std::vector<PluginReport> reports;
    for (const fs::path& file : find_plugins(folders))
        reports.push_back(register_known(registry, file, store));
    return reports;
}

}  // namespace millrace::engine
