// SentencePiece's text before it is cut: characters by the model's precompiled map, blanks dropped,
// escaped and added. For the sources of this folder. Immutable: any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/ops/tokenizers/prefix_trie.hpp"
#include "nodes/ops/tokenizers/sentencepiece_file.hpp"

namespace millrace::ops {

inline constexpr std::string_view kBlankSymbol = "\xE2\x96\x81";  // U+2581

/// A double-array trie of replacements: the size of its array in bytes, the array of 32-bit units,
/// then the replacements, each ended by a zero byte. (Yata, "darts-clone".)
class CharacterMap {
public:
    CharacterMap() = default;
    /// Throws Error E-TOKEN-005 for a map that does not fit its bytes.
    CharacterMap(std::string_view blob, std::string_view name);

    struct Replacement {
        std::size_t length = 0;  ///< bytes of the text that go; 0 where no rule applies
        std::string_view text;
    };

    /// The longest rule that the text begins with.
    Replacement find(std::string_view text) const;

private:
    std::vector<std::uint32_t> units_;
    std::string replacements_;
};

class SentencePieceNormalizer {
public:
    SentencePieceNormalizer(const SentencePieceFile& file, std::string_view name);

    /// `user_defined` are pieces that stay as they are.
    std::string normalize(std::string_view text, const PrefixTrie& user_defined) const;

private:
    CharacterMap map_;
    bool adds_blank_, puts_blank_last_, drops_extra_blanks_;
    std::string_view blank_;
};

}  // namespace millrace::ops
