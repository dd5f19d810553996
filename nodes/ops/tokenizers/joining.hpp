// The joining of pairs that all byte-pair encoders share, in O(n log n): neighbours wait in a heap,
// cheapest first and leftmost among equals. For the sources of this folder; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "nodes/ops/tokenizers/tokenizer.hpp"

namespace millrace::ops {

/// A part of the text. Parts follow each other without gaps.
struct TextSymbol {
    TokenId id = -1;                      ///< the caller's; -1 never needs to join
    std::uint32_t begin = 0, length = 0;  ///< bytes of the text; length is at least 1
};

/// What a pair becomes; the least cost goes first.
struct PairJoin {
    double cost = 0;
    TokenId id = -1;
};

using FindJoin =
    std::function<std::optional<PairJoin>(const TextSymbol& left, const TextSymbol& right)>;

/// OneByOne: each join may bring forth the next. EachPlace: the cheapest pair is joined in all its
/// places, left to right, before pairs that came into being thereby are looked at (as GPT-2's
/// encoder does). The two differ only where a join's result is cheaper to join than itself.
enum class JoinOrder { OneByOne, EachPlace };

/// Joins neighbours until `find` knows no pair.
std::vector<TextSymbol> join_pairs(std::vector<TextSymbol> symbols, JoinOrder order,
                                   const FindJoin& find);

}  // namespace millrace::ops
