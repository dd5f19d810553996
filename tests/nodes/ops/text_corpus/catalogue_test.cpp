#include "nodes/ops/text_corpus/catalogue.hpp"

#include <gtest/gtest.h>

#include <set>

#include "nodes/ops/text_corpus/messages.hpp"
#include "nodes/ops/text_corpus/readers.hpp"
#include "tests/nodes/ops/corpus/corpora.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/text_corpus/texts.hpp"

namespace millrace::testing {
namespace {

using ops::SkipReason;
using std::string_literals::operator""s;

std::string code_of(const std::string& bytes) {
    return error_code([&] { ops::parse_catalogue(bytes, "test.mo"); });
}

TEST(Catalogue, ContextsPluralsAndBothByteOrders) {
    for (const MoOrder order : {MoOrder::Little, MoOrder::Big}) {
        const std::string bytes = compiled({mo_header("UTF-8"),
                                            {"Open", "Deschide"},
                                            {"menu\x04Open", "Deschidere"},
                                            {"a day\0days"s, "o zi\0zile\0de zile"s},
                                            {"empty", ""}},
                                           order);
        const ops::Catalogue catalogue = ops::parse_catalogue(bytes, "test.mo");
        EXPECT_EQ(catalogue.language, "ro");
        ASSERT_EQ(catalogue.messages.size(), 4U) << "without the header";
        EXPECT_EQ(catalogue.messages[0].id, "Open");
        EXPECT_EQ(catalogue.messages[0].context, "");
        EXPECT_EQ(catalogue.messages[0].translations, (std::vector<std::string>{"Deschide"}));
        EXPECT_EQ(catalogue.messages[1].context, "menu");
        EXPECT_EQ(catalogue.messages[1].id, "Open");
        EXPECT_EQ(catalogue.messages[2].id, "a day");
        EXPECT_EQ(catalogue.messages[2].plural, "days");
        EXPECT_EQ(catalogue.messages[2].translations,
                  (std::vector<std::string>{"o zi", "zile", "de zile"}));
        EXPECT_EQ(catalogue.messages[3].translations, (std::vector<std::string>{""}));
    }
    EXPECT_TRUE(ops::parse_catalogue(compiled({}), "none.mo").messages.empty());
}

TEST(Catalogue, OlderCharacterSetsBecomeUtf8) {
    // ISO-8859-2: a with breve is 0xE3, s with cedilla 0xBA, i with circumflex 0xEE.
    const auto translation = [](const std::string& charset) {
        const ops::Catalogue catalogue =
            ops::parse_catalogue(compiled({mo_header(charset), {"x", "\xE3\xBA\xEE"}}), "test.mo");
        return catalogue.messages.at(0).translations.at(0);
    };
    EXPECT_EQ(translation("ISO-8859-2"), "\u0103\u015F\u00EE");
    EXPECT_EQ(translation("iso-8859-1"), "\u00E3\u00BA\u00EE");
    EXPECT_EQ(translation("CP1250"), "\u0103\u015F\u00EE");
    EXPECT_EQ(translation("UTF-8"), "\xE3\xBA\xEE") << "as it is";
    EXPECT_EQ(code_of(compiled({mo_header("../../evil"), {"x", "y"}})), "E-TEXT-025");
    EXPECT_EQ(code_of(compiled({mo_header("UTF-7"), {"x", "y"}})), "E-TEXT-025");
    EXPECT_EQ(code_of(compiled({{"x", "y"}})), "none") << "without a header";
}

TEST(Catalogue, DamageIsAnError) {
    const std::string good = compiled({mo_header("UTF-8"), {"Open", "Deschide"}});
    EXPECT_EQ(code_of(good), "none");
    for (std::size_t bytes = 0; bytes < good.size(); ++bytes)
        EXPECT_EQ(code_of(good.substr(0, bytes)), "E-TEXT-024") << bytes;
    const auto changed = [&](std::size_t at, std::uint32_t value) {
        std::string bytes = good;
        put_word(bytes, at, value);
        return code_of(bytes);
    };
    EXPECT_EQ(changed(0, 0x950412DF), "E-TEXT-024") << "mark";
    EXPECT_EQ(changed(4, 2U << 16), "E-TEXT-024") << "version 2";
    EXPECT_EQ(changed(4, 1U << 16 | 1), "none") << "version 1.1";
    for (const std::uint32_t value : {0x7FFFFFFFU, 0xFFFFFFFFU, 0x20000000U}) {
        EXPECT_EQ(changed(8, value), "E-TEXT-024") << "count";
        EXPECT_EQ(changed(12, value), "E-TEXT-024") << "table of ids";
        EXPECT_EQ(changed(16, value), "E-TEXT-024") << "table of translations";
        EXPECT_EQ(changed(36, value), "E-TEXT-024") << "length of the second id";
        EXPECT_EQ(changed(40, value), "E-TEXT-024") << "its place";
    }
    EXPECT_EQ(changed(36, 3), "E-TEXT-024") << "no end where it should be";
    // A thousand entries of one long string: far more text than the file has.
    std::string bomb = compiled(MoStrings(1000, {"", ""}));
    const auto at = static_cast<std::uint32_t>(bomb.size());
    bomb += std::string(10'000, 'a') + '\0';
    for (std::size_t entry = 0; entry < 2000; ++entry) {
        put_word(bomb, 28 + 8 * entry, 10'000);
        put_word(bomb, 32 + 8 * entry, at);
    }
    EXPECT_EQ(code_of(bomb), "E-TEXT-024");
}

TEST(Messages, PlaceholdersMarkupAndLayout) {
    for (const char* text : {"%s not found", "%d%%", "%(name)s", "%1 of %2", "{0} files",
                             "in $HOME", "${x}", "a\\nb", "%-10s", "%1$s", "%'d"})
        EXPECT_EQ(ops::unfit_message(text), SkipReason::Format) << text;
    for (const char* text : {"<b>bold", "end</b>", "a &amp; b", "&#39;"})
        EXPECT_EQ(ops::unfit_message(text), SkipReason::Markup) << text;
    for (const char* text : {"a\nb", "a\tb", "-h   help"})
        EXPECT_EQ(ops::unfit_message(text), SkipReason::Layout) << text;
    for (const char* text : {"Open", "50 % of it", "100%.", "a < b", "Q & A", "5 $", "one line\n",
                             "", "%", "a. \u0103"})
        EXPECT_EQ(ops::unfit_message(text), std::nullopt) << text;
}

TEST(Messages, MnemonicsAndCommaBelow) {
    const auto dropped = [](std::string source, std::string target) {
        ops::drop_mnemonics(source, target);
        return source + '=' + target;
    };
    EXPECT_EQ(dropped("_Open", "_Deschide"), "Open=Deschide");
    EXPECT_EQ(dropped("Save _as", "Salveaz\u0103 _ca"), "Save as=Salveaz\u0103 ca");
    EXPECT_EQ(dropped("_Open", "Deschi_de"), "Open=Deschide");
    EXPECT_EQ(dropped("foo_bar", "foo_bar"), "foo_bar=foo_bar");
    EXPECT_EQ(dropped("_Open", "Deschide"), "_Open=Deschide");
    EXPECT_EQ(dropped("_", "_"), "_=_");
    EXPECT_EQ(ops::comma_below("\u015Fi \u0163ar\u0103 \u015E\u0162"),
              "\u0219i \u021Bar\u0103 \u0218\u021A");
    EXPECT_EQ(ops::comma_below(""), "");
}

TEST(Catalogues, AFolderOfThem) {
    const CorpusFolder folder;
    folder.write("b.mo", compiled({mo_header("ISO-8859-2"),
                                   {"and", "\xBAi"},
                                   {"_Open", "_Deschide"},
                                   {"%s", "%s x"},
                                   {"OK", "OK"},
                                   {"nothing", ""}}));
    folder.write("a.mo", compiled({mo_header("UTF-8"),
                                   {"Open", "Deschidere"},
                                   {"a day\0days"s, "o zi\0zile\0de zile"s},
                                   {"bad", "\xFF\xFE"}}));
    folder.write("c.mo", "no catalogue");
    folder.write("d.po", "no catalogue");
    const ops::TextPairs pairs = ops::read_catalogues(folder.path(), {});
    EXPECT_EQ(said(pairs), (std::vector<std::string>{"Open=Deschidere", "a day=o zi", "days=zile",
                                                     "and=\u0219i"}))
        << "sorted by file; the second Open was there before";
    EXPECT_EQ(skipped(pairs, SkipReason::Repeated), 1U);
    EXPECT_EQ(skipped(pairs, SkipReason::Format), 1U);
    EXPECT_EQ(skipped(pairs, SkipReason::Untranslated), 2U);
    EXPECT_EQ(skipped(pairs, SkipReason::NotUtf8), 1U);
    EXPECT_EQ(pairs.files.size(), 2U);
    ASSERT_EQ(pairs.notes.size(), 1U);
    EXPECT_EQ(pairs.notes[0].substr(0, 6), "c.mo: ");
    EXPECT_EQ(said(ops::read_catalogues(folder.path() / "a.mo", {})).size(), 3U);
    EXPECT_EQ(error_code([&] { ops::read_catalogues(folder.path() / "c.mo", {}); }), "E-TEXT-024");
    EXPECT_EQ(error_code([&] { ops::read_catalogues(folder.path() / "none", {}); }), "E-FILE-001");
    const CorpusFolder empty;
    EXPECT_EQ(error_code([&] { ops::read_catalogues(empty.path(), {}); }), "E-TEXT-031");
    EXPECT_EQ(error_code([&] { ops::read_catalogues(folder.path(), {.least = 5}); }), "E-TEXT-020");
}

/// Debian's iso-codes: names of countries and languages.
TEST(Catalogues, ThoseInstalled) {
    const std::filesystem::path folder(ops::kRomanianCatalogues);
    if (!std::filesystem::exists(folder / "iso_3166-1.mo")) GTEST_SKIP() << "no iso-codes";
    const ops::TextPairs pairs = ops::read_catalogues(folder / "iso_3166-1.mo", {});
    const std::vector<std::string> all = said(pairs);
    EXPECT_GT(all.size(), 150U);
    EXPECT_TRUE(std::ranges::find(all, "Germany=Germania") != all.end());
    EXPECT_TRUE(std::ranges::find(all, "Romania=Rom\u00E2nia") != all.end());
    const ops::TextPairs every = ops::read_catalogues(folder, {.max_characters = 80});
    EXPECT_GE(every.pairs.size(), all.size());
    std::set<std::string> sources;
    for (const ops::TextPair& pair : every.pairs) {
        sources.insert(pair.source);
        EXPECT_EQ(pair.source.find('\n'), std::string::npos);
    }
    EXPECT_EQ(sources.size(), every.pairs.size()) << "each source once";
}

}  // namespace
}  // namespace millrace::testing
