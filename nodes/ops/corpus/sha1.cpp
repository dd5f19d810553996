#include "nodes/ops/corpus/sha1.hpp"

#include <bit>
#include <string>

namespace millrace::ops {
namespace {

void add_block(std::array<std::uint32_t, 5>& hash, std::string_view block) {
    std::array<std::uint32_t, 80> w = {};
    for (std::size_t byte = 0; byte < 64; ++byte)
        w[byte / 4] = w[byte / 4] << 8 | static_cast<unsigned char>(block[byte]);
    for (std::size_t t = 16; t < 80; ++t)
        w[t] = std::rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    auto [a, b, c, d, e] = hash;
    for (std::size_t t = 0; t < 80; ++t) {
        std::uint32_t mixed = b ^ c ^ d, constant = 0xCA62C1D6;
        if (t < 20) {
            mixed = (b & c) ^ (~b & d);
            constant = 0x5A827999;
        } else if (t < 40) {
            constant = 0x6ED9EBA1;
        } else if (t < 60) {
            mixed = (b & c) ^ (b & d) ^ (c & d);
            constant = 0x8F1BBCDC;
        }
        const std::uint32_t next = std::rotl(a, 5) + mixed + e + constant + w[t];
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    }
    hash = {hash[0] + a, hash[1] + b, hash[2] + c, hash[3] + d, hash[4] + e};
}

}  // namespace

std::array<std::uint32_t, 5> sha1(std::string_view text) {
    std::array<std::uint32_t, 5> hash = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476,
                                         0xC3D2E1F0};
    const std::uint64_t bits = std::uint64_t{text.size()} * 8;
    for (; text.size() >= 64; text.remove_prefix(64)) add_block(hash, text);
    std::string rest(text);
    rest += '\x80';
    while (rest.size() % 64 != 56) rest += '\0';
    for (int shift = 56; shift >= 0; shift -= 8) rest += static_cast<char>(bits >> shift & 0xFF);
    for (std::string_view last = rest; !last.empty(); last.remove_prefix(64)) add_block(hash, last);
    return hash;
}

}  // namespace millrace::ops
