#include "engine/problem.hpp"

#include <gtest/gtest.h>

#include "engine/value.hpp"

namespace millrace::engine {
namespace {

std::string shown(const std::string& text) {
    return to_value(Problem{.code = "E-X-001", .what = text}).find("what")->as_string();
}

TEST(ProblemValue, ReadsBackTheSame) {
    const Problem problem{.code = "W-X-001",
                          .what = "what",
                          .expected = "this",
                          .found = "that\nthere",
                          .where = "höhe.ply, line 3",
                          .cause = "cause",
                          .mend = "mend",
                          .severity = Severity::Warning};
    const Problem back = problem_from(parse_json(to_json(to_value(problem)), "problem"));
    EXPECT_EQ(to_text(back), to_text(problem));
    EXPECT_EQ(back.severity, problem.severity);
}

TEST(ProblemValue, IsJsonWhateverBytesItHolds) {
    // Names of files are any bytes; a report is UTF-8 (RFC 3629).
    EXPECT_EQ(shown("a\xff.ply"), "a\xef\xbf\xbd.ply");
    EXPECT_EQ(shown("vert\xb3xe"), "vert\xef\xbf\xbdxe");
    for (const char* good : {"", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                             "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
        EXPECT_EQ(shown(good), good);
    }
    for (const char* bad : {"\x80", "\xc0\xaf", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf",
                            "\xe2\x82", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98",
                            "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe"}) {
        const std::string text = shown(bad);
        EXPECT_NE(text, bad);
        EXPECT_NE(text.find("\xef\xbf\xbd"), std::string::npos);
    }
    // Every pair of bytes is told as JSON that reads back.
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string bytes = {'<', static_cast<char>(first), static_cast<char>(second),
                                       '>'};
            const Value value = to_value(Problem{.code = bytes,
                                                 .what = bytes,
                                                 .expected = bytes,
                                                 .found = bytes,
                                                 .where = bytes,
                                                 .cause = bytes,
                                                 .mend = bytes});
            ASSERT_EQ(parse_json(to_json(value), "problem"), value) << first << " " << second;
        }
    }
}

}  // namespace
}  // namespace millrace::engine
