// Compressed files as apt keeps its indices: each program's, and what may be wrong with them.
#include "nodes/ops/text_corpus/unpack.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "nodes/ops/text_corpus/readers.hpp"
#include "nodes/ops/text_corpus/text_file.hpp"
#include "tests/nodes/ops/corpus/corpora.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/text_corpus/programs.hpp"
#include "tests/nodes/ops/text_corpus/texts.hpp"

namespace millrace::testing {
namespace {

/// Of lines that no program makes much shorter, so that a cut lies within the data.
std::string index_of(int packages) {
    std::string text;
    for (int i = 0; i < packages; ++i) {
        const std::string number = std::to_string(i * 2654435761U);
        text +=
            "Package: p" + number + "\nDescription: tool " + number + "\n Does " + number + ".\n\n";
    }
    return text;
}

TEST(Unpack, EachProgramsFilesAreRead) {
    const CorpusFolder folder;
    const std::string text = index_of(500);
    for (const Program& program : kPrograms) {
        const std::string bytes = packed(text, program);
        EXPECT_TRUE(ops::is_packed(bytes)) << program.name;
        EXPECT_EQ(ops::unpacked(bytes, text.size(), "a"), text) << program.name;
        const ops::TextPairs pairs = ops::read_packages(folder.write("index", bytes), {});
        EXPECT_EQ(pairs.pairs.size(), 500U) << program.name;
        // libarchive 3.6's own lz4 writer fails where nothing was written.
        if (program.name == std::string("lz4")) continue;
        EXPECT_EQ(ops::read_text_file(folder.write("empty", packed("", program))), "")
            << program.name;
    }
    EXPECT_FALSE(ops::is_packed("Package: a"));
    EXPECT_FALSE(ops::is_packed(""));
}

TEST(Unpack, PartsOneAfterTheOtherAreOneFile) {
    for (const Program& program : {kPrograms[0], kPrograms[1], kPrograms[2]}) {
        const std::string bytes = packed("one\n", program) + packed("two\n", program);
        EXPECT_EQ(ops::unpacked(bytes, 100, "a"), "one\ntwo\n") << program.name;
    }
}

TEST(Unpack, WhatBecomesTooLargeIsAnError) {
    const std::string zeros(std::size_t{8} << 20, 'a');
    for (const Program& program : kPrograms) {
        const std::string bytes = packed(zeros, program);
        ASSERT_LT(bytes.size(), zeros.size() / 100) << program.name;
        EXPECT_EQ(error_code([&] { ops::unpacked(bytes, zeros.size() - 1, "a"); }), "E-FILE-005")
            << program.name;
        EXPECT_EQ(ops::unpacked(bytes, zeros.size(), "a").size(), zeros.size()) << program.name;
    }
}

TEST(Unpack, DamagedFilesAndThoseCutShortAreErrors) {
    const std::string text = index_of(2000);
    for (const Program& program : kPrograms) {
        const std::string bytes = packed(text, program);
        for (const std::size_t length : {std::size_t{6}, bytes.size() / 3, bytes.size() - 40}) {
            const std::string cut = bytes.substr(0, length);
            EXPECT_EQ(error_code([&] { ops::unpacked(cut, 1 << 30, "a"); }), "E-TEXT-021")
                << program.name << " cut to " << length;
        }
        // Whatever a changed byte makes of it, nothing crashes, and no more comes than is allowed.
        for (std::size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 50) {
            std::string changed = bytes;
            changed[at] = static_cast<char>(changed[at] ^ 0x55);
            try {
                EXPECT_LE(ops::unpacked(changed, 1 << 20, "a").size(), std::size_t{1} << 20);
            } catch (const engine::Error& error) {
                EXPECT_EQ(error.problem().where, "a");
            }
        }
    }
}

TEST(Unpack, CompressedTwiceIsRefused) {
    const std::string twice = packed(packed("text", kPrograms[0]), kPrograms[0]);
    EXPECT_EQ(error_code([&] { ops::unpacked(twice, 1000, "a"); }), "E-TEXT-021");
    EXPECT_EQ(error_code([&] { ops::unpacked("plain", 1000, "a"); }), "E-TEXT-021");
}

TEST(Unpack, WhatComesOutIsCheckedLikeAnyText) {
    const CorpusFolder folder;
    using std::string_literals::operator""s;
    const auto code = [&](const std::string& text) {
        const auto file = folder.write("a.gz", packed(text, kPrograms[0]));
        return error_code([&] { ops::read_text_file(file); });
    };
    EXPECT_EQ(code("text"), "none");
    EXPECT_EQ(code("a\0b"s), "E-TEXT-022");
}

}  // namespace
}  // namespace millrace::testing
