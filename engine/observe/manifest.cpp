#include "engine/observe/manifest.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "engine/run/frozen.hpp"
#include "engine/run/keys.hpp"
#include "engine/value_parse.hpp"

namespace millrace::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesKept = 2000;

Hash128 manifest_id(const fs::path& graph_file, const std::string& node) {
    return Hasher().add(graph_file.string()).add(node).digest();
}

/// Parameters that count for the key, paths as they were resolved; what those lead to is in
/// files_of().
Object key_params(const PlanNode& node) {
    Object params;
    for (const ParamSpec& param : node.type->spec.params) {
        if (param.field.kind() == ParamKind::Path && node.type->has_files) continue;
        params[param.name] = stored_value(param, node.instance->object());
    }
    return params;
}

Object base_manifest(const PlanNode& node, const RunOptions& options) {
    Object manifest{{"type", node.type->spec.id},
                    {"version", node.type->spec.version},
                    {"build", to_hex(node.type->build)},
                    {"params", key_params(node)},
                    {"key", to_hex(node_key(node, *node.instance, options.intra_threads))}};
    if (node.type->spec.resource == Resource::Compute)
        manifest["intra_threads"] = options.intra_threads;
    if (node.type->spec.random) manifest["seed"] = static_cast<std::int64_t>(options.seed);
    if (!node.frozen.empty()) manifest["frozen"] = node.frozen;
    return manifest;
}

struct FileState {
    std::int64_t size = -1;
    std::int64_t changed = 0;  ///< nanoseconds
};

FileState state_of(const std::string& file) {
    struct stat status = {};
    if (stat(file.c_str(), &status) != 0) return {};
    return {status.st_size, static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 +
                                status.st_mtim.tv_nsec};
}

/// The files whose content decides the node's key, as far as they are kept in mind.
std::vector<fs::path> files_of(const PlanNode& node) {
    std::vector<fs::path> files;
    if (node.type->has_files && node.type->has_count) {
        const std::uint64_t items = node.instance->count().value_or(0);
        for (std::uint64_t item = 0; item < items && files.size() < kFilesKept; ++item) {
            for (const Path& file : node.instance->files(item)) files.emplace_back(file.text);
        }
    }
    if (node.type->has_files || !cacheable(node)) return files;
    for (const ParamSpec& param : node.type->spec.params) {
        if (param.field.kind() != ParamKind::Path) continue;
        const std::string path = param.field.get(node.instance->object()).as_string();
        if (path.empty()) continue;
        const auto below = files_below(path).value_or(std::vector<fs::path>());
        const std::size_t kept =
            std::min(below.size(), kFilesKept - std::min(kFilesKept, files.size()));
        files.insert(files.end(), below.begin(), below.begin() + static_cast<std::ptrdiff_t>(kept));
    }
    return files;
}

Array files_read(const PlanNode& node) {
    Array list;
    for (const fs::path& file : files_of(node)) {
        const FileState state = state_of(file.string());
        list.push_back(Object{{"path", file.string()},
                              {"size", state.size},
                              {"changed", state.changed},
                              {"hash", to_hex(file_hash(file))}});
    }
    return list;
}

/// Key of the call for item 0, where it follows from the `keys` of the nodes before; else zero.
Hash128 first_key(const Plan& plan, const PlanNode& node, const std::vector<Hash128>& keys,
                  const RunOptions& options) {
    if (!node.frozen.empty()) {
        try {
            return FrozenSet::open(frozen_folder(options), node.frozen, *node.type)->key(0);
        } catch (const Error&) {
            return {};  // planning has told
        }
    }
    if (!cacheable(node)) return {};
    std::vector<Hash128> inputs(node.inputs.size());
    for (std::size_t port = 0; port < node.inputs.size(); ++port) {
        if (node.inputs[port] < 0) continue;
        const PlanWire& wire = plan.wires[static_cast<std::size_t>(node.inputs[port])];
        const Hash128& from = keys[static_cast<std::size_t>(wire.from)];
        if (wire.sync != Sync::Stream || !from) return {};
        inputs[port] = port_key(from, static_cast<std::size_t>(wire.from_port));
    }
    const Hash128 own = node_key(node, *node.instance, options.intra_threads);
    if (!own) return {};
    return call_key(node, own, options.seed, 0, inputs, *node.instance);
}

