#include "nodes/ops/tokenizers/llama2c.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "nodes/ops/tokenizers/added_tokens.hpp"
#include "nodes/ops/tokenizers/joining.hpp"
#include "nodes/ops/tokenizers/unicode.hpp"
#include "nodes/ops/tokenizers/vocabulary.hpp"

namespace millrace::ops {
namespace {

static_assert(std::endian::native == std::endian::little, "the file's numbers are little-endian");

constexpr TokenId kUnknown = 0, kBegin = 1, kEnd = 2, kFirstByte = 3,
                  kFirstPiece = kFirstByte + 256;
constexpr std::size_t kMostPieceBytes = 4096;

struct Record {
    float score = 0;
    std::string_view piece;
};

/// The records one after another; `is_sound` stays true only while all lies within the file.
class Records {
public:
    explicit Records(std::string_view bytes) : rest_(bytes) {
        longest_ = number<std::int32_t>();
        is_sound_ = is_sound_ && longest_ > 0 && longest_ <= static_cast<int>(kMostPieceBytes);
    }

    bool has_more() const { return is_sound_ && !rest_.empty(); }
    bool is_sound() const { return is_sound_; }
    std::size_t longest() const { return static_cast<std::size_t>(longest_); }

    Record next() {
        const auto score = number<float>();
        const auto length = number<std::int32_t>();
        // The longest piece is told only by some writers with the byte pieces counted in.
        const std::size_t most = std::max(longest(), std::size_t{16});
        if (length < 0 || static_cast<std::size_t>(length) > std::min(most, rest_.size()))
            is_sound_ = false;
        if (!is_sound_) return {};
        const Record record{score, rest_.substr(0, static_cast<std::size_t>(length))};
        rest_.remove_prefix(record.piece.size());
        return record;
    }

private:
    template <class T>
    T number() {
        T value{};
        if (rest_.size() < sizeof(T)) {
            is_sound_ = false;
            return value;
        }
        std::memcpy(&value, rest_.data(), sizeof(T));
        rest_.remove_prefix(sizeof(T));
        return value;
    }

    std::string_view rest_;
    std::int32_t longest_ = 0;
    bool is_sound_ = true;
};

[[noreturn]] void refuse(std::string expected, std::string found, std::string_view name) {
    throw_token_error("E-TOKEN-003", "A file is no llama2.c tokenizer", std::move(expected),
                      std::move(found), name, "Export the tokenizer anew.");
}

class Llama2cTokenizer final : public Tokenizer {
public:
    Llama2cTokenizer(std::string_view bytes, std::string_view name) {
        Records records(bytes);
        while (records.has_more()) add(records.next(), records.is_sound(), name);
        if (!records.is_sound()) refuse("records that fill the file", "a truncated header", name);
        if (scores_.size() < kFirstPiece) {
            refuse("unknown, begin, end, 256 bytes, then pieces",
                   fmt::format("{} pieces", scores_.size()), name);
        }
        const auto byte_ids = vocabulary_.byte_ids();
        for (unsigned byte = 0; byte < byte_ids.size(); ++byte) {
            if (byte_ids[byte] != static_cast<TokenId>(kFirstByte + byte)) {
                refuse("byte pieces with the ids from 3 to 258",
                       fmt::format("another piece for id {}", kFirstByte + byte), name);
            }
        }
        blank_ = vocabulary_.find(" ").value_or(kFirstByte + ' ');
        special_ = AddedTokens({{.id = kUnknown, .content = "<unk>", .is_special = true},
                                {.id = kBegin, .content = "<s>", .is_special = true},
                                {.id = kEnd, .content = "</s>", .is_special = true}});
        set_special_tokens({.begin = kBegin, .end = kEnd, .unknown = kUnknown});
    }

