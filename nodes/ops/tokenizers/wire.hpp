// Bounded reading of the protocol buffers wire format, a field at a time. For the sources of this
// folder; views into bytes that the caller keeps. (protobuf.dev, "Encoding".)
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::ops {

/// One field. `number` holds a varint or the bits of a fixed-size one, `bytes` what has a length.
struct WireField {
    enum class Kind { Varint, Fixed64, Bytes, Fixed32 };

    std::uint32_t tag = 0;
    Kind kind = Kind::Varint;
    std::uint64_t number = 0;
    std::string_view bytes;

    /// The value as the schema has it. Throw Error E-TOKEN-004 where the kind is another.
    bool flag() const;
    std::int32_t integer() const;
    float real() const;
    std::string_view text() const;
};

class WireReader {
public:
    explicit WireReader(std::string_view message) : rest_(message), size_(message.size()) {}

    /// The next field; none at the end. Throws Error E-TOKEN-004 for what is cut off or is none.
    std::optional<WireField> next();

private:
    [[noreturn]] void refuse(const char* found) const;
    std::uint64_t varint();
    std::string_view take(std::uint64_t count);
    std::uint64_t fixed(std::size_t count);

    std::string_view rest_;
    std::size_t size_;
};

}  // namespace millrace::ops
