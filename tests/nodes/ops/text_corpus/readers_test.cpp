#include "nodes/ops/text_corpus/readers.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <map>

#include "nodes/ops/text_corpus/text_file.hpp"
#include "tests/nodes/ops/corpus/corpora.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/text_corpus/texts.hpp"

namespace millrace::testing {
namespace {

using ops::Documents;
using ops::SkipReason;
using Said = std::vector<std::string>;

TEST(TextFile, LinesAndTrimming) {
    const auto lines = [](std::string_view text) {
        Said all;
        for (const std::string_view line : ops::lines_of(text)) all.emplace_back(line);
        return all;
    };
    EXPECT_EQ(lines(""), Said{});
    EXPECT_EQ(lines("a"), Said{"a"});
    EXPECT_EQ(lines("a\r\n\nb\n"), (Said{"a", "", "b"}));
    EXPECT_EQ(lines("\n"), Said{""});
    EXPECT_EQ(lines("\n\n"), (Said{"", ""}));
    EXPECT_EQ(lines("\r\nb"), (Said{"", "b"}));
    // A file of nothing but line ends must not take sixteen times its memory.
    EXPECT_LE(sizeof(ops::lines_of("")), 64U);
    EXPECT_EQ(std::ranges::distance(ops::lines_of(std::string(1 << 24, '\n'))), 1 << 24);
    EXPECT_EQ(ops::trimmed_text(" \t a b\r\n"), "a b");
    EXPECT_EQ(ops::trimmed_text(" \n"), "");
}

TEST(TextFile, WhatIsNoText) {
    const CorpusFolder folder;
    const auto code = [&](const std::string& bytes) {
        const auto file = folder.write("a.txt", bytes);
        return error_code([&] { ops::read_text_file(file, 100); });
    };
    using std::string_literals::operator""s;
    EXPECT_EQ(code(""), "none");
    EXPECT_EQ(code("\x1F\x8B\x08\0"s), "E-TEXT-021") << "gzip";
    EXPECT_EQ(code("\xFD\x37zXZ\0"s), "E-TEXT-021");
    EXPECT_EQ(code("BZh91AY"), "E-TEXT-021");
    EXPECT_EQ(code("\x04\x22\x4D\x18 "), "E-TEXT-021") << "as apt keeps them";
    EXPECT_EQ(code("\x28\xB5\x2F\xFD"), "E-TEXT-021");
    EXPECT_EQ(code("a\0b"s), "E-TEXT-022");
    EXPECT_EQ(code("\xFF\xFE\x61"), "E-TEXT-022") << "UTF-16";
    EXPECT_EQ(code(std::string(101, 'a')), "E-FILE-005");
    EXPECT_EQ(error_code([&] { ops::read_text_file(folder.path() / "none"); }), "E-FILE-001");
    EXPECT_EQ(ops::read_text_file(folder.write("b.txt", "\xEF\xBB\xBFhi")), "hi");
}

TEST(Pairs, LineByLine) {
    const CorpusFolder folder;
    const auto sources = folder.write(
        "a.en", "Hello\r\n  two words \nHello\n\nlonger than ten\nbad\xFF\ngood\na\x01z\nx\n");
    const auto targets =
        folder.write("a.ro", "Salut\r\ndou\u0103 cuvinte\nBun\u0103\nx\ny\nz\n\nb\nE\n");
    const ops::TextPairs pairs =
        ops::read_parallel(sources, targets, {.min_characters = 2, .max_characters = 12});
    EXPECT_EQ(said(pairs), (Said{"Hello=Salut", "two words=dou\u0103 cuvinte"}));
    EXPECT_EQ(skipped(pairs, SkipReason::Repeated), 1U);
    EXPECT_EQ(skipped(pairs, SkipReason::Empty), 2U) << "a source and a target";
    EXPECT_EQ(skipped(pairs, SkipReason::Long), 1U);
    EXPECT_EQ(skipped(pairs, SkipReason::Short), 1U);
    EXPECT_EQ(skipped(pairs, SkipReason::NotUtf8), 1U);
    EXPECT_EQ(skipped(pairs, SkipReason::Control), 1U);
    EXPECT_EQ(pairs.files, (std::vector{sources, targets}));
    EXPECT_NE(ops::to_text(pairs).find("2 pairs"), std::string::npos);
    EXPECT_NE(ops::to_text(pairs).find("2 empty"), std::string::npos);
    folder.write("b.ro", "Salut\n");
    EXPECT_EQ(error_code([&] { ops::read_parallel(sources, folder.path() / "b.ro", {}); }),
              "E-TEXT-023");
    const auto none = folder.write("c", "");
    EXPECT_EQ(error_code([&] { ops::read_parallel(none, none, {}); }), "E-TEXT-020");
}

TEST(Pairs, LengthsAreInCharactersAndInclusive) {
    const CorpusFolder folder;
    const auto file = folder.write("a.txt", "\u0103\u0219\u021B\n\u0103\u0219\n\u0103\n");
    const auto read = [&](std::uint64_t least, std::uint64_t most) {
        return said(ops::read_plain(file, Documents::Lines,
                                    {.min_characters = least, .max_characters = most}));
    };
    EXPECT_EQ(read(2, 2), (Said{"\u0103\u0219="}));
    EXPECT_EQ(read(1, 3).size(), 3U);
    EXPECT_EQ(error_code([&] { read(4, 9); }), "E-TEXT-020");
    try {
        ops::read_plain(file, Documents::Lines, {.min_characters = 3, .least = 7});
        FAIL();
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().expected, "at least 7");
        EXPECT_EQ(error.problem().found, "1; skipped: 2 too short");
    }
}

TEST(Pairs, TheSplitIsThatOfTheSource) {
    const ops::TextRules rules = {.validation_share = 0.2, .test_share = 0.1};
    const CorpusFolder folder;
    std::string all, some, targets;
    for (int line = 0; line < 3000; ++line) {
        all += fmt::format("text {}\n", line);
        targets += fmt::format("target {}\n", line % 7);
        if (line % 3 == 0) some += fmt::format("text {}\n", line);
    }
    const ops::TextPairs whole =
        ops::read_parallel(folder.write("all", all), folder.write("targets", targets), rules);
    // Binomial: 600 with a deviation of 22, and 300 with 16.
    EXPECT_NEAR(static_cast<double>(whole.count(ops::Split::Validation)), 600, 6 * 22);
    EXPECT_NEAR(static_cast<double>(whole.count(ops::Split::Test)), 300, 6 * 16);
    EXPECT_EQ(whole.count(ops::Split::Train) + whole.count(ops::Split::Validation) +
                  whole.count(ops::Split::Test),
              3000U);
    std::map<std::string, ops::Split> splits;
    for (const ops::TextPair& pair : whole.pairs) splits[pair.source] = pair.split;
    for (const ops::TextPair& pair :
         ops::read_plain(folder.write("some", some), Documents::Lines, rules).pairs)
        EXPECT_EQ(pair.split, splits.at(pair.source)) << pair.source;
    EXPECT_EQ(ops::text_split({.low = 0, .high = 0}, rules), ops::Split::Validation);
    EXPECT_EQ(ops::text_split({.low = 0, .high = std::uint64_t{1} << 62}, rules), ops::Split::Test);
    EXPECT_EQ(ops::text_split({.low = 0, .high = ~std::uint64_t{0}}, rules), ops::Split::Train);
    EXPECT_EQ(ops::text_split({}, {.validation_share = 0, .test_share = 0}), ops::Split::Train);
}

TEST(Summaries, JsonLines) {
    const CorpusFolder folder;
    const auto file = folder.write(
        "a.jsonl",
        "{\"document\": \"A long \\u0103 text.\", \"summary\": \"Short.\", \"id\": 7}\n\n"
        "{\"summary\": \"Other.\", \"document\": \"B\\nC\"}\r\n{\"bad\": \"\xFF\"}\n" +
            std::string(ops::kMostLineBytes + 1, 'x') + "\n");
    const ops::TextPairs pairs = ops::read_summaries(file, {"document", "summary"}, {});
    EXPECT_EQ(said(pairs), (Said{"A long \u0103 text.=Short.", "B\nC=Other."}));
    EXPECT_EQ(skipped(pairs, SkipReason::NotUtf8), 1U);
    EXPECT_EQ(skipped(pairs, SkipReason::Long), 1U);
    const auto problem = [&](const std::string& text) {
        try {
            ops::read_summaries(folder.write("b.jsonl", text), {}, {});
        } catch (const engine::Error& error) {
            return error.problem();
        }
        return engine::Problem{};
    };
    EXPECT_EQ(problem("{\"text\": \"a\", \"summary\": \"b\"}").code, "");
    EXPECT_EQ(problem("{\"text\": ").code, "E-TEXT-026");
    EXPECT_EQ(problem("[1]").code, "E-TEXT-026");
    EXPECT_EQ(problem(std::string(100, '[')).code, "E-TEXT-026") << "too deep";
    const engine::Problem missing = problem("\n{\"text\": \"a\", \"id\": 3}");
    EXPECT_EQ(missing.code, "E-TEXT-027");
    EXPECT_EQ(missing.found, "id (integer), text (text)");
    EXPECT_TRUE(missing.where.ends_with("b.jsonl, line 2")) << missing.where;
    EXPECT_EQ(problem("{\"text\": \"a\", \"summary\": null}").code, "E-TEXT-027");
    const std::string shown = problem(R"({"te\txt\u001b": "a"})").found;
    EXPECT_EQ(shown, "te?xt? (text)") << "no terminal acts on a member's name";
    EXPECT_LT(problem("{\"" + std::string(5000, 'a') + "\": 1}").found.size(), 200U);
    EXPECT_EQ(problem("").code, "E-TEXT-020");
}

TEST(Packages, DescriptionsAndSynopses) {
    const CorpusFolder folder;
    const auto file = folder.write("status",
                                   "Package: one\n"
                                   "Status: install ok installed\n"
                                   "Conffiles:\n"
                                   " /etc/one 123\n"
                                   "Description: small tool\n"
                                   " It does one thing\n"
                                   " and does it well.\n"
                                   " .\n"
                                   " Features:\n"
                                   "  * fast, and\n"
                                   "    not large\n"
                                   "  * free\n"
                                   "Homepage: https://example.org\n"
                                   "\n"
                                   "Package: two\n"
                                   "Description: no more than this\n"
                                   "Description-md5: 123\n"
                                   "\n\n"
                                   "Package: three\n"
                                   "Description-de: Werkzeug\n"
                                   " Etwas.\n"
                                   "Description-en: another tool\r\n"
                                   " Text.\r\n");
    const ops::TextPairs pairs = ops::read_packages(file, {});
    EXPECT_EQ(said(pairs), (Said{"It does one thing and does it well.\nFeatures:\n"
                                 "* fast, and not large\n* free=small tool",
                                 "Text.=another tool"}));
    EXPECT_EQ(skipped(pairs, SkipReason::Empty), 1U);
    const auto code = [&](const std::string& text) {
        const auto other = folder.write("other", text);
        return error_code([&] { ops::read_packages(other, {}); });
    };
    EXPECT_EQ(code("Some text\n\nof another kind: yes\n"), "E-TEXT-028");
    EXPECT_EQ(code(""), "E-TEXT-028");
    EXPECT_EQ(code("Package: x\nDescription: synopsis alone\n"), "E-TEXT-020");
}

TEST(Packages, ThoseInstalled) {
    const std::filesystem::path status(ops::kPackageStatus);
    if (!std::filesystem::exists(status)) GTEST_SKIP() << "no dpkg";
    const ops::TextPairs pairs = ops::read_packages(status, {});
    EXPECT_GT(pairs.pairs.size(), 50U);
    for (const ops::TextPair& pair : pairs.pairs) {
        EXPECT_EQ(pair.target.find('\n'), std::string::npos) << pair.target;
        EXPECT_GE(pair.source.size(), 1U);
    }
}

TEST(Plain, ParagraphsLinesAndFiles) {
    const CorpusFolder folder;
    folder.write("b.txt", "One\r\nline.\r\n \r\n\r\nTwo.\n");
    folder.write("a/c.txt", "Three.\n\nOne line.");
    folder.write("a/d.md", "Not this.");
    folder.write("empty.txt", "");
    const auto read = [&](Documents documents) {
        return ops::read_plain(folder.path(), documents, {});
    };
    EXPECT_EQ(said(read(Documents::Paragraphs)), (Said{"One line.=", "Two.=", "Three.="}));
    EXPECT_EQ(skipped(read(Documents::Paragraphs), SkipReason::Repeated), 1U);
    EXPECT_EQ(said(read(Documents::Lines)),
              (Said{"One=", "line.=", "Two.=", "Three.=", "One line.="}));
    EXPECT_EQ(said(read(Documents::Files)),
              (Said{"One\nline.\n \n\nTwo.=", "Three.\n\nOne line.="}));
    EXPECT_EQ(skipped(read(Documents::Files), SkipReason::Empty), 1U);
    EXPECT_EQ(read(Documents::Files).files.size(), 3U);
    EXPECT_EQ(said(ops::read_plain(folder.path() / "a/d.md", Documents::Files, {})),
              (Said{"Not this.="}));
    const CorpusFolder none;
    EXPECT_EQ(error_code([&] { ops::read_plain(none.path(), Documents::Files, {}); }),
              "E-TEXT-031");
    EXPECT_EQ(error_code([&] { ops::read_plain(none.path() / "x", Documents::Files, {}); }),
              "E-FILE-001");
    std::filesystem::create_directory_symlink(none.path(), none.path() / "round");
    EXPECT_EQ(error_code([&] { ops::read_plain(none.path(), Documents::Files, {}); }), "E-TEXT-031")
        << "a circle of links ends";
}

}  // namespace
}  // namespace millrace::testing