    std::string_view piece(TokenId id) const override { return vocabulary_.piece(id); }
    std::optional<TokenId> find(std::string_view piece) const override {
        return vocabulary_.find(piece);
    }
    std::size_t size() const override { return vocabulary_.size(); }

private:
    void add(const Record& record, bool is_sound, std::string_view name) {
        const std::size_t id = scores_.size();
        if (!is_sound || std::isnan(record.score)) {
            refuse("a score, a length within the longest, and as many bytes",
                   fmt::format("something else for id {}", id), name);
        }
        vocabulary_.add(static_cast<std::int64_t>(id), record.piece, "E-TOKEN-003", name);
        scores_.push_back(record.score);
        longest_ = std::max(longest_, record.piece.size());
    }

    bool takes_any_bytes() const override { return true; }

    void append_ids(std::string_view text, SpecialText special,
                    std::vector<TokenId>& ids) const override {
        for (const TextPart& part : special_.split(text, special)) {
            if (part.id) {
                ids.push_back(*part.id);
            } else {
                append_pieces(part.text, ids);
            }
        }
    }

    void append_pieces(std::string_view text, std::vector<TokenId>& ids) const {
        std::vector<TextSymbol> symbols = {{blank_, 0, 1}};
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t length = character_length(text.substr(at));
            const auto begin = static_cast<std::uint32_t>(at + 1);
            if (const auto id = vocabulary_.find(text.substr(at, length))) {
                symbols.push_back({*id, begin, static_cast<std::uint32_t>(length)});
            } else {
                for (std::uint32_t k = 0; k < length; ++k)
                    symbols.push_back({byte_id(text[at + k]), begin + k, 1});
            }
            at += length;
        }
        // Pieces are compared by their spelling, a byte's "<0xHH>" included.
        std::string joined;
        const auto find = [&](const TextSymbol& left,
                              const TextSymbol& right) -> std::optional<PairJoin> {
            const std::string_view first = piece(left.id), second = piece(right.id);
            if (first.size() + second.size() > longest_) return {};
            joined.assign(first).append(second);
            const auto id = vocabulary_.find(joined);
            if (!id) return {};
            return PairJoin{-static_cast<double>(scores_[static_cast<std::size_t>(*id)]), *id};
        };
        for (const TextSymbol& symbol : join_pairs(std::move(symbols), JoinOrder::OneByOne, find)) {
            ids.push_back(symbol.id);
        }
    }

    /// A byte and the up to three continuation bytes after it, well-formed or not.
    static std::size_t character_length(std::string_view text) {
        std::size_t length = 1;
        while (length < std::min<std::size_t>(4, text.size()) &&
               (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) {
            ++length;
        }
        return length;
    }

    static TokenId byte_id(char byte) { return kFirstByte + static_cast<unsigned char>(byte); }

    std::string text_of(std::span<const TokenId> ids, const DecodeOptions& options) const override {
        std::string text;
        bool follows_begin = false;
        for (const TokenId id : ids) {
            std::string_view part = piece(id);
            const auto byte = spelled_byte(part);
            if (id == kBegin || id == kEnd) {
                if (options.special == SpecialTokensShown::Show)
                    text += id == kBegin ? "<s>" : "</s>";
            } else if (byte) {
                text += static_cast<char>(*byte);
            } else {
                if (follows_begin && part.starts_with(' ')) part.remove_prefix(1);
                text += part;
            }
            follows_begin = id == kBegin;
        }
        return text;
    }

    Vocabulary vocabulary_;
    std::vector<float> scores_;
    std::size_t longest_ = 0;
    TokenId blank_ = 0;
    AddedTokens special_;
};

}  // namespace

bool is_llama2c(std::string_view bytes) {
    Records records(bytes);
    bool has_any = false;
    for (; records.has_more(); has_any = true) records.next();
    return has_any && records.is_sound();
}

std::unique_ptr<const Tokenizer> parse_llama2c(std::string_view bytes, std::string_view name) {
    return std::make_unique<Llama2cTokenizer>(bytes, name);
}

}  // namespace millrace::ops
