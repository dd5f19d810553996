// Cutting by a SentencePiece model. Own code, as Debian's libsentencepiece (0.1.97, 0.2.0) reads
// beyond a hostile model's end (CVE-2026-1260) and exports an old protobuf's symbols, which would
// meet those of LibTorch's in one process.
#include <algorithm>
#include <array>
#include <cfloat>
#include <unordered_map>
#include <utility>

#include "nodes/ops/tokenizers/added_tokens.hpp"
#include "nodes/ops/tokenizers/joining.hpp"
#include "nodes/ops/tokenizers/prefix_trie.hpp"
#include "nodes/ops/tokenizers/sentencepiece_file.hpp"
#include "nodes/ops/tokenizers/sentencepiece_normalizer.hpp"
#include "nodes/ops/tokenizers/unicode.hpp"

namespace millrace::ops {
namespace {

/// How much less than the least score an unknown character costs.
constexpr float kUnknownPenalty = 10.0F;

struct Cut {
    std::string_view text;
    TokenId id;
};

std::uint32_t character_length(std::string_view text, std::size_t at) {
    return static_cast<std::uint32_t>(utf8_step(text, at).length);
}

class SentencePieceTokenizer final : public Tokenizer {
public:
    SentencePieceTokenizer(SentencePieceFile file, std::string_view name)
        : file_(std::move(file)), normalizer_(file_, name), byte_ids_(file_.vocabulary.byte_ids()) {
        std::vector<PrefixTrie::Entry> pieces, user_defined;
        std::vector<AddedToken> controls;
        for (TokenId id = 0; id < static_cast<TokenId>(size()); ++id) {
            const PieceKind kind = file_.kind(id);
            const PrefixTrie::Entry entry(piece(id), id);
            if (is_of_text(kind)) longest_ = std::max(longest_, entry.first.size());
            if (is_of_text(kind) && file_.model == PieceModel::Unigram) pieces.push_back(entry);
            if (kind == PieceKind::UserDefined) user_defined.push_back(entry);
            if (kind == PieceKind::Control || kind == PieceKind::Unknown) {
                controls.push_back(
                    {.id = id, .content = std::string(entry.first), .is_special = true});
            }
            if (kind != PieceKind::Normal) continue;
            const float score = file_.scores[static_cast<std::size_t>(id)];
            least_ = std::min(least_, score);
            most_ = std::max(most_, score);
        }
        pieces_ = PrefixTrie(std::move(pieces));
        user_defined_ = PrefixTrie(std::move(user_defined));
        controls_ = AddedTokens(std::move(controls));
        set_special_tokens({.begin = control(file_.begin),
                            .end = control(file_.end),
                            .unknown = file_.unknown,
                            .padding = control(file_.padding)});
    }

    std::string_view piece(TokenId id) const override { return file_.vocabulary.piece(id); }
    std::optional<TokenId> find(std::string_view piece) const override {
        return file_.vocabulary.find(piece);
    }
    std::size_t size() const override { return file_.vocabulary.size(); }

private:
    static bool is_of_text(PieceKind kind) {
        return kind == PieceKind::Normal || kind == PieceKind::UserDefined ||
               kind == PieceKind::Unused;
    }

    std::optional<TokenId> control(std::string_view spelling) const {
        const auto id = find(spelling);
        return id && *id != file_.unknown ? id : std::nullopt;
    }

    void append_ids(std::string_view text, SpecialText special,
                    std::vector<TokenId>& ids) const override {
        for (const TextPart& part : controls_.split(text, special)) {
            if (part.id) {
                ids.push_back(*part.id);
            } else {
                append_pieces(part.text, ids);
            }
        }
    }

    void append_pieces(std::string_view text, std::vector<TokenId>& ids) const {
        const std::string normal = normalizer_.normalize(text, user_defined_);
        bool follows_unknown = false;
        const auto cuts =
            file_.model == PieceModel::Bpe ? cut_by_pairs(normal) : cut_by_scores(normal);
        for (const Cut& cut : cuts) {
            const bool is_unknown = cut.id == file_.unknown;
            if (is_unknown && file_.has_byte_fallback) {
                for (const char byte : cut.text)
                    ids.push_back(*byte_ids_[static_cast<unsigned char>(byte)]);
            } else if (!is_unknown || !follows_unknown) {
                ids.push_back(cut.id);  // unknown neighbours are one
            }
            follows_unknown = is_unknown;
        }
    }

    std::optional<TokenId> text_piece(std::string_view piece) const {
        if (piece.size() > longest_) return {};
        const auto id = find(piece);
        return id && is_of_text(file_.kind(*id)) ? id : std::nullopt;
    }

    std::vector<Cut> cut_by_pairs(std::string_view text) const {
        static constexpr TokenId kFrozen = -2;
        std::vector<TextSymbol> symbols;
        for (std::size_t at = 0; at < text.size();) {
            const auto match = user_defined_.longest(text.substr(at));
            const auto length =
                match ? static_cast<std::uint32_t>(match->length) : character_length(text, at);
            symbols.push_back({match ? kFrozen : -1, static_cast<std::uint32_t>(at), length});
            at += length;
        }
        // Pieces that may take part in joins but not stay: whence each came.
        std::unordered_map<std::string_view, std::size_t> halves;
        const auto join = [&](const TextSymbol& left,
                              const TextSymbol& right) -> std::optional<PairJoin> {
            if (left.id == kFrozen || right.id == kFrozen) return {};
            const std::string_view both = text.substr(left.begin, left.length + right.length);
            const auto id = text_piece(both);
            if (!id) return {};
            if (file_.kind(*id) == PieceKind::Unused) halves[both] = left.length;
            return PairJoin{-static_cast<double>(file_.scores[static_cast<std::size_t>(*id)]), *id};
        };
        std::vector<Cut> cuts;
        for (const TextSymbol& symbol : join_pairs(std::move(symbols), JoinOrder::OneByOne, join)) {
            append_used(text.substr(symbol.begin, symbol.length), halves, cuts);
        }
        return cuts;
    }