std::string brief(const Value& value) { return shortened(to_json(value), 60); }

std::string changed_file(const Value& before) {
    const Value* files = before.find("files");
    if (!files || !files->is_array()) return {};
    for (const Value& file : files->as_array()) {
        for (const char* name : {"path", "size", "changed", "hash"}) {
            if (!file.find(name)) return "its record is damaged";
        }
        const std::string& path = file.find("path")->as_string();
        const FileState now = state_of(path);
        if (now.size == file.find("size")->as_int() &&
            now.changed == file.find("changed")->as_int())
            continue;
        if (now.size < 0) return fmt::format("the file {} is gone", path);
        if (to_hex(file_hash(path)) != file.find("hash")->as_string())
            return fmt::format("the file {} has other content", path);
    }
    return {};
}

/// What of the node itself is not as it was; empty when nothing.
std::string own_change(const Value& before, const Value& now) {
    const auto differs = [&](const char* name) {
        const Value* old = before.find(name);
        const Value* fresh = now.find(name);
        return (old ? *old : Value()) != (fresh ? *fresh : Value());
    };
    const auto change = [&](const char* name) {
        return fmt::format("changed from {} to {}", brief(*before.find(name)),
                           brief(*now.find(name)));
    };
    if (differs("type")) return "its type " + change("type");
    if (differs("version")) return "the type's version " + change("version");
    const Value* old = before.find("params");
    for (const auto& [name, value] : now.find("params")->as_object()) {
        const Value* was = old ? old->find(name) : nullptr;
        if (!was) return fmt::format("parameter {} is new", name);
        if (*was != value)
            return fmt::format("parameter {} changed from {} to {}", name, brief(*was),
                               brief(value));
    }
    if (differs("intra_threads")) return "intra-op threads " + change("intra_threads");
    if (differs("seed")) return "the seed " + change("seed");
    if (differs("frozen")) return now.find("frozen") ? "it was frozen" : "it was thawed";
    if (differs("build")) return "its plug-in was built anew";
    if (const std::string file = changed_file(before); !file.empty()) return file;
    return differs("key") ? "something else of the node changed" : "";
}

std::string why_uncached(const NodeType& type) {
    if (!type.pure)
        return type.spec.outputs.empty() ? "a sink: its work is an effect"
                                         : "it keeps state or has effects";
    if (type.generator) return "one call gives many results";
    if (type.spec.rate != Rate::Same) return "it numbers items anew";
    return "the source does not know how many items it has";
}

/// The way back from to_hex(); zero when it is none.
Hash128 hash_from(const std::string& hex) {
    if (hex.size() != 32 || hex.find_first_not_of("0123456789abcdef") != std::string::npos)
        return {};
    return {std::stoull(hex.substr(16), nullptr, 16), std::stoull(hex.substr(0, 16), nullptr, 16)};
}

class Explainer {
public:
    Explainer(CacheStore& store, const fs::path& graph_file, const Plan& plan,
              const RunOptions& options)
        : store_(store),
          graph_file_(graph_file),
          plan_(plan),
          options_(options),
          first_(plan.nodes.size()) {}

    std::vector<Explanation> of(int node) {
        std::set<int> needed;
        std::vector<int> open = {node};
        while (!open.empty()) {
            const int index = open.back();
            open.pop_back();
            if (!needed.insert(index).second) continue;
            for (int wire : plan_.nodes[static_cast<std::size_t>(index)].inputs) {
                if (wire >= 0) open.push_back(plan_.wires[static_cast<std::size_t>(wire)].from);
            }
        }
        std::vector<Explanation> all;
        for (int index : needed) {  // in the plan's order, so producers come first
            Explanation found = explain_one(plan_.nodes[static_cast<std::size_t>(index)], index);
            if (index == node)
                all.insert(all.begin(), std::move(found));
            else
                all.push_back(std::move(found));
        }
        return all;
    }

private:
    Explanation explain_frozen(const PlanNode& node, int index) {
        const auto before = store_.manifest(manifest_id(graph_file_, node.id));
        const Hash128 first = first_key(plan_, node, first_, options_);
        const Value* was = before ? before->find("first") : nullptr;
        if (!was || hash_from(was->as_string()) != first) changed_.insert(index);
        first_[static_cast<std::size_t>(index)] = first;
        return {node.id, Expectation::Hit, "frozen: it gives what it gave then"};
    }

