#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "nodes/ops/text_corpus/readers.hpp"
#include "nodes/ops/text_corpus/small_text.hpp"
#include "nodes/ops/text_corpus/text_file.hpp"
#include "tests/nodes/ops/text_corpus/texts.hpp"

namespace millrace::testing {
namespace {

using ops::SmallTask;

TEST(SmallText, TheLibraryHoldsTheFiles) {
    const std::filesystem::path folder =
        std::filesystem::path(MILLRACE_SOURCE_DIR) / "resources/corpora/small-text";
    const ops::SmallText small = ops::small_text();
    EXPECT_EQ(small.language, ops::read_text_file(folder / "language.txt"));
    EXPECT_EQ(small.translation, ops::read_text_file(folder / "english-romanian.tsv"));
    EXPECT_EQ(small.summaries, ops::read_text_file(folder / "summaries.jsonl"));
}

TEST(SmallText, NothingIsSkippedAndEachPartHasSome) {
    for (const auto& [task, least] :
         {std::pair{SmallTask::Language, 200U}, std::pair{SmallTask::Translation, 350U},
          std::pair{SmallTask::Summary, 200U}}) {
        const ops::TextPairs pairs = ops::read_small(task, {.least = least});
        EXPECT_GE(pairs.pairs.size(), least);
        EXPECT_EQ(std::accumulate(pairs.skipped.begin(), pairs.skipped.end(), std::uint64_t{0}), 0U)
            << ops::to_text(pairs);
        EXPECT_GT(pairs.count(ops::Split::Train), least * 7 / 10);
        EXPECT_GT(pairs.count(ops::Split::Validation), 5U);
        EXPECT_GT(pairs.count(ops::Split::Test), 5U);
        for (const ops::TextPair& pair : pairs.pairs)
            EXPECT_EQ(pair.target.empty(), task == SmallTask::Language) << pair.source;
    }
}

TEST(SmallText, RomanianHasItsOwnLetters) {
    const ops::TextPairs pairs = ops::read_small(SmallTask::Translation, {});
    std::string all;
    for (const ops::TextPair& pair : pairs.pairs) all += pair.target;
    for (const char* cedilla : {"\u015E", "\u015F", "\u0162", "\u0163"})
        EXPECT_EQ(all.find(cedilla), std::string::npos);
    for (const char* letter : {"\u0103", "\u00E2", "\u00EE", "\u0219", "\u021B"})
        EXPECT_NE(all.find(letter), std::string::npos) << letter;
    const std::vector<std::string> lines = said(pairs);
    EXPECT_TRUE(std::ranges::find(lines, "The dog barks.=C\u00E2inele latr\u0103.") != lines.end());
}

}  // namespace
}  // namespace millrace::testing
