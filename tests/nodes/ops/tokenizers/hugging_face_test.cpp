// tokenizer.json and GPT-2's files with small vocabularies; expected ids worked out by hand.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/tokenizers/files.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using testing::Ids;

struct Json {
    std::string vocabulary = R"({"a":0,"b":1,"ab":2,"Ġ":3,"Ġa":4,"1":5,"2":6,"Ã":7,"©":8,"Ċ":9})";
    std::string merges = R"(["a b","Ġ a"])";
    std::string added = "[]";
    std::string normalizer = "null";
    std::string cuts = R"({"type":"ByteLevel","add_prefix_space":false,"use_regex":true})";
    std::string decoder = R"({"type":"ByteLevel"})";
    std::string post = "null";
    std::string model = "";

    std::string text() const {
        return R"({"added_tokens":)" + added + R"(,"normalizer":)" + normalizer +
               R"(,"pre_tokenizer":)" + cuts + R"(,"decoder":)" + decoder +
               R"(,"post_processor":)" + post + R"(,"model":{"type":"BPE","vocab":)" + vocabulary +
               R"(,"merges":)" + merges + model + "}}";
    }
    std::unique_ptr<const Tokenizer> make() const { return parse_hugging_face(text(), "", "x"); }
    std::string code() const {
        return error_code([this] { make(); });
    }
};

TEST(HuggingFace, JoinsMappedBytes) {
    const auto tokenizer = Json{}.make();
    EXPECT_EQ(tokenizer->encode(""), Ids{});
    EXPECT_EQ(tokenizer->encode("ab"), Ids{2});
    EXPECT_EQ(tokenizer->encode("a ab"), (Ids{0, 3, 2}));  // "a b" goes before "Ġ a"
    EXPECT_EQ(tokenizer->encode(" a"), Ids{4});
    EXPECT_EQ(tokenizer->encode("\xC3\xA9"), (Ids{7, 8}));
    EXPECT_EQ(tokenizer->decode(Ids{4, 7, 8}), " a\xC3\xA9");
    EXPECT_EQ(tokenizer->decode(Ids{7}), "\xEF\xBF\xBD");
}

TEST(HuggingFace, TakesMergesAsPairs) {
    EXPECT_EQ(Json{.merges = R"([["a","b"],["Ġ","a"]])"}.make()->encode("ab a"), (Ids{2, 4}));
}

TEST(HuggingFace, CutsByThePatternOfTheFile) {
    const std::string cuts =
        R"({"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"PATTERN"},
            "behavior":"Isolated","invert":false},
            {"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]})";
    const auto encoded = [&](std::string pattern, std::string_view text) {
        std::string filled = cuts;
        filled.replace(filled.find("PATTERN"), 7, pattern);
        return Json{.vocabulary = R"({"1":0,"2":1,"12":2,"121":3})",
                    .merges = R"(["1 2","12 1"])",
                    .cuts = filled}
            .make()
            ->encode(text);
    };
    EXPECT_EQ(encoded(R"(\\p{N}{1,3})", "121121"), (Ids{3, 3}));
    EXPECT_EQ(encoded(R"(\\p{N}{1,2})", "121121"), (Ids{2, 0, 0, 1, 0}));  // 12, 11, 21
}

TEST(HuggingFace, TakesWholeWordsWhereMergesAreIgnored) {
    Json json{.vocabulary = R"({"a":0,"b":1,"ab":2,"aba":3})", .merges = R"(["a b"])"};
    EXPECT_EQ(json.make()->encode("aba"), (Ids{2, 0}));
    json.model = R"(,"ignore_merges":true)";
    EXPECT_EQ(json.make()->encode("aba"), Ids{3});
}

TEST(HuggingFace, FindsAddedTokens) {
    Json json{.added = R"([{"id":10,"content":"<end>","special":true},
        {"id":11,"content":"<t>","special":false,"rstrip":true},
        {"id":12,"content":"ba","special":false,"single_word":true}])"};
    const auto tokenizer = json.make();
    EXPECT_EQ(tokenizer->size(), 13U);
    EXPECT_EQ(tokenizer->encode("a<end>a", {.special = SpecialText::Recognise}), (Ids{0, 10, 0}));
    EXPECT_EQ(tokenizer->encode("a<end>a"), (Ids{0, 0}));  // no piece has the other characters
    EXPECT_EQ(tokenizer->encode("a<t>  b"), (Ids{0, 11, 1}));
    EXPECT_EQ(tokenizer->encode("ba"), Ids{12});
    EXPECT_EQ(tokenizer->encode("baa"), (Ids{1, 0, 0}));
    EXPECT_EQ(tokenizer->decode(Ids{0, 10, 11}), "a<t>");
    EXPECT_EQ(tokenizer->decode(Ids{0, 10}, {.special = SpecialTokensShown::Show}), "a<end>");
}

