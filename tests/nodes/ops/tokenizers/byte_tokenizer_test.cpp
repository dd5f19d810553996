#include "nodes/ops/tokenizers/byte_tokenizer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using Ids = std::vector<TokenId>;

TEST(ByteTokenizer, EachByteIsAToken) {
    const auto tokenizer = byte_tokenizer();
    EXPECT_EQ(tokenizer->size(), 260U);
    EXPECT_EQ(tokenizer->encode("aș"), (Ids{4 + 'a', 4 + 0xC8, 4 + 0x99}));
    EXPECT_EQ(tokenizer->encode("", {.end = Marker::With}), (Ids{2}));
    EXPECT_EQ(tokenizer->encode("</s>").size(), 4U) << "a name in a text is text";
    EXPECT_EQ(error_code([&] { tokenizer->encode("a", {.begin = Marker::With}); }), "E-TOKEN-013");
    EXPECT_EQ(error_code([&] { tokenizer->encode("\xff"); }), "E-TOKEN-010");
    EXPECT_EQ(tokenizer->encode("\xff", {.ill_formed = IllFormed::Keep}), (Ids{4 + 0xFF}));
}

TEST(ByteTokenizer, GivesTheTextBack) {
    const auto tokenizer = tokenizer_or_bytes({});
    const std::string text = "Bună dimineața, 日本!";
    Ids ids = tokenizer->encode(text, {.end = Marker::With});
    EXPECT_EQ(tokenizer->decode(ids), text);
    EXPECT_EQ(tokenizer->decode(Ids{1, 4 + 'x', 2}, {.special = SpecialTokensShown::Show}),
              "<pad>x</s>");
    EXPECT_EQ(tokenizer->decode(Ids{4 + 0xC8}), "\uFFFD") << "half a character";
    EXPECT_EQ(tokenizer->find("a"), 4 + 'a');
    EXPECT_EQ(tokenizer->find("</s>"), 2);
    EXPECT_FALSE(tokenizer->find("ab"));
    for (const TokenId id : {-1, 260})
        EXPECT_EQ(error_code([&] { tokenizer->decode(Ids{id}); }), "E-TOKEN-012");
}

}  // namespace
}  // namespace millrace::ops