    /// A piece, or the parts of one that may not stay.
    void append_used(std::string_view piece,
                     const std::unordered_map<std::string_view, std::size_t>& halves,
                     std::vector<Cut>& cuts) const {
        std::vector<std::string_view> open = {piece};
        while (!open.empty()) {
            const std::string_view part = open.back();
            open.pop_back();
            const TokenId id = find(part).value_or(file_.unknown);
            const auto half = halves.find(part);
            if (file_.kind(id) == PieceKind::Unused && half != halves.end()) {
                open.push_back(part.substr(half->second));
                open.push_back(part.substr(0, half->second));
            } else {
                cuts.push_back({part, id});
            }
        }
    }

    struct Best {
        float score = 0;
        std::int32_t begin = -1;
        TokenId id = -1;
    };

    static void offer(Best& best, double score, std::size_t begin, TokenId id) {
        if (best.begin >= 0 && !(score > static_cast<double>(best.score))) return;
        best = {static_cast<float>(score), static_cast<std::int32_t>(begin), id};
    }

    /// The most likely cut (Viterbi), a character's start after another. (Kudo, "Subword
    /// Regularization", arXiv:1804.10959.)
    std::vector<Cut> cut_by_scores(std::string_view text) const {
        std::vector<Best> best(text.size() + 1);
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t length = character_length(text, begin);
            const auto till_here = static_cast<double>(best[begin].score);
            bool has_single = false;
            PrefixTrie::Place place;
            for (std::size_t at = begin; at < text.size() && pieces_.advance(place, text[at]);
                 ++at) {
                const auto id = pieces_.value(place);
                if (!id || file_.kind(*id) == PieceKind::Unused) continue;
                const std::size_t covered = at + 1 - begin;
                offer(best[at + 1], till_here + score_of(*id, covered), begin, *id);
                has_single = has_single || covered == length;
            }
            if (!has_single) {
                offer(best[begin + length],
                      static_cast<float>(till_here) + (least_ - kUnknownPenalty), begin,
                      file_.unknown);
            }
            begin += length;
        }
        std::vector<Cut> cuts;
        for (std::size_t end = text.size(); end > 0;) {
            const auto begin = static_cast<std::size_t>(best[end].begin);
            cuts.push_back({text.substr(begin, end - begin), best[end].id});
            end = begin;
        }
        std::ranges::reverse(cuts);
        return cuts;
    }

    /// User-defined pieces go before all others.
    double score_of(TokenId id, std::size_t length) const {
        if (file_.kind(id) == PieceKind::UserDefined)
            return static_cast<double>(static_cast<float>(length) * most_) - 0.1;
        return static_cast<double>(file_.scores[static_cast<std::size_t>(id)]);
    }

    std::string text_of(std::span<const TokenId> ids, const DecodeOptions& options) const override {
        std::string text, bytes;
        bool expects_blank = file_.adds_blank || file_.drops_extra_blanks;
        const auto flush = [&] {
            text += options.ill_formed == IllFormed::Replace ? mended(bytes) : bytes;
            bytes.clear();
        };
        for (const TokenId id : ids) {
            const std::string_view spelling = piece(id);
            if (file_.kind(id) == PieceKind::Byte) {
                bytes += static_cast<char>(*spelled_byte(spelling));
                continue;
            }
            flush();
            if (!text.empty()) expects_blank = false;
            text += surface(id, spelling, options, expects_blank);
        }
        flush();
        return text;
    }

    std::string surface(TokenId id, std::string_view spelling, const DecodeOptions& options,
                        bool& expects_blank) const {
        if (file_.kind(id) == PieceKind::Control)
            return options.special == SpecialTokensShown::Show ? std::string(spelling) : "";
        if (id == file_.unknown) return file_.unknown_text;
        if (expects_blank && spelling.starts_with(kBlankSymbol)) {
            spelling.remove_prefix(kBlankSymbol.size());
            // One blank was added; further ones are text, unless blanks at the start are dropped.
            expects_blank = file_.drops_extra_blanks;
        }
        return replace_all(spelling, kBlankSymbol, " ");
    }

    /// Each byte of no character is one replacement.
    static std::string mended(std::string_view bytes) {
        std::string text;
        for (std::size_t at = 0; at < bytes.size();) {
            const Utf8Step step = utf8_step(bytes, at);
            if (step.is_well_formed) {
                text += bytes.substr(at, step.length);
                at += step.length;
            } else {
                text += kReplacementCharacter;
                ++at;
            }
        }
        return text;
    }

    SentencePieceFile file_;
    SentencePieceNormalizer normalizer_;
    std::array<std::optional<TokenId>, 256> byte_ids_;
    PrefixTrie pieces_, user_defined_;
    AddedTokens controls_;
    std::size_t longest_ = 0;
    float least_ = FLT_MAX, most_ = FLT_MIN;
};

}  // namespace

std::unique_ptr<const Tokenizer> parse_sentencepiece(std::string_view bytes,
                                                     std::string_view name) {
    return std::make_unique<SentencePieceTokenizer>(read_sentencepiece(bytes, name), name);
}

}  // namespace millrace::ops
