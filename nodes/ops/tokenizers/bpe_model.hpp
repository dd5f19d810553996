// Byte-pair encoding by a list of merges over characters or mapped bytes. For the sources of this
// folder. Immutable: any thread. (Sennrich et al., "Neural Machine Translation of Rare Words with
// Subword Units", arXiv:1508.07909.)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "nodes/ops/tokenizers/joining.hpp"
#include "nodes/ops/tokenizers/vocabulary.hpp"

namespace millrace::ops {

enum class WholeWords { Merge, TakeFirst };  ///< whether a word of the vocabulary needs no merges
enum class UnknownRuns { Separate, Fuse };

struct BpeOptions {
    JoinOrder order = JoinOrder::OneByOne;
    WholeWords whole_words = WholeWords::Merge;
    bool has_byte_fallback = false;
    std::optional<TokenId> unknown;  ///< without it, unknown characters are left out
    UnknownRuns unknown_runs = UnknownRuns::Separate;
};

using BpeMerge = std::pair<std::string_view, std::string_view>;

class BpeModel {
public:
    /// The n-th merge has rank n; of equal ones the last counts. Throws Error E-TOKEN-007 for a
    /// merge of a piece, or into one, that the vocabulary lacks; `name` names the file.
    BpeModel(Vocabulary vocabulary, const std::vector<BpeMerge>& merges, const BpeOptions& options,
             std::string_view name);

    const Vocabulary& vocabulary() const { return vocabulary_; }

    /// `word` is well-formed.
    void append_ids(std::string_view word, std::vector<TokenId>& ids) const;

private:
    std::vector<TextSymbol> symbols_of(std::string_view word) const;

    Vocabulary vocabulary_;
    BpeOptions options_;
    std::unordered_map<std::uint64_t, PairJoin> joins_;  ///< by both ids
    std::array<std::optional<TokenId>, 256> byte_ids_;
};

}  // namespace millrace::ops
