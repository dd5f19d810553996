// millrace why.
#include <gtest/gtest.h>

#include <map>

#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

class Why : public ::testing::Test {
protected:
    Why() {
        program.write("g.json", kNumbers);
        program.write("numbers.txt", "1 2 3\n");
    }
    /// "expectation: reason" by node.
    std::map<std::string, std::string> why(const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words = {"why", "g.json", "square", "--json"};
        words.insert(words.end(), more.begin(), more.end());
        const engine::Value object = program.run(words).json();
        std::map<std::string, std::string> lines;
        for (const engine::Value& line : object.find("nodes")->as_array()) {
            lines[line.find("node")->as_string()] =
                line.find("expectation")->as_string() + ": " + line.find("because")->as_string();
        }
        return lines;
    }
    std::int64_t executed(const std::string& out) const {
        return program.read_json(out + "/run.json")
            .find("nodes")
            ->find("square")
            ->find("figures")
            ->find("executed")
            ->as_int();
    }
    Program program;
};

TEST_F(Why, ForetellsWhatTheNextRunDoes) {
    EXPECT_EQ(why()["square"], "miss: it has not been run with this store");
    ASSERT_EQ(program.run({"run", "g.json", "--out", "a"}).code, 0);
    EXPECT_EQ(executed("a"), 3);
    EXPECT_EQ(why()["square"], "hit: nothing changed since the last run");
    ASSERT_EQ(program.run({"run", "g.json", "--out", "b"}).code, 0);
    EXPECT_EQ(executed("b"), 0);
}

TEST_F(Why, NamesWhatChanged) {
    ASSERT_EQ(program.run({"run", "g.json", "--out", "a"}).code, 0);
    EXPECT_EQ(why({"--set", "square.offset=5"})["square"],
              "miss: parameter offset changed from 2.0 to 5.0");
    program.write("numbers.txt", "1 2 4\n");
    const auto lines = why();
    EXPECT_EQ(lines.at("source").rfind("miss: the file ", 0), 0u) << lines.at("source");
    EXPECT_EQ(lines.at("square"), "miss: input value changes because of source");
}

TEST_F(Why, AFileThatCameMayMatter) {
    ASSERT_EQ(program.run({"run", "g.json", "--out", "a"}).code, 0);
    program.write("numbers.txt.notes", "new");
    EXPECT_EQ(why().at("source").rfind("miss: the file ", 0), 0u);
}

TEST_F(Why, KnowsResultsOfAnEarlierRun) {
    ASSERT_EQ(program.run({"run", "g.json", "--out", "a"}).code, 0);
    ASSERT_EQ(program.run({"run", "g.json", "--out", "b", "--set", "square.offset=5"}).code, 0);
    EXPECT_EQ(
        why()["square"],
        "hit: parameter offset changed from 5.0 to 2.0, but an earlier run left these results");
    ASSERT_EQ(program.run({"run", "g.json", "--out", "c"}).code, 0);
    EXPECT_EQ(executed("c"), 0);
}

TEST_F(Why, ANodeThatDoesNotRunIsToldWithItsMode) {
    std::string text(kNumbers);
    const std::string type = "\"type\": ";
    const auto square = text.find(type, text.find("\"square\""));
    ASSERT_NE(square, std::string::npos);
    program.write("muted.json", text.insert(square, "\"mode\": \"mute\", "));
    const Outcome outcome = program.run({"why", "muted.json", "square"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_NE(outcome.err.find("square is muted"), std::string::npos) << outcome.err;
    ASSERT_EQ(program.run({"run", "muted.json", "--out", "m"}).code, 0);
    const engine::Value report = program.read_json("m/run.json");
    EXPECT_EQ(report.find("nodes")->find("square"), nullptr);
    ASSERT_NE(report.find("idle"), nullptr);
    EXPECT_NE(program.run({"plan", "muted.json"}).out.find("muted"), std::string::npos);
}

TEST_F(Why, AnUnknownNodeNamesTheNearest) {
    const Outcome outcome = program.run({"why", "g.json", "sqaure"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_NE(outcome.err.find("\"square\""), std::string::npos);
}

}  // namespace
}  // namespace millrace::tests
