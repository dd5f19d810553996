// Help, wrong use, and what is printed where.
#include <gtest/gtest.h>

#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

const std::vector<std::string> kCommands = {"run",   "validate", "plan",   "why",     "compare",
                                            "diff",  "export",   "new",    "migrate", "nodes",
                                            "cache", "bench",    "doctor", "heat"};

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
        ++found;
    return found;
}

TEST(Help, NamesEveryCommandAndEachHasThreeExamples) {
    const Program program;
    const Outcome help = program.run({"--help"});
    EXPECT_EQ(help.code, 0);
    for (const std::string& command : kCommands) {
        EXPECT_NE(help.out.find("\n  " + command + " "), std::string::npos) << command;
        const Outcome own = program.run({command, "--help"});
        EXPECT_EQ(own.code, 0) << command;
        EXPECT_EQ(own.err, "") << command;
        const auto examples = own.out.find("Examples:");
        ASSERT_NE(examples, std::string::npos) << command;
        // An example is a line of two spaces; what it does stands below with six.
        EXPECT_EQ(count(own.out.substr(examples), "\n      "), 3u) << own.out;
        EXPECT_EQ(program.run({"help", command}).out, own.out);
    }
}

TEST(Help, WithoutACommandIsWrongUse) {
    const Program program;
    EXPECT_EQ(program.run({}).code, 2);
    EXPECT_EQ(program.run({"--version"}).out.substr(0, 9), "millrace ");
}

TEST(Parse, SuggestsTheNearestCommandAndOption) {
    const Program program;
    const Outcome command = program.run({"vaildate", "g.json"});
    EXPECT_EQ(command.code, 2);
    EXPECT_NE(command.err.find("E-CLI-001"), std::string::npos);
    EXPECT_NE(command.err.find("\"validate\""), std::string::npos) << command.err;
    const Outcome option = program.run({"run", "g.json", "--thread", "4"});
    EXPECT_EQ(option.code, 2);
    EXPECT_NE(option.err.find("--threads"), std::string::npos) << option.err;
}

TEST(Parse, RefusesMissingExtraAndMalformedWords) {
    const Program program;
    program.write("g.json", kNumbers);
    EXPECT_EQ(program.run({"run"}).code, 2);
    EXPECT_EQ(program.run({"plan", "a", "b"}).code, 2);
    EXPECT_EQ(program.run({"run", "g.json", "--threads", "none"}).code, 2);
    EXPECT_EQ(program.run({"run", "g.json", "--threads", "0"}).code, 2);
    EXPECT_EQ(program.run({"run", "g.json", "--timeout", "nan"}).code, 2);
    EXPECT_EQ(program.run({"run", "g.json", "--set"}).code, 2);
    EXPECT_EQ(program.run({"run", "g.json", "--set", "novalue"}).code, 2);
    EXPECT_EQ(program.run({"run", "g.json", "--root", "name"}).code, 2);
    EXPECT_EQ(program.run({"run", "g.json", "--resume"}).code, 2);
    EXPECT_EQ(program.run({"run", "g.json", "--json", "--events"}).code, 2);
    EXPECT_FALSE(program.exists("runs"));
}

TEST(Parse, AnErrorUnderJsonIsOneObjectToo) {
    const Program program;
    const Outcome outcome = program.run({"run", "absent.json", "--json"});
    EXPECT_EQ(outcome.code, 4);
    const engine::Value object = outcome.json();
    ASSERT_NE(object.find("exit_code"), nullptr);
    EXPECT_EQ(object.find("exit_code")->as_int(), 4);
    EXPECT_EQ(object.find("problems")->as_array().front().find("code")->as_string(), "E-FILE-001");
}

TEST(Completion, ScriptsNameEveryCommandAndOption) {
    const Program program;
    for (const char* shell : {"bash", "zsh", "fish"}) {
        const Outcome script = program.run({"completion", shell});
        EXPECT_EQ(script.code, 0);
        for (const std::string& command : kCommands)
            EXPECT_NE(script.out.find(command), std::string::npos) << shell << " " << command;
        EXPECT_NE(script.out.find("checkpoint-items"), std::string::npos) << shell;
        EXPECT_NE(script.out.find("nodes --names"), std::string::npos) << shell;
    }
    EXPECT_EQ(program.run({"completion", "csh"}).code, 2);
    program.write(
        "complete.bash",
        program.run({"completion", "bash"}).out +
            "COMP_WORDS=(millrace run --chec); COMP_CWORD=2; _millrace; echo \"${COMPREPLY[@]}\"\n"
            "COMP_WORDS=(millrace va); COMP_CWORD=1; _millrace; echo \"${COMPREPLY[@]}\"\n");
    const std::string line = "bash " + (program.folder / "complete.bash").string() + " > " +
                             (program.folder / "said").string();
    ASSERT_EQ(std::system(line.c_str()), 0);
    EXPECT_EQ(program.read("said"),
              "--checkpoint --checkpoint-items --checkpoints-kept\nvalidate\n");
}

TEST(Manual, IsMadeFromTheSameTables) {
    const Program program;
    const Outcome page = program.run({"man"});
    EXPECT_EQ(page.code, 0);
    EXPECT_EQ(page.out.rfind(".TH MILLRACE 1", 0), 0u);
    for (const std::string& command : kCommands)
        EXPECT_NE(page.out.find(".SS " + command), std::string::npos) << command;
    EXPECT_NE(page.out.find("\\-\\-checkpoint\\-items"), std::string::npos);
}

}  // namespace
}  // namespace millrace::tests
