#include "engine/node/registry.hpp"

#include <fmt/format.h>

#include "engine/graph/graph.hpp"
#include "engine/node/control/control.hpp"

namespace millrace::engine {
namespace {

[[noreturn]] void taken(const std::string& id, const NodeType& holder) {
    throw Error({.code = "E-NODE-002",
                 .what = fmt::format("The node type id \"{}\" is taken", id),
                 .found = fmt::format("also offered by {}", holder.plugin.empty() ? "the engine" : holder.plugin),
                 .where = id,
                 .mend = "Rename one of them, or remove one of the two plug-ins."});
}

}  // namespace

Registry::Registry() {
    add_payload(payload_type<List>());
    add_payload(payload_type<double>());
    add_payload(payload_type<Value>());
    register_control(*this);
}

Registry::~Registry() = default;

void Registry::add(NodeType type, const std::vector<const PayloadType*>& payloads) {
    for (const PayloadType* payload : payloads) add_payload(*payload);
    type.plugin = plugin_;
    type.build = build_;
    const std::string id = type.spec.id;
    std::vector<std::string> names = type.spec.aliases;
    names.push_back(id);
    for (const std::string& name : names) {
        if (const NodeType* holder = find(name)) taken(name, *holder);
    }
    for (const std::string& alias : type.spec.aliases) aliases_[alias] = id;
    types_[id] = std::make_unique<NodeType>(std::move(type));
}

void Registry::add_payload(const PayloadType& type) {
    const auto bare = [](std::string_view name) { return name.substr(0, name.find('/')); };
    const auto [entry, added] = payloads_.try_emplace(type.name, &type);
    if (!added && entry->second->size != type.size) {
        throw Error({.code = "E-TYPE-003",
                     .what = fmt::format("The payload {} has another layout here", type.name),
                     .expected = fmt::format("{} bytes", entry->second->size),
                     .found = fmt::format("{} bytes", type.size),
                     .where = plugin_,
                     .mend = "Build the plug-in against the headers of this version."});
    }
    if (!added) return;
    for (const auto& [name, other] : payloads_) {
        if (name != type.name && bare(name) == bare(type.name)) {
            payloads_.erase(type.name);
            throw Error({.code = "E-TYPE-003",
                         .what = "The payload is known in another version",
                         .expected = name,
                         .found = type.name,
                         .where = plugin_,
                         .mend = "Build the plug-in against the headers of this version."});
        }
    }
}

const NodeType* Registry::find(std::string_view id) const {
    if (const auto found = types_.find(id); found != types_.end()) return found->second.get();
    if (const auto alias = aliases_.find(id); alias != aliases_.end()) return types_.at(alias->second).get();
    return nullptr;
}

std::vector<const NodeType*> Registry::types() const {
    std::vector<const NodeType*> all;
    for (const auto& [id, type] : types_) all.push_back(type.get());
    return all;
}

std::string Registry::nearest(std::string_view id) const {
    std::vector<std::string> names;
    for (const auto& [name, type] : types_) names.push_back(name);
    return nearest_of(id, names);
}

const PayloadType* Registry::find_payload(std::string_view name) const {
    const auto found = payloads_.find(name);
    return found == payloads_.end() ? nullptr : found->second;
}

void Registry::begin_plugin(std::string name, Hash128 build) {
    plugin_ = std::move(name);
    build_ = build;
}

void Registry::end_plugin() {
    plugin_.clear();
    build_ = {};
}

}  // namespace millrace::engine
