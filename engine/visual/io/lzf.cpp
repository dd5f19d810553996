#include "engine/visual/io/lzf.hpp"

#include <algorithm>

namespace millrace::visual::io {
namespace {

constexpr std::size_t kMaxLiteral = 32;
constexpr std::size_t kMaxOffset = 1 << 13;
constexpr std::size_t kMaxMatch = 264;
constexpr std::size_t kMinMatch = 3;
constexpr unsigned kHashBits = 14;

std::uint32_t hash_of(const std::uint8_t* bytes) {
    const std::uint32_t value =
        std::uint32_t{bytes[0]} << 16 | std::uint32_t{bytes[1]} << 8 | bytes[2];
    return (value * 2654435761u) >> (32 - kHashBits);
}

void put_literals(std::string& out, const std::uint8_t* bytes, std::size_t count) {
    while (count > 0) {
        const std::size_t run = std::min(count, kMaxLiteral);
        out += static_cast<char>(run - 1);
        out.append(reinterpret_cast<const char*>(bytes), run);
        bytes += run;
        count -= run;
    }
}

void put_match(std::string& out, std::size_t offset, std::size_t length) {
    const std::size_t code = length - 2;
    const std::size_t back = offset - 1;
    out += static_cast<char>(std::min<std::size_t>(code, 7) << 5 | back >> 8);
    if (code >= 7) out += static_cast<char>(code - 7);
    out += static_cast<char>(back & 0xff);
}

}  // namespace

std::string lzf_compress(std::span<const std::byte> bytes) {
    const auto* const in = reinterpret_cast<const std::uint8_t*>(bytes.data());
    const std::size_t size = bytes.size();
    std::string out;
    out.reserve(size / 2 + 16);
    // Positions plus one; 0 is empty.
    std::vector<std::size_t> last(std::size_t{1} << kHashBits, 0);
    std::size_t literal = 0;
    std::size_t at = 0;
    while (at + kMinMatch <= size) {
        std::size_t& slot = last[hash_of(in + at)];
        const std::size_t candidate = slot;
        slot = at + 1;
        const std::size_t offset = at + 1 - candidate;
        if (candidate == 0 || offset > kMaxOffset ||
            !std::equal(in + at, in + at + kMinMatch, in + candidate - 1)) {
            ++at;
            continue;
        }
        const std::size_t most = std::min(kMaxMatch, size - at);
        std::size_t length = kMinMatch;
        while (length < most && in[at + length] == in[candidate - 1 + length]) ++length;
        put_literals(out, in + literal, at - literal);
        put_match(out, offset, length);
        at += length;
        literal = at;
    }
    put_literals(out, in + literal, size - literal);
    return out;
}

LzfResult lzf_decompress(std::span<const std::byte> bytes, std::size_t size) {
    LzfResult result;
    result.bytes.resize(size);
    const auto* const in = reinterpret_cast<const std::uint8_t*>(bytes.data());
    auto* const out = reinterpret_cast<std::uint8_t*>(result.bytes.data());
    std::size_t filled = 0;
    std::size_t& at = result.stop;
    while (at < bytes.size()) {
        const std::size_t control = in[at];
        if (control < kMaxLiteral) {
            const std::size_t run = control + 1;
            if (run > bytes.size() - at - 1 || run > size - filled) return result;
            std::copy_n(in + at + 1, run, out + filled);
            filled += run;
            at += run + 1;
            continue;
        }
        std::size_t length = control >> 5;
        const std::size_t used = length == 7 ? 3 : 2;
        if (used > bytes.size() - at) return result;
        if (length == 7) length += in[at + 1];
        length += 2;
        const std::size_t offset = ((control & 0x1f) << 8 | in[at + used - 1]) + 1;
        if (offset > filled || length > size - filled) return result;
        // Byte by byte: the source may overlap what is being written, which repeats a pattern.
        for (std::size_t i = 0; i < length; ++i) out[filled + i] = out[filled - offset + i];
        filled += length;
        at += used;
    }
    result.valid = filled == size;
    return result;
}

}  // namespace millrace::visual::io
