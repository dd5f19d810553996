// What travels on a wire: an item's answer at one output.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/packet.hpp"

namespace millrace::engine {

enum class Answer : std::uint8_t {
    Value,
    None,     ///< the node had nothing to give for this item
    Skipped,  ///< an error, a drop or an earlier skip; `reason` says which
    Mark,     ///< border: all that came of one item of the rate of depth `level` has passed
    End       ///< end of the stream
};

struct Message {
    Packet packet;
    std::shared_ptr<const std::string> reason;
    std::uint64_t item = 0;   ///< number within the wire's rate
    std::uint64_t stamp = 0;  ///< number of the item of the root source that it came from
    std::uint64_t run = 1;    ///< equal answers to this many consecutive items (dropping wires only)
    Hash128 key;              ///< cache key; zero when there is none
    Answer answer = Answer::None;
    Answer group = Answer::Value;  ///< of a mark: the answer of the item whose border it is
    std::uint16_t level = 0;
};

}  // namespace millrace::engine