// LLaMA-2's form: blanks as U+2581, one before the text, characters, and bytes for the others.
TEST(HuggingFace, FallsBackOnBytes) {
    std::string vocabulary = R"({"<unk>":0,"▁":1,"a":2,"▁a":3)";
    for (unsigned byte = 0; byte < 256; ++byte)
        vocabulary += ",\"" + testing::byte_piece(byte) + "\":" + std::to_string(4 + byte);
    const Json json{
        .vocabulary = vocabulary + "}",
        .merges = R"(["▁ a"])",
        .normalizer = R"({"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
            {"type":"Replace","pattern":{"String":" "},"content":"▁"}]})",
        .cuts = "null",
        .decoder = R"({"type":"Sequence","decoders":[
            {"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},
            {"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]})",
        .post = R"({"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<unk>"}},
            {"Sequence":{"id":"A"}}]})",
        .model = R"(,"byte_fallback":true,"unk_token":"<unk>","fuse_unk":true)"};
    const auto tokenizer = json.make();
    EXPECT_EQ(tokenizer->encode("a a"), (Ids{3, 3}));
    EXPECT_EQ(tokenizer->encode("é", {.begin = Marker::With}), (Ids{0, 1, 4 + 0xC3, 4 + 0xA9}));
    EXPECT_EQ(tokenizer->decode(Ids{3, 4 + 0xC3, 4 + 0xA9, 3}), "aé a");
    EXPECT_EQ(tokenizer->decode(Ids{4 + 0xC3, 4 + 0x28}), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(HuggingFace, CutsAtBlanksByMetaspace) {
    const Json json{.vocabulary = R"({"▁":0,"a":1,"▁a":2,"▁▁":3})",
                    .merges = R"(["▁ a","▁ ▁"])",
                    .cuts = R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"always"})",
                    .decoder = R"({"type":"Metaspace","replacement":"▁"})"};
    EXPECT_EQ(json.make()->encode("a  a"), (Ids{2, 0, 2}));
    EXPECT_EQ(json.make()->decode(Ids{2, 0, 2}), "a  a");
}

TEST(HuggingFace, NormalisesToUnicodeForms) {
    const Json json{.normalizer = R"({"type":"NFC"})"};
    EXPECT_EQ(Json{}.make()->encode("e\xCC\x81"), Ids{});
    EXPECT_EQ(json.make()->encode("e\xCC\x81"), (Ids{7, 8}));
}

TEST(HuggingFace, EncodesAMegabyteOfOneLetter) {
    const Json json{.vocabulary = R"({"a":0,"aa":1,"aaaa":2})", .merges = R"(["a a","aa aa"])"};
    const std::string text(std::size_t{1} << 20, 'a');
    EXPECT_EQ(json.make()->encode(text), Ids(text.size() / 4, 2));
}

