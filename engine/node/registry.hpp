// The registry of node types and payload types. Filled by the engine's control nodes and by plug-ins, read-only
// from then on; owned by whoever loads plug-ins (the command line, the worker, a test).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/node/adapt.hpp"
#include "engine/node/instance.hpp"

namespace millrace::engine {

class Registry : public PayloadLookup {
public:
    Registry();
    ~Registry() override;
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    /// Adds the node type N and the payload types of its ports. A spec that contradicts the call operator, or
    /// an id or alias already taken, throws Error (E-NODE-00x).
    template <class N>
    void add() {
        add(adapt::describe<N>(), adapt::payloads_of<N>());
    }
    /// A payload no port names (an element of lists, say).
    template <Payload T>
    void add_payload() {
        add_payload(payload_type<T>());
    }

    /// By id or alias; nullptr when unknown.
    const NodeType* find(std::string_view id) const;
    /// All types, sorted by id.
    std::vector<const NodeType*> types() const;
    /// The id nearest to a misspelt one, or empty.
    std::string nearest(std::string_view id) const;
    const PayloadType* find_payload(std::string_view name) const override;

    /// Plug-in that the following add() calls belong to.
    void begin_plugin(std::string name, Hash128 build);
    void end_plugin();

    /// A node type made from its table alone, and a payload of which no more than this is known: find_payload() does not
    /// give it. Refused as add() and add_payload() would refuse them.
    void add_known(NodeType type);
    void add_known_payload(const std::string& name, std::size_t size);

    /// What was added, in that order: a node type, or the name and size of a payload.
    struct Added {
        const NodeType* type = nullptr;
        std::string payload = {};
        std::size_t size = 0;
    };
    const std::vector<Added>& added() const { return added_; }

private:
    void add(NodeType type, const std::vector<const PayloadType*>& payloads);
    void add_payload(const PayloadType& type);
    void note_payload(const std::string& name, std::size_t size);

    std::map<std::string, std::unique_ptr<NodeType>, std::less<>> types_;
    std::map<std::string, std::string, std::less<>> aliases_;
    std::map<std::string, const PayloadType*, std::less<>> payloads_;
    std::map<std::string, std::size_t, std::less<>> sizes_;  ///< of payloads by name
    std::vector<Added> added_;
    std::string plugin_;
    Hash128 build_;
};

}  // namespace millrace::engine
