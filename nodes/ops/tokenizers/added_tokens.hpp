// Tokens that stand in a text as they are spelled: special ones, where the caller wants them
// recognised, and those that a file adds. For the sources of this folder. Immutable: any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/ops/tokenizers/prefix_trie.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"

namespace millrace::ops {

struct AddedToken {
    TokenId id = 0;
    std::string content;
    bool is_special = false;
    bool is_single_word = false;  ///< counts only between characters that belong to no word
    bool takes_left = false, takes_right = false;  ///< swallows white space on that side
};

/// A stretch of ordinary text, or a token.
struct TextPart {
    std::string_view text;
    std::optional<TokenId> id;
};

class AddedTokens {
public:
    AddedTokens() = default;
    explicit AddedTokens(std::vector<AddedToken> tokens);

    /// Leftmost tokens, longest first, and the non-empty stretches between them.
    std::vector<TextPart> split(std::string_view text, SpecialText special) const;

private:
    std::vector<AddedToken> tokens_;
    PrefixTrie all_, ordinary_;
};

}  // namespace millrace::ops
