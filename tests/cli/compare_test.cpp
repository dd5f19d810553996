// millrace compare, on runs that the program itself has recorded.
#include <gtest/gtest.h>

#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

class CompareCommand : public ::testing::Test {
protected:
    CompareCommand() {
        program.write("g.json", kNumbers);
        program.write("numbers.txt", "1 2 3 4\n");
    }
    void run(const std::string& out, const std::vector<std::string>& more) const {
        std::vector<std::string> words = {"run", "g.json", "--out", out};
        words.insert(words.end(), more.begin(), more.end());
        const Outcome outcome = program.run(words);
        ASSERT_EQ(outcome.code, 0) << outcome.err;
    }
    Program program;
};

TEST_F(CompareCommand, EqualRuns) {
    run("a", {"--record", "all"});
    run("b", {"--record", "all", "--no-cache", "--threads", "1"});
    const Outcome outcome = program.run({"compare", "a", "b", "--json"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const engine::Value object = outcome.json();
    EXPECT_TRUE(object.find("equal")->as_bool());
    EXPECT_TRUE(object.find("first_differing_node")->is_null());
    ASSERT_EQ(object.find("wires")->as_array().size(), 3u);
    EXPECT_EQ(object.find("wires")->as_array()[0].find("wire")->as_string(), "source.value");
    EXPECT_EQ(object.find("wires")->as_array()[0].find("items")->as_int(), 4);
}

TEST_F(CompareCommand, KeptPacketsAreComparedExactly) {
    run("a", {"--keep", "all"});
    run("b", {"--keep", "all", "--set", "square.offset=2.25"});
    EXPECT_TRUE(program.exists("a/packets/square.square/00000003.safetensors"));
    const Outcome outcome = program.run({"compare", "a", "b", "--json"});
    EXPECT_EQ(outcome.code, 5);
    const engine::Value object = outcome.json();
    EXPECT_EQ(object.find("first_differing_node")->as_string(), "square");
    const engine::Value& square = object.find("wires")->as_array()[1];
    EXPECT_EQ(square.find("how")->as_string(), "exact");
    EXPECT_EQ(square.find("differing_items")->as_int(), 4);
    EXPECT_DOUBLE_EQ(square.find("worst")->find("max_abs")->as_double(), 0.25);
    // Within a tolerance they are equal.
    EXPECT_EQ(program.run({"compare", "a", "b", "--atol", "0.25"}).code, 0);
    EXPECT_EQ(program.run({"compare", "a", "b", "--rtol", "0.01"}).code, 5);
    const Outcome text = program.run({"compare", "a", "b"});
    EXPECT_NE(text.err.find("first node that differs is square"), std::string::npos) << text.err;
}

TEST_F(CompareCommand, SketchesStandInForPackets) {
    run("a", {"--record", "square.square"});
    run("b", {"--record", "square", "--set", "square.offset=2.25"});
    const engine::Value object = program.run({"compare", "a", "b", "--json"}).json();
    const engine::Value& wire = object.find("wires")->as_array().front();
    EXPECT_EQ(wire.find("how")->as_string(), "from sketches");
    EXPECT_NEAR(wire.find("worst")->find("max_abs")->as_double(), 0.25,
                1e-6);  // one number, so the estimate is exact
}

TEST_F(CompareCommand, WiresAndPacketFiles) {
    run("a", {"--keep", "all"});
    EXPECT_EQ(program.run({"compare", "a:square.square", "a:check.value"}).code, 0);
    EXPECT_EQ(program.run({"compare", "a:source.value", "a:square.square"}).code, 5);
    EXPECT_EQ(program.run({"compare", "a:source.value", "a"}).code, 2);
    EXPECT_EQ(program.run({"compare", "a:source.valeu", "a:source.value"}).code, 2);
    const std::string folder = "a/packets/";
    EXPECT_EQ(program
                  .run({"compare", folder + "square.square/00000001.safetensors",
                        folder + "check.value/00000001.safetensors"})
                  .code,
              0);
    EXPECT_EQ(program
                  .run({"compare", folder + "square.square/00000001.safetensors",
                        folder + "check.value/00000002.safetensors"})
                  .code,
              5);
}

TEST_F(CompareCommand, AnItemThatIsMissingDiffers) {
    run("a", {"--record", "all"});
    program.write("numbers.txt", "1 2 3\n");
    run("b", {"--record", "all"});
    const Outcome outcome = program.run({"compare", "a", "b", "--json"});
    EXPECT_EQ(outcome.code, 5);
    EXPECT_EQ(outcome.json().find("wires")->as_array().front().find("unmatched_items")->as_int(),
              1);
}

TEST_F(CompareCommand, NothingToCompareIsMissing) {
    run("a", {});
    EXPECT_EQ(program.run({"compare", "a", "a"}).code, 4);
    EXPECT_EQ(program.run({"compare", "a", "absent"}).code, 4);
    program.write("damaged.safetensors", "no tensors");
    EXPECT_EQ(program.run({"compare", "damaged.safetensors", "damaged.safetensors"}).code, 4);
    const Outcome unknown =
        program.run({"run", "g.json", "--out", "b", "--record", "sqaure.square"});
    EXPECT_EQ(unknown.code, 2);
    EXPECT_FALSE(program.exists("b"));
}

}  // namespace
}  // namespace millrace::tests