TEST(HuggingFace, RefusesBrokenFiles) {
    EXPECT_EQ(Json{}.code(), "none");
    EXPECT_EQ((Json{.vocabulary = R"({"a":0,"b":0,"ab":1,"Ġ":2,"Ġa":3})"}).code(), "E-TOKEN-006");
    EXPECT_EQ((Json{.vocabulary = R"({"a":-1})", .merges = "[]"}).code(), "E-TOKEN-006");
    EXPECT_EQ((Json{.vocabulary = R"({"a":4000000000})", .merges = "[]"}).code(), "E-TOKEN-006");
    EXPECT_EQ((Json{.vocabulary = R"({"a":"0"})", .merges = "[]"}).code(), "E-TOKEN-006");
    EXPECT_EQ((Json{.vocabulary = "[]"}).code(), "E-TOKEN-006");
    EXPECT_EQ((Json{.merges = R"(["a c"])"}).code(), "E-TOKEN-007");
    EXPECT_EQ((Json{.merges = R"(["b a"])"}).code(), "E-TOKEN-007");
    EXPECT_EQ((Json{.merges = R"(["ab"])"}).code(), "E-TOKEN-006");
    EXPECT_EQ((Json{.merges = R"(["a b c"])"}).code(), "E-TOKEN-006");
    EXPECT_EQ((Json{.merges = R"([["a"]])"}).code(), "E-TOKEN-006");
    EXPECT_EQ((Json{.added = R"([{"id":5,"content":"a"}])"}).code(), "E-TOKEN-006");
    EXPECT_EQ((Json{.added = R"([{"id":5,"content":"<x>"}])"}).code(), "E-TOKEN-006");
    EXPECT_EQ((Json{.cuts = R"({"type":"BertPreTokenizer"})"}).code(), "E-TOKEN-008");
    EXPECT_EQ((Json{.normalizer = R"({"type":"Other"})"}).code(), "E-TOKEN-008");
    EXPECT_EQ((Json{.decoder = R"({"type":"CTC"})"}).code(), "E-TOKEN-008");
    EXPECT_EQ((Json{.model = R"(,"dropout":0.1)"}).code(), "E-TOKEN-008");
    EXPECT_EQ(
        (Json{.cuts = R"({"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated"})"}).code(),
        "E-TOKEN-009");
}

// Nested repetition takes exponential time where matching is not bounded.
TEST(HuggingFace, BoundsMatching) {
    const Json json{.cuts =
                        R"({"type":"Split","pattern":{"Regex":"(a|a)*c"},"behavior":"Isolated"})"};
    const auto tokenizer = json.make();
    EXPECT_EQ(error_code([&] { tokenizer->encode(std::string(200, 'a')); }), "E-TOKEN-009");
}

TEST(HuggingFace, BoundsWhatReplacementsMakeOfText) {
    const Json json{.normalizer = R"({"type":"Replace","pattern":{"String":"a"},"content":")" +
                                  std::string(1000, 'b') + R"("})"};
    const auto tokenizer = json.make();
    EXPECT_EQ(error_code([&] { tokenizer->encode(std::string(1'000'000, 'a')); }), "E-TOKEN-011");
}

TEST(Gpt2Files, ReadsBothAndFindsTheirFolder) {
    const std::string vocabulary = R"({"a":0,"b":1,"ab":2,"<|endoftext|>":3})";
    const auto tokenizer = parse_gpt2(vocabulary, "#version: 0.2\na b\n\n", "x");
    EXPECT_EQ(tokenizer->encode("abb", {.end = Marker::With}), (Ids{2, 1, 3}));
    EXPECT_EQ(error_code([&] { parse_gpt2(vocabulary, "a\n", "x"); }), "E-TOKEN-006");
    EXPECT_EQ(error_code([&] { parse_gpt2(vocabulary, "a c\n", "x"); }), "E-TOKEN-007");

    const auto folder = std::filesystem::path(::testing::TempDir()) / "millrace_gpt2_files";
    std::filesystem::create_directories(folder);
    EXPECT_EQ(error_code([&] { load_tokenizer(folder); }), "E-TOKEN-001");
    std::ofstream(folder / "vocab.json") << vocabulary;
    EXPECT_EQ(error_code([&] { load_tokenizer(folder); }), "E-TOKEN-001");
    std::ofstream(folder / "merges.txt") << "a b\n";
    EXPECT_EQ(load_tokenizer(folder)->encode("ab"), Ids{2});
    std::filesystem::remove_all(folder);
}

TEST(Gpt2Files, MessagesShowPiecesOnOneLine) {
    try {
        parse_gpt2(R"({"a":0,"b":1,"ab":2})", "a d\tc\n", "x");
        FAIL() << "no piece is that";
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().code, "E-TOKEN-007");
        EXPECT_EQ(error.problem().found.find('\t'), std::string::npos) << error.problem().found;
        EXPECT_NE(error.problem().found.find("d?c"), std::string::npos) << error.problem().found;
    }
}

TEST(Gpt2Files, CutsByGpt2sPattern) {
    EXPECT_EQ(split_gpt2("I'm 12x  y \n"),
              (std::vector<std::string>{"I", "'m", " 12", "x", " ", " y", " \n"}));
    EXPECT_EQ(split_gpt2(""), std::vector<std::string>{});
}

}  // namespace
}  // namespace millrace::ops
