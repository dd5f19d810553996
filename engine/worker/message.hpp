// One message of the worker's protocol: a JSON-RPC 2.0 object, and byte arrays that travel beside
// it. On the wire, as in the Language Server Protocol, header lines end with CR LF and an empty one
// ends the header:
//
//     Content-Length: 58\r\n
//     Attachment-Lengths: 480000 1920000\r\n      only when there are attachments
//     \r\n
//     {"jsonrpc":"2.0", …}                         58 bytes of UTF-8
//     …                                            480,000 bytes, then 1,920,000 bytes
//
// JSON points to the bytes by {"attachment": 0}. Numbers in attachments are little-endian. What is
// read is untrusted: lengths are checked before memory is taken, and memory is taken as bytes
// arrive.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/problem.hpp"
#include "engine/value.hpp"

namespace millrace::engine::worker {

/// Bytes with whoever keeps them alive.
struct Attachment {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
};

struct Message {
    Value json;
    std::vector<Attachment> attachments = {};
};

struct MessageLimits {
    std::size_t header = 8 << 10;
    std::size_t json = std::size_t{64} << 20;
    std::size_t attachments = std::size_t{4} << 30;  ///< bytes of all together
    std::size_t count = 4096;                        ///< attachments of a message
};

/// Header and JSON; the attachments' bytes follow as they are.
std::string frame_head(const Message& message);

/// Cuts a stream of bytes into messages.
class MessageReader {
public:
    explicit MessageReader(MessageLimits limits = {}) : limits_(limits) {}

    /// Takes bytes from the front of `input` up to the end of one message, which it gives once it
    /// is whole. Throws Error: E-RPC-001 when the header can't be understood, E-RPC-002 when a
    /// length is beyond the limits: the stream can't be followed any further; E-RPC-003 when the
    /// JSON is none: taking may go on.
    std::optional<Message> take(std::span<const std::byte>& input);
    /// Whether a message has begun that is not whole.
    bool within() const { return state_ != State::Header || !header_.empty(); }

private:
    enum class State { Header, Json, Attachments };
    void read_header();
    std::optional<Message> next();
    std::optional<Message> finish();

    MessageLimits limits_;
    State state_ = State::Header;
    std::string header_;
    std::vector<std::byte> part_;  ///< JSON or attachment under way
    std::size_t part_size_ = 0;    ///< of the whole
    std::string json_;
    std::vector<std::size_t> lengths_;
    std::vector<Attachment> attachments_;
};

}  // namespace millrace::engine::worker
