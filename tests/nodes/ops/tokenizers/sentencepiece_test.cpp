// Expected ids worked out by hand from the pieces' scores; the whole was compared with Debian's
// libsentencepiece on 10,000 texts.
#include <gtest/gtest.h>

#include <limits>

#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/tokenizers/files.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using testing::Ids;
using testing::model_file;
using testing::ModelOptions;
using testing::ScoredPiece;
using testing::with_controls;

const std::string kBlank(testing::kBlank);

std::unique_ptr<const Tokenizer> made(const std::vector<ScoredPiece>& pieces,
                                      const ModelOptions& options = {}) {
    return parse_sentencepiece(model_file(pieces, options), "small.model");
}

// Ids 3 blank, 4 a, 5 b, 6 blank a, 7 ab, 8 blank ab.
const std::vector<ScoredPiece> kPieces = with_controls(
    {{kBlank, -9}, {"a", -3}, {"b", -3}, {kBlank + "a", -2}, {"ab", -2.5F}, {kBlank + "ab", -8}});

TEST(SentencePieceBpe, JoinsByScoreAndMergesUnknownNeighbours) {
    const auto tokenizer = made(kPieces, {.model = 2});
    EXPECT_EQ(tokenizer->encode(""), Ids{});
    EXPECT_EQ(tokenizer->encode("  "), Ids{});
    EXPECT_EQ(tokenizer->encode("a"), Ids{6});
    EXPECT_EQ(tokenizer->encode("ab"), Ids{8});  // blank a first, then with b
    EXPECT_EQ(tokenizer->encode("  b  ab "), (Ids{3, 5, 8}));
    EXPECT_EQ(tokenizer->encode("xya"), (Ids{3, 0, 4}));
    EXPECT_EQ(tokenizer->decode(Ids{1, 8, 6, 2}), "ab a");
    EXPECT_EQ(tokenizer->decode(Ids{0, 4}), " \xE2\x81\x87 a");
}

