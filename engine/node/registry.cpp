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
    add_known(std::move(type));
}

void Registry::add_known(NodeType type) {
    type.plugin = plugin_;
    type.build = build_;
    const std::string id = type.spec.id;
    std::vector<std::string> names = type.spec.aliases;
    names.push_back(id);
    for (const std::string& name : names) {
        if (const NodeType* holder = find(name)) taken(name, *holder);
    }
    for (const std::string& alias : type.spec.aliases) aliases_[alias] = id;
    const auto& entry = types_[id] = std::make_unique<NodeType>(std::move(type));
    added_.push_back({.type = entry.get()});
}

void Registry::add_payload(const PayloadType& type) {
    note_payload(type.name, type.size);
    payloads_.try_emplace(type.name, &type);
}

void Registry::add_known_payload(const std::string& name, std::size_t size) { note_payload(name, size); }

void Registry::note_payload(const std::string& name, std::size_t size) {
    const auto refuse = [this](std::string what, std::string expected, std::string found) {
        throw Error({.code = "E-TYPE-003",
                     .what = std::move(what),
                     .expected = std::move(expected),
                     .found = std::move(found),
                     .where = plugin_,
                     .mend = "Build the plug-in against the headers of this version."});
    };
    if (const auto known = sizes_.find(name); known != sizes_.end()) {
        if (known->second != size) {
            refuse(fmt::format("The payload {} has another layout here", name),
                   fmt::format("{} bytes", known->second), fmt::format("{} bytes", size));
        }
        return;
    }
    const auto bare = [](std::string_view text) { return text.substr(0, text.find('/')); };
    for (const auto& [other, ignored] : sizes_) {
        if (bare(other) == bare(name)) refuse("The payload is known in another version", other, name);
    }
    sizes_[name] = size;
    added_.push_back({.payload = name, .size = size});
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
