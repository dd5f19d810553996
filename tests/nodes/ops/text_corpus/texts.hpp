// What the tests of text corpora share: a compiled catalogue in memory, and the sources and targets
// that were read.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nodes/ops/text_corpus/text_pairs.hpp"

namespace millrace::testing {

enum class MoOrder { Little, Big };

inline void put_word(std::string& bytes, std::size_t at, std::uint32_t value,
                     MoOrder order = MoOrder::Little) {
    for (std::size_t byte = 0; byte < 4; ++byte) {
        const std::size_t place = order == MoOrder::Little ? byte : 3 - byte;
        bytes[at + place] = static_cast<char>(value >> (8 * byte) & 0xFF);
    }
}

using MoStrings = std::vector<std::pair<std::string, std::string>>;

/// Header, the two tables, then each id and its translation with a NUL behind.
inline std::string compiled(const MoStrings& strings, MoOrder order = MoOrder::Little) {
    const auto count = static_cast<std::uint32_t>(strings.size());
    std::string bytes(28 + std::size_t{16} * count, '\0');
    put_word(bytes, 0, 0x950412DE, order);
    put_word(bytes, 8, count, order);
    put_word(bytes, 12, 28, order);
    put_word(bytes, 16, 28 + 8 * count, order);
    std::size_t entry = 28;
    const auto append = [&](std::size_t at, const std::string& text) {
        put_word(bytes, at, static_cast<std::uint32_t>(text.size()), order);
        put_word(bytes, at + 4, static_cast<std::uint32_t>(bytes.size()), order);
        bytes += text;
        bytes += '\0';
    };
    for (const auto& [id, translation] : strings) {
        append(entry, id);
        append(entry + std::size_t{8} * count, translation);
        entry += 8;
    }
    return bytes;
}

inline std::pair<std::string, std::string> mo_header(const std::string& charset,
                                                     const std::string& language = "ro") {
    return {"", "Language: " + language + "\nContent-Type: text/plain; charset=" + charset + "\n"};
}

inline std::uint64_t skipped(const ops::TextPairs& pairs, ops::SkipReason reason) {
    return pairs.skipped[static_cast<std::size_t>(reason)];
}

/// "source=target" of each.
inline std::vector<std::string> said(const ops::TextPairs& pairs) {
    std::vector<std::string> all;
    for (const ops::TextPair& pair : pairs.pairs) all.push_back(pair.source + '=' + pair.target);
    return all;
}

}  // namespace millrace::testing
