#include "nodes/ops/tokenizers/bpe_model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "nodes/ops/tokenizers/unicode.hpp"

namespace millrace::ops {
namespace {

std::uint64_t key_of(TokenId left, TokenId right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
           static_cast<std::uint32_t>(right);
}

}  // namespace

BpeModel::BpeModel(Vocabulary vocabulary, const std::vector<BpeMerge>& merges,
                   const BpeOptions& options, std::string_view name)
    : vocabulary_(std::move(vocabulary)), options_(options), byte_ids_(vocabulary_.byte_ids()) {
    const auto known = [&](std::string_view piece, std::size_t rank) {
        if (const auto id = vocabulary_.find(piece)) return *id;
        throw_token_error("E-TOKEN-007", "A merge names a piece that the vocabulary lacks",
                          "pieces of the vocabulary",
                          fmt::format("\"{}\" in merge {}", piece.substr(0, 64), rank), name,
                          "Use the vocabulary and the merges of one tokenizer.");
    };
    joins_.reserve(merges.size());
    std::string both;
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const auto& [left, right] = merges[rank];
        both.assign(left).append(right);
        const std::uint64_t key = key_of(known(left, rank), known(right, rank));
        joins_[key] = {static_cast<double>(rank), known(both, rank)};
    }
}

void BpeModel::append_ids(std::string_view word, std::vector<TokenId>& ids) const {
    if (options_.whole_words == WholeWords::TakeFirst) {
        if (const auto id = vocabulary_.find(word)) {
            ids.push_back(*id);
            return;
        }
    }
    const auto find = [this](const TextSymbol& left,
                             const TextSymbol& right) -> std::optional<PairJoin> {
        const auto join = joins_.find(key_of(left.id, right.id));
        return join == joins_.end() ? std::nullopt : std::optional(join->second);
    };
    for (const TextSymbol& symbol : join_pairs(symbols_of(word), options_.order, find))
        ids.push_back(symbol.id);
}

std::vector<TextSymbol> BpeModel::symbols_of(std::string_view word) const {
    std::vector<TextSymbol> symbols;
    bool follows_unknown = false;
    for (std::size_t at = 0; at < word.size();) {
        const std::string_view character = word.substr(at, utf8_step(word, at).length);
        const auto begin = static_cast<std::uint32_t>(at);
        const auto length = static_cast<std::uint32_t>(character.size());
        at += character.size();
        const bool fuses = follows_unknown && options_.unknown_runs == UnknownRuns::Fuse;
        follows_unknown = false;
        const auto byte_id = [this](char byte) {
            return byte_ids_[static_cast<unsigned char>(byte)];
        };
        if (const auto id = vocabulary_.find(character)) {
            symbols.push_back({*id, begin, length});
        } else if (options_.has_byte_fallback &&
                   std::ranges::all_of(character, [&](char c) { return byte_id(c).has_value(); })) {
            for (std::uint32_t k = 0; k < length; ++k)
                symbols.push_back({*byte_id(character[k]), begin + k, 1});
        } else if (options_.unknown) {
            if (fuses) {
                symbols.back().length += length;
            } else {
                symbols.push_back({*options_.unknown, begin, length});
            }
            follows_unknown = true;
        }
    }
    return symbols;
}

}  // namespace millrace::ops
