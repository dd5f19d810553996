#include "nodes/ops/corpus/tar.hpp"

#include <gtest/gtest.h>

#include <array>

#include "nodes/ops/corpus/sha1.hpp"
#include "tests/nodes/ops/corpus/corpora.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::testing {
namespace {

using Hash = std::array<std::uint32_t, 5>;

TEST(Sha1, PublishedExamples) {
    // FIPS 180-2, appendices A.1 to A.3, and the empty message.
    EXPECT_EQ(ops::sha1("abc"), (Hash{0xA9993E36, 0x4706816A, 0xBA3E2571, 0x7850C26C, 0x9CD0D89D}));
    EXPECT_EQ(ops::sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              (Hash{0x84983E44, 0x1C3BD26E, 0xBAAE4AA1, 0xF95129E5, 0xE54670F1}));
    EXPECT_EQ(ops::sha1(std::string(1'000'000, 'a')),
              (Hash{0x34AA973C, 0xD4C4DAA4, 0xF61EEB2B, 0xDBAD2731, 0x6534016F}));
    EXPECT_EQ(ops::sha1(""), (Hash{0xDA39A3EE, 0x5E6B4B0D, 0x3255BFEF, 0x95601890, 0xAFD80709}));
}

TEST(Tar, MembersInPlace) {
    const CorpusFolder folder;
    const std::string long_name(90, 'n');
    std::string prefixed = tar_header(long_name, 3, '0', "far/away") + "abc";
    prefixed.resize(1024, '\0');
    const auto file = folder.write(
        "a.tar", tar_member("d/", "", '5') + tar_member("d/x.wav", std::string(513, 'x')) +
                     tar_member("link", "", '2') + tar_member("empty", "") + prefixed + tar_end());
    const auto members = ops::list_tar(file, 10);
    ASSERT_EQ(members.size(), 3U);
    EXPECT_EQ(members[0].name, "d/x.wav");
    EXPECT_EQ(members[0].offset, 1024U);
    EXPECT_EQ(members[0].bytes, 513U);
    EXPECT_EQ(members[1].bytes, 0U);
    EXPECT_EQ(members[2].name, "far/away/" + long_name);
    EXPECT_EQ(members[2].offset, 1024U + 1024 + 512 + 512 + 512);
    EXPECT_TRUE(ops::list_tar(folder.write("none.tar", tar_end()), 10).empty());
}

TEST(Tar, DamageIsAnError) {
    const CorpusFolder folder;
    const auto code = [&](const std::string& bytes) {
        const auto file = folder.write("a.tar", bytes);
        return error_code([&] { ops::list_tar(file, 3); });
    };
    const std::string good = tar_member("a.wav", std::string(600, 'a'));
    EXPECT_EQ(code(good + tar_end()), "none");
    EXPECT_EQ(code(""), "E-CORPUS-003");
    EXPECT_EQ(code(good), "E-CORPUS-003") << "without its end";
    // Cut at every block and in the middle of each.
    for (std::size_t bytes = 0; bytes < good.size(); bytes += 256)
        EXPECT_EQ(code(good.substr(0, bytes)), "E-CORPUS-003") << bytes;
    std::string other = good + tar_end();
    other[0] = 'b';
    EXPECT_EQ(code(other), "E-CORPUS-003") << "check sum";
    EXPECT_EQ(code(tar_header("a.wav", 077777777777) + tar_end()), "E-CORPUS-003") << "8 GiB";
    for (const char* name : {"../a.wav", "/a.wav", "a/../../b", "", "a\nb"})
        EXPECT_EQ(code(tar_member(name, "x") + tar_end()), "E-CORPUS-003") << name;
    for (const char kind : {'x', 'L', 'K', 'S'})
        EXPECT_EQ(code(tar_member("a", "x", kind) + tar_end()), "E-CORPUS-003") << kind;
    EXPECT_EQ(code(tar_member("a", "x", 'g') + good + tar_end()), "none") << "a comment";
    EXPECT_EQ(code(good + good + good + good + tar_end()), "E-CORPUS-002");
    EXPECT_EQ(code("\x1F\x8B" + std::string(2000, 'z')), "E-CORPUS-003") << "compressed";
    EXPECT_EQ(error_code([&] { ops::list_tar(folder.path() / "none", 3); }), "E-FILE-001");
    EXPECT_EQ(error_code([&] { ops::list_tar(folder.path(), 3); }), "E-FILE-001") << "a folder";
}

}  // namespace
}  // namespace millrace::testing