    Explanation explain_one(const PlanNode& node, int index) {
        if (!node.frozen.empty()) return explain_frozen(node, index);
        const bool stored = cacheable(node);
        const auto before = store_.manifest(manifest_id(graph_file_, node.id));
        std::string reason = before ? own_change(*before, base_manifest(node, options_))
                                    : "it has not been run with this store";
        if (reason.empty()) reason = changed_input(node);
        if (!reason.empty()) changed_.insert(index);
        if (!stored) {
            const std::string why = "never stored: " + why_uncached(*node.type);
            return {node.id, Expectation::Uncached, reason.empty() ? why : why + "; " + reason};
        }
        const auto place = static_cast<std::size_t>(index);
        if (reason.empty()) {
            if (const Value* first = before->find("first"))
                first_[place] = hash_from(first->as_string());
        } else if (!node.type->has_files) {
            // Files are known to a started node alone; all else decides the key right here.
            first_[place] = first_key(plan_, node, first_, options_);
        }
        if (node.type->spec.light) {
            return {
                node.id, Expectation::Light,
                (reason.empty() ? "unchanged" : reason) + "; computed only when somebody needs it"};
        }
        const bool there = first_[place] && store_.find(first_[place]) != nullptr;
        if (!reason.empty()) {
            if (there)
                return {node.id, Expectation::Hit,
                        reason + ", but an earlier run left these results"};
            return {node.id, Expectation::Miss, reason};
        }
        if (!first_[place])
            return {node.id, Expectation::Hit,
                    "unchanged; each item is found by the content of its inputs"};
        if (!there)
            return {node.id, Expectation::Miss, "its results have been removed from the store"};
        return {node.id, Expectation::Hit, "nothing changed since the last run"};
    }

    std::string changed_input(const PlanNode& node) const {
        for (std::size_t port = 0; port < node.inputs.size(); ++port) {
            if (node.inputs[port] < 0) continue;
            const int from = plan_.wires[static_cast<std::size_t>(node.inputs[port])].from;
            if (!changed_.contains(from)) continue;
            return fmt::format("input {} changes because of {}", node.type->spec.inputs[port].name,
                               plan_.nodes[static_cast<std::size_t>(from)].id);
        }
        return {};
    }

    CacheStore& store_;
    const fs::path& graph_file_;
    const Plan& plan_;
    const RunOptions& options_;
    std::set<int> changed_;
    std::vector<Hash128> first_;  ///< key of the call for item 0, by node; zero when unknown
};

}  // namespace

void write_manifests(CacheStore& store, const fs::path& graph_file, const Plan& plan,
                     const RunOptions& options) {
    std::vector<Hash128> first(plan.nodes.size());
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        const PlanNode& node = plan.nodes[i];
        if (!node.type->source || node.instance->count().value_or(0) > 0)
            first[i] = first_key(plan, node, first, options);
        Object manifest = base_manifest(node, options);
        manifest["files"] = files_read(node);
        if (first[i]) manifest["first"] = to_hex(first[i]);
        store.put_manifest(manifest_id(graph_file, node.id), manifest);
    }
}

std::string_view to_text(Expectation expectation) {
    switch (expectation) {
        case Expectation::Hit:
            return "hit";
        case Expectation::Light:
            return "light";
        case Expectation::Miss:
            return "miss";
        case Expectation::Uncached:
            return "uncached";
    }
    return "unknown";
}

std::vector<Explanation> explain(CacheStore& store, const fs::path& graph_file, const Plan& plan,
                                 const RunOptions& options, int node) {
    return Explainer(store, graph_file, plan, options).of(node);
}

}  // namespace millrace::engine
