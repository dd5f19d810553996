// Packets that stand for one still to be loaded from the cache or computed by a light pure node: made when the key alone
// is needed, resolved when somebody reads the payload.
#pragma once

#include <memory>

#include "engine/packet.hpp"

namespace millrace::engine {

class Deferred {
public:
    virtual ~Deferred() = default;
    /// The packet, or an empty one for none. Any thread, any number of times; throws Error when it can't be had.
    virtual Packet get() = 0;
};

inline Packet defer(std::shared_ptr<Deferred> deferred) { return {nullptr, std::move(deferred)}; }

inline bool is_deferred(const Packet& packet) { return packet && packet.type_or_null() == nullptr; }

/// The packet itself, resolved when it is deferred.
inline Packet resolved(const Packet& packet) {
    if (!is_deferred(packet)) return packet;
    return std::const_pointer_cast<Deferred>(std::static_pointer_cast<const Deferred>(packet.data()))->get();
}

}  // namespace millrace::engine
