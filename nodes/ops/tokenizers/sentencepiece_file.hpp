// What a SentencePiece .model file says, checked: pieces, and how text is normalised before them.
// For the sources of this folder. (Schema: sentencepiece_model.proto, whose field numbers these
// are; Kudo and Richardson, "SentencePiece", arXiv:1808.06226.)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/ops/tokenizers/vocabulary.hpp"

namespace millrace::ops {

enum class PieceKind {
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6
};
enum class PieceModel { Unigram = 1, Bpe = 2 };

struct SentencePieceFile {
    Vocabulary vocabulary;
    std::vector<float> scores;     ///< by id
    std::vector<PieceKind> kinds;  ///< by id
    TokenId unknown = 0;
    PieceModel model = PieceModel::Unigram;
    bool has_byte_fallback = false;

    std::string character_map;  ///< precompiled; empty where characters stay
    bool adds_blank = true;     ///< at the start, or the end if `puts_blank_last`
    bool puts_blank_last = false;
    bool drops_extra_blanks = true;
    bool escapes_blanks = true;  ///< as U+2581

    std::string begin = "<s>", end = "</s>", padding = "<pad>";
    std::string unknown_text = " \xE2\x81\x87 ";  ///< what the unknown piece decodes to

    PieceKind kind(TokenId id) const { return kinds[static_cast<std::size_t>(id)]; }
};

/// Throws Error E-TOKEN-002, -004, -005.
SentencePieceFile read_sentencepiece(std::string_view bytes, std::string_view name);

}  // namespace millrace::ops