TEST(SentencePieceBpe, FallsBackOnBytes) {
    std::vector<ScoredPiece> pieces = kPieces;
    for (const ScoredPiece& piece : testing::byte_pieces()) pieces.push_back(piece);
    const auto tokenizer = made(pieces, {.model = 2, .has_byte_fallback = true});
    EXPECT_EQ(tokenizer->encode("\xC3\xA9"), (Ids{3, 9 + 0xC3, 9 + 0xA9}));
    EXPECT_EQ(tokenizer->decode(Ids{3, 9 + 0xC3, 9 + 0xA9}), "\xC3\xA9");
    // Each byte of no character is one replacement.
    EXPECT_EQ(tokenizer->decode(Ids{9 + 0xE2, 9 + 0x82}), "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(tokenizer->decode(Ids{9 + 0xE2}, {.ill_formed = IllFormed::Keep}), "\xE2");
}

TEST(SentencePieceBpe, CutsUnusedPiecesUpAgain) {
    std::vector<ScoredPiece> pieces = kPieces;
    pieces[8].kind = 5;
    EXPECT_EQ(made(pieces, {.model = 2})->encode("ab"), (Ids{6, 5}));
}

TEST(SentencePieceUnigram, TakesTheMostLikelyCut) {
    const auto tokenizer = made(kPieces);
    // blank ab -8; blank a, b -5; blank, ab -11.5
    EXPECT_EQ(tokenizer->encode("ab"), (Ids{6, 5}));
    EXPECT_EQ(tokenizer->encode("x"), (Ids{3, 0}));
    EXPECT_EQ(tokenizer->encode("aab"), (Ids{6, 7}));
}

TEST(SentencePieceUnigram, PutsUserDefinedPiecesBeforeAllOthers) {
    std::vector<ScoredPiece> pieces = kPieces;
    pieces.push_back({"ba", 0, 4});
    EXPECT_EQ(made(pieces)->encode("aba"), (Ids{6, 9}));
    EXPECT_EQ(made(pieces, {.model = 2})->encode("aba"), (Ids{6, 9}));
}

TEST(SentencePiece, KeepsBlanksWhereTheModelSaysSo) {
    const auto tokenizer =
        made(kPieces, {.model = 2, .adds_blank = false, .drops_extra_blanks = false});
    EXPECT_EQ(tokenizer->encode("a  b "), (Ids{4, 3, 3, 5, 3}));
    EXPECT_EQ(tokenizer->decode(Ids{3, 5, 3}), " b ");
    EXPECT_EQ(made(kPieces, {.model = 2, .puts_blank_last = true})->encode("ab"), (Ids{7, 3}));
}

TEST(SentencePiece, MapsCharacters) {
    const auto tokenizer =
        made(kPieces, {.model = 2, .character_map = testing::one_rule_map('Z', "ab")});
    EXPECT_EQ(tokenizer->encode("Z"), Ids{8});
    EXPECT_EQ(tokenizer->encode("aZ"), (Ids{6, 7}));
    EXPECT_EQ(tokenizer->encode("Y"), (Ids{3, 0}));
}

TEST(SentencePiece, NamesItsSpecialTokens) {
    const auto tokenizer = made(kPieces);
    EXPECT_EQ(tokenizer->special_tokens().begin, 1);
    EXPECT_EQ(tokenizer->special_tokens().end, 2);
    EXPECT_EQ(tokenizer->special_tokens().unknown, 0);
    EXPECT_FALSE(tokenizer->special_tokens().padding);
    EXPECT_EQ(tokenizer->encode("<s>a", {.special = SpecialText::Recognise}), (Ids{1, 6}));
    EXPECT_EQ(tokenizer->piece(8), kBlank + "ab");
    EXPECT_EQ(tokenizer->find("ab"), 7);
    const auto plain = made({{"<unk>", 0, 2}, {"a"}});
    EXPECT_EQ(error_code([&] { plain->encode("a", {.begin = Marker::With}); }), "E-TOKEN-013");
}

TEST(SentencePiece, EncodesAMegabyteOfOneLetter) {
    const std::string text(std::size_t{1} << 20, 'a');
    std::vector<ScoredPiece> pieces = kPieces;
    pieces.push_back({"aa", -1});
    pieces.push_back({"aaaa", -1.5F});
    const Ids bpe = made(pieces, {.model = 2, .adds_blank = false})->encode(text);
    EXPECT_EQ(bpe, Ids(text.size() / 4, 10));
    EXPECT_EQ(made(pieces, {.adds_blank = false})->encode(text), Ids(text.size() / 4, 10));
}

TEST(SentencePiece, RefusesBrokenModels) {
    const auto code = [](const std::vector<ScoredPiece>& pieces, const ModelOptions& options = {}) {
        return error_code([&] { made(pieces, options); });
    };
    EXPECT_EQ(code({{"a"}}), "E-TOKEN-005");                         // no unknown piece
    EXPECT_EQ(code({{"<unk>", 0, 2}, {"b", 0, 2}}), "E-TOKEN-005");  // two of them
    EXPECT_EQ(code(with_controls({{"a"}, {"a"}})), "E-TOKEN-005");
    EXPECT_EQ(code(with_controls({{""}})), "E-TOKEN-005");
    EXPECT_EQ(code(with_controls({{"\xFF"}})), "E-TOKEN-005");
    EXPECT_EQ(code(with_controls({{"a", 0, 9}})), "E-TOKEN-005");
    EXPECT_EQ(code(with_controls({{"a", std::numeric_limits<float>::quiet_NaN()}})), "E-TOKEN-005");
    EXPECT_EQ(code(kPieces, {.has_byte_fallback = true}), "E-TOKEN-005");
    EXPECT_EQ(code(kPieces, {.model = 4}), "E-TOKEN-005");
    EXPECT_EQ(code(kPieces, {.character_map = "abc"}), "E-TOKEN-005");
    EXPECT_EQ(code(kPieces, {.character_map = std::string(4, '\xFF') + "abc"}), "E-TOKEN-005");
    EXPECT_EQ(error_code([] { parse_sentencepiece("\x0A\x7F", "x"); }), "E-TOKEN-004");
    EXPECT_EQ(error_code([] { parse_sentencepiece(std::string(20, '\xFF'), "x"); }), "E-TOKEN-004");
}

// All bits of a map set one after the other: none may lead beyond it.
TEST(SentencePiece, BoundsTheCharacterMap) {
    const std::string map = testing::one_rule_map('Z', "ab");
    for (std::size_t i = 4; i < map.size() - 1; ++i) {
        std::string broken = map;
        broken[i] = static_cast<char>(broken[i] ^ 0xFF);
        const auto tokenizer = made(kPieces, {.character_map = broken});
        EXPECT_NO_THROW(tokenizer->encode("ZYZ aZ"));
    }
}

}  // namespace
}  // namespace millrace::ops
