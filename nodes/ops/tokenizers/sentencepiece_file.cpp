#include "nodes/ops/tokenizers/sentencepiece_file.hpp"

#include <fmt/format.h>

#include <cmath>

#include "nodes/ops/tokenizers/unicode.hpp"
#include "nodes/ops/tokenizers/wire.hpp"

namespace millrace::ops {
namespace {

constexpr std::size_t kMostPieceBytes = 4096, kMostBytesOfPieces = std::size_t{16} << 20;

class Reader {
public:
    explicit Reader(std::string_view name) : name_(name) {}

    SentencePieceFile read(std::string_view bytes) {
        for (WireReader fields(bytes); const auto field = fields.next();) {
            if (field->tag == 1) read_piece(field->text());
            if (field->tag == 2) read_trainer(field->text());
            if (field->tag == 3) read_normalizer(field->text());
            if (field->tag == 5) read_denormalizer(field->text());
        }
        if (!has_unknown_) refuse("one unknown piece", "none");
        if (file_.has_byte_fallback) {
            for (const auto& id : file_.vocabulary.byte_ids()) {
                if (!id || file_.kind(*id) != PieceKind::Byte)
                    refuse("256 byte pieces, as the model falls back on bytes", "fewer");
            }
        }
        return std::move(file_);
    }

private:
    [[noreturn]] void refuse(std::string expected, std::string found) const {
        throw_token_error("E-TOKEN-005", "A SentencePiece model cannot be used",
                          std::move(expected), std::move(found), name_,
                          "Get the file anew from where it was published.");
    }

    void read_piece(std::string_view message) {
        std::string_view piece;
        float score = 0;
        int kind = static_cast<int>(PieceKind::Normal);
        for (WireReader fields(message); const auto field = fields.next();) {
            if (field->tag == 1) piece = field->text();
            if (field->tag == 2) score = field->real();
            if (field->tag == 3) kind = field->integer();
        }
        const std::size_t id = file_.scores.size();
        if (piece.empty() || piece.size() > kMostPieceBytes || first_ill_formed(piece)) {
            refuse(fmt::format("pieces of 1 to {} bytes of UTF-8", kMostPieceBytes),
                   fmt::format("another for id {}", id));
        }
        if (!std::isfinite(score)) refuse("finite scores", fmt::format("another for id {}", id));
        if (kind < 1 || kind > 6) {
            refuse("kinds of pieces from 1 to 6", fmt::format("{} for id {}", kind, id));
        }
        bytes_of_pieces_ += piece.size();
        if (bytes_of_pieces_ > kMostBytesOfPieces) {
            throw_token_error("E-TOKEN-002", "A SentencePiece model is too large",
                              fmt::format("pieces of {} bytes in all", kMostBytesOfPieces), "more",
                              name_, "Check that the file is a SentencePiece model.");
        }
        file_.vocabulary.add(static_cast<std::int64_t>(id), piece, "E-TOKEN-005", name_);
        file_.scores.push_back(score);
        file_.kinds.push_back(static_cast<PieceKind>(kind));
        if (file_.kinds.back() == PieceKind::Unknown) {
            if (has_unknown_) refuse("one unknown piece", "two");
            has_unknown_ = true;
            file_.unknown = static_cast<TokenId>(id);
        }
        if (file_.kinds.back() == PieceKind::Byte && !spelled_byte(piece))
            refuse("byte pieces spelled <0x00> to <0xFF>", fmt::format("another for id {}", id));
    }

    void read_trainer(std::string_view message) {
        for (WireReader fields(message); const auto field = fields.next();) {
            switch (field->tag) {
                case 3:
                    read_model(field->integer());
                    break;
                case 24:
                    file_.puts_blank_last = field->flag();
                    break;
                case 35:
                    file_.has_byte_fallback = field->flag();
                    break;
                case 44:
                    file_.unknown_text = field->text();
                    break;
                case 46:
                    file_.begin = field->text();
                    break;
                case 47:
                    file_.end = field->text();
                    break;
                case 48:
                    file_.padding = field->text();
                    break;
                default:
                    break;
            }
        }
    }

    void read_model(int model) {
        if (model != 1 && model != 2)
            refuse("a unigram (1) or BPE (2) model", fmt::format("model type {}", model));
        file_.model = static_cast<PieceModel>(model);
    }

    void read_normalizer(std::string_view message) {
        for (WireReader fields(message); const auto field = fields.next();) {
            if (field->tag == 2) file_.character_map = field->text();
            if (field->tag == 3) file_.adds_blank = field->flag();
            if (field->tag == 4) file_.drops_extra_blanks = field->flag();
            if (field->tag == 5) file_.escapes_blanks = field->flag();
        }
    }

    void read_denormalizer(std::string_view message) const {
        for (WireReader fields(message); const auto field = fields.next();) {
            if (field->tag == 2 && !field->text().empty())
                refuse("no rules for decoded text", "a denormalizer's character map");
        }
    }

    std::string_view name_;
    SentencePieceFile file_;
    std::size_t bytes_of_pieces_ = 0;
    bool has_unknown_ = false;
};

}  // namespace

SentencePieceFile read_sentencepiece(std::string_view bytes, std::string_view name) {
    return Reader(name).read(bytes);
}

}  // namespace millrace::ops
