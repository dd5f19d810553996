// Small tokenizers' files, made byte by byte.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::testing {

using Ids = std::vector<std::int32_t>;

inline constexpr std::string_view kBlank = "\xE2\x96\x81";

template <class T>
std::string raw(T value) {
    std::string bytes(sizeof(T), '\0');
    std::memcpy(bytes.data(), &value, sizeof(T));
    return bytes;
}

inline std::string byte_piece(unsigned byte) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    return std::string("<0x") + kDigits[byte >> 4] + kDigits[byte & 15] + ">";
}

struct ScoredPiece {
    std::string text;
    float score = 0;
    int kind = 1;
};

/// llama2.c: unknown, begin, end, 256 bytes, then `pieces` from id 259 on.
inline std::string llama2c_file(const std::vector<ScoredPiece>& pieces) {
    std::string file = raw<std::int32_t>(7);
    const auto add = [&](const std::string& text, float score) {
        file += raw(score) + raw(static_cast<std::int32_t>(text.size())) + text;
    };
    for (const char* text : {"<unk>", "\n<s>\n", "\n</s>\n"}) add(text, 0);
    for (unsigned byte = 0; byte < 256; ++byte) add(byte_piece(byte), 0);
    for (const ScoredPiece& piece : pieces) add(piece.text, piece.score);
    return file;
}

inline std::string varint(std::uint64_t value) {
    std::string bytes;
    for (; value > 127; value >>= 7) bytes += static_cast<char>((value & 127) | 128);
    return bytes + static_cast<char>(value);
}
inline std::string wire_bytes(unsigned tag, std::string_view bytes) {
    return varint(tag << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}
inline std::string wire_number(unsigned tag, std::uint64_t value) {
    return varint(tag << 3) + varint(value);
}

struct ModelOptions {
    int model = 1;  ///< 1 unigram, 2 BPE
    bool has_byte_fallback = false, adds_blank = true, drops_extra_blanks = true;
    bool puts_blank_last = false;
    std::string character_map = {};
};

/// SentencePiece: ids in the order of `pieces`.
inline std::string model_file(const std::vector<ScoredPiece>& pieces, const ModelOptions& options) {
    std::string file;
    for (const ScoredPiece& piece : pieces) {
        file += wire_bytes(1, wire_bytes(1, piece.text) + varint(2 << 3 | 5) + raw(piece.score) +
                                  wire_number(3, static_cast<unsigned>(piece.kind)));
    }
    file += wire_bytes(2, wire_number(3, static_cast<unsigned>(options.model)) +
                              wire_number(24, options.puts_blank_last) +
                              wire_number(35, options.has_byte_fallback));
    return file +
           wire_bytes(3, wire_bytes(2, options.character_map) + wire_number(3, options.adds_blank) +
                             wire_number(4, options.drops_extra_blanks));
}

/// Unknown, begin, end, then `pieces` from id 3 on.
inline std::vector<ScoredPiece> with_controls(const std::vector<ScoredPiece>& pieces) {
    std::vector<ScoredPiece> all = {{"<unk>", 0, 2}, {"<s>", 0, 3}, {"</s>", 0, 3}};
    all.insert(all.end(), pieces.begin(), pieces.end());
    return all;
}

inline std::vector<ScoredPiece> byte_pieces() {
    std::vector<ScoredPiece> pieces;
    for (unsigned byte = 0; byte < 256; ++byte) pieces.push_back({byte_piece(byte), 0, 6});
    return pieces;
}

/// A character map with the one rule that `from`, an ASCII character, becomes `to`.
inline std::string one_rule_map(char from, std::string_view to) {
    std::array<std::uint32_t, 512> units{};
    const auto label = static_cast<unsigned char>(from);
    const auto node = 256U ^ label;
    units[0] = 256U << 10;                              // children at 256 ^ byte
    units[node] = label | 0x100 | ((node ^ 1U) << 10);  // the value lies in unit 1
    units[1] = 0x80000000U;                             // value 0: the first replacement
    std::string blob = raw(static_cast<std::uint32_t>(sizeof(units)));
    blob.append(reinterpret_cast<const char*>(units.data()), sizeof(units));
    return blob + std::string(to) + '\0';
}

}  // namespace millrace::testing
