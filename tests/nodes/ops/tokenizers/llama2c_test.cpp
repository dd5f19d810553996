#include <gtest/gtest.h>

#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/tokenizers/files.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using testing::Ids;

// Ids from 259 on.
const std::vector<testing::ScoredPiece> kPieces = {{" ", -9},  {"a", -9},  {"b", -9},
                                                   {" a", -2}, {"ab", -1}, {" ab", -3}};

std::unique_ptr<const Tokenizer> small() {
    return parse_llama2c(testing::llama2c_file(kPieces), "small.bin");
}

TEST(Llama2c, JoinsTheHighestScoreFirst) {
    const auto tokenizer = small();
    EXPECT_EQ(tokenizer->size(), 265U);
    EXPECT_EQ(tokenizer->encode(""), Ids{});
    EXPECT_EQ(tokenizer->encode("a"), Ids{262});
    EXPECT_EQ(tokenizer->encode("ab"), Ids{264});  // blank, "ab", then " ab"
    EXPECT_EQ(tokenizer->encode("ba"), (Ids{259, 261, 260}));
    EXPECT_EQ(tokenizer->encode("a", {.begin = Marker::With, .end = Marker::With}),
              (Ids{1, 262, 2}));
}

TEST(Llama2c, FallsBackOnBytesAndTakesAny) {
    const auto tokenizer = small();
    EXPECT_EQ(tokenizer->encode("\xC3\xA9"), (Ids{259, 3 + 0xC3, 3 + 0xA9}));
    EXPECT_EQ(tokenizer->encode("\xFF", {.ill_formed = IllFormed::Keep}), (Ids{259, 3 + 0xFF}));
    EXPECT_EQ(tokenizer->encode("\xFF", {.ill_formed = IllFormed::Replace}),
              (Ids{259, 3 + 0xEF, 3 + 0xBF, 3 + 0xBD}));
    EXPECT_EQ(tokenizer->decode(Ids{1, 259, 3 + 0xFF}), "\xEF\xBF\xBD");
    EXPECT_EQ(tokenizer->decode(Ids{1, 259, 3 + 0xFF}, {.ill_formed = IllFormed::Keep}), "\xFF");
}

TEST(Llama2c, SaysWhereTextIsNoUtf8) {
    try {
        small()->encode("ab\xC3(");
        FAIL();
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().code, "E-TOKEN-010");
        EXPECT_EQ(error.problem().found, "byte 0xC3 at position 2");
    }
}

TEST(Llama2c, DropsTheBlankThatWasAdded) {
    const auto tokenizer = small();
    EXPECT_EQ(tokenizer->decode(Ids{1, 264, 262, 2}), "ab a");
    EXPECT_EQ(tokenizer->decode(Ids{264}), " ab");
    EXPECT_EQ(tokenizer->decode(Ids{1, 264, 2}, {.special = SpecialTokensShown::Show}),
              "<s>ab</s>");
}

TEST(Llama2c, RecognisesSpecialTextOnlyWhenAsked) {
    const auto tokenizer = small();
    EXPECT_EQ(tokenizer->encode("<s>a", {.special = SpecialText::Recognise}), (Ids{1, 262}));
    EXPECT_EQ(tokenizer->encode("<s>a").size(), 5U);
}

TEST(Llama2c, RefusesIdsOutsideTheVocabulary) {
    for (const TokenId id : {-1, 265, 2'000'000'000}) {
        EXPECT_EQ(error_code([&] { small()->decode(Ids{id}); }), "E-TOKEN-012");
        EXPECT_EQ(error_code([&] { small()->piece(id); }), "E-TOKEN-012");
    }
}

TEST(Llama2c, RefusesBrokenFiles) {
    const std::string file = testing::llama2c_file(kPieces);
    const auto code = [](const std::string& bytes) {
        return error_code([&] { parse_llama2c(bytes, "x"); });
    };
    for (const std::size_t size : {0, 3, 4, 11, 100, 3000})
        EXPECT_EQ(code(file.substr(0, size)), "E-TOKEN-003") << size;
    EXPECT_EQ(code(file.substr(0, file.size() - 1)), "E-TOKEN-003");
    std::string long_piece = file;
    long_piece[8] = long_piece[9] = '\x7F';  // length of the first piece
    EXPECT_EQ(code(long_piece), "E-TOKEN-003");
    EXPECT_EQ(code(testing::llama2c_file({{"a"}, {"a"}})), "E-TOKEN-003");
}

}  // namespace
}  // namespace millrace::ops
