// Ids and their spellings, both ways, as a tokenizer's file gives them. For the sources of this
// folder. Filled once by a reader, then read by any thread.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "nodes/ops/tokenizers/tokenizer.hpp"

namespace millrace::ops {

/// Greatest number of ids; the largest published vocabularies have a quarter of a million.
inline constexpr std::int64_t kMostTokenIds = std::int64_t{1} << 21;

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};

[[noreturn]] void throw_token_error(const char* code, std::string what, std::string expected,
                                    std::string found, std::string_view where, std::string mend);

/// Throws Error E-TOKEN-011 for text that a file's rules blew up beyond kMostNormalBytes.
void check_normal_size(std::size_t bytes);

class Vocabulary {
public:
    /// Throws Error `code` for an id outside 0 to kMostTokenIds - 1 or one that has a spelling
    /// already, and for a spelling that has an id already; `where` names the file.
    void add(std::int64_t id, std::string_view piece, const char* code, std::string_view where);

    std::optional<TokenId> find(std::string_view piece) const;

    /// Throws Error E-TOKEN-012.
    std::string_view piece(TokenId id) const;

    bool contains(TokenId id) const {
        return id >= 0 && static_cast<std::size_t>(id) < pieces_.size() && pieces_[id].has_value();
    }
    std::size_t size() const { return pieces_.size(); }

    /// The ids of "<0x00>" to "<0xFF>".
    std::array<std::optional<TokenId>, 256> byte_ids() const;

private:
    std::vector<std::optional<std::string>> pieces_;
    std::unordered_map<std::string, TokenId, TextHash, std::equal_to<>> ids_;
};

}  // namespace millrace::ops
