#include "engine/visual/io/lzf.hpp"

#include <random>

#include "tests/engine/visual/io/support.hpp"

namespace millrace::visual::testing {
namespace {

std::string text_of(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What a stream unpacks to, or "invalid".
std::string unpacked(std::string_view stream, std::size_t size) {
    const io::LzfResult result = io::lzf_decompress(bytes_of(stream), size);
    return result.valid ? text_of(result.bytes) : "invalid";
}

TEST(Lzf, StreamsOfTheFormat) {
    using namespace std::string_literals;
    EXPECT_EQ(unpacked("", 0), "");
    EXPECT_EQ(unpacked("\x02"s + "abc", 3), "abc");
    // A match of 3 at offset 3, one that overlaps itself, and a long one of 7 + 2 + 1.
    EXPECT_EQ(unpacked("\x02"s + "abc" + "\x20\x02"s, 6), "abcabc");
    EXPECT_EQ(unpacked("\x00"s + "a" + "\xa0\x00"s, 8), "aaaaaaaa");
    EXPECT_EQ(unpacked("\x00"s + "a" + "\xe0\x01\x00"s, 11), "aaaaaaaaaaa");
    EXPECT_EQ(unpacked("\x00"s + "a" + "\xe0\xff\x00"s, 265), std::string(265, 'a'));
}

TEST(Lzf, BrokenStreams) {
    using namespace std::string_literals;
    EXPECT_EQ(unpacked("", 1), "invalid");
    EXPECT_EQ(unpacked("\x02"s + "ab", 3), "invalid");   // literals cut
    EXPECT_EQ(unpacked("\x02"s + "abc", 2), "invalid");  // too much comes out
    EXPECT_EQ(unpacked("\x02"s + "abc", 4), "invalid");  // too little
    EXPECT_EQ(unpacked("\x20\x00"s, 3), "invalid");      // before the beginning
    EXPECT_EQ(unpacked("\x00"s + "a" + "\x20\x01"s, 4), "invalid");
    EXPECT_EQ(unpacked("\x00"s + "a" + "\x20"s, 4), "invalid");  // match cut
    EXPECT_EQ(unpacked("\x00"s + "a" + "\xe0\x01"s, 11), "invalid");
    EXPECT_EQ(unpacked("\x00"s + "a" + "\xe0"s, 11), "invalid");
    EXPECT_EQ(unpacked("\x00"s + "a" + "\xa0\x00"s, 7), "invalid");
}

TEST(Lzf, RoundTrips) {
    std::mt19937 random(7);
    for (std::size_t size = 0; size < 70'000; size = size * 3 / 2 + 1) {
        for (const unsigned letters : {1U, 2U, 6U, 256U}) {
            std::string text(size, '\0');
            for (char& c : text) c = static_cast<char>(random() % letters);
            // Far repetitions too, at the edge of what an offset can say.
            for (const std::size_t back : {8191, 8192, 8193}) {
                if (size > back + 300)
                    text.replace(size - 300, 300, text.substr(size - 300 - back, 300));
            }
            const std::string packed = io::lzf_compress(bytes_of(text));
            EXPECT_LE(packed.size(), size + size / 32 + 1);
            ASSERT_TRUE(unpacked(packed, size) == text)
                << size << " bytes of " << letters << " letters";
            EXPECT_LE(size, io::lzf_largest(packed.size()));
        }
    }
}

TEST(Lzf, EveryCutAndEveryOtherSizeIsInvalid) {
    std::string text =
        "the quick brown fox jumps over the lazy dog, the quick brown fox jumps over the lazy dog";
    text += std::string(300, 'z');
    const std::string packed = io::lzf_compress(bytes_of(text));
    for_each_cut(packed, [&](std::string_view part, std::size_t) {
        EXPECT_EQ(unpacked(part, text.size()), "invalid");
    });
    for (std::size_t size = 0; size < text.size() + 5; ++size) {
        EXPECT_EQ(unpacked(packed, size) == "invalid", size != text.size());
    }
}

}  // namespace
}  // namespace millrace::visual::testing
