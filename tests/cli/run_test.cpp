// millrace run: exit codes, the run folder, signals, resuming.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

class RunCommand : public ::testing::Test {
protected:
    RunCommand() {
        program.write("g.json", kNumbers);
        program.write("slow.json", kSlow);
        program.write("numbers.txt", "1 2 3 4\n");
    }
    /// counter -> one node of that type -> lines
    void write_with(const std::string& type) const {
        program.write(
            "one.json",
            R"({"schema": "millrace/1", "nodes": {"count": {"type": "control.counter", "version": 1},
            "one": {"type": ")" +
                type + R"(", "version": 1}, "lines": {"type": "clitest.lines", "version": 1}},
            "wires": [{"from": "count.value", "to": "one.value"}, {"from": "one.value", "to": "lines.value"}]})");
    }
    Program program;
};

TEST_F(RunCommand, LeavesARunFolder) {
    const Outcome outcome = program.run(
        {"run", "g.json", "--out", "o", "--seed", "7", "--threads", "2", "--trace", "t.json"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(program.read("o/artifacts/lines.txt"), "3\n6\n11\n18\n");
    const engine::Value report = program.read_json("o/run.json");
    EXPECT_EQ(report.find("schema_version")->as_int(), 1);
    EXPECT_EQ(report.find("status")->as_string(), "succeeded");
    EXPECT_EQ(report.find("exit_code")->as_int(), 0);
    EXPECT_EQ(report.find("seed")->as_int(), 7);
    EXPECT_EQ(report.find("threads")->as_int(), 2);
    const engine::Value& square = *report.find("nodes")->find("square");
    EXPECT_EQ(square.find("params")->find("offset")->as_double(), 2);
    EXPECT_EQ(square.find("figures")->find("items")->as_int(), 4);
    EXPECT_EQ(report.find("wires")->as_array().size(), 3u);
    std::istringstream events(program.read("o/events.ndjson"));
    std::vector<std::string> names;
    for (std::string line; std::getline(events, line);)
        names.push_back(engine::parse_json(line, "event").find("event")->as_string());
    ASSERT_GE(names.size(), 2u);
    EXPECT_EQ(names.front(), "started");
    EXPECT_EQ(names.back(), "finished");
}

TEST_F(RunCommand, FrozenNodesGiveWhatTheyGaveOnThisMachineAlone) {
    std::string frozen = kNumbers;
    const std::string type = R"("type": "clitest.square")";
    ASSERT_NE(frozen.find(type), std::string::npos);
    frozen.insert(frozen.find(type), R"("mode": "freeze", "frozen": "squares", )");
    program.write("f.json", frozen);
    const Outcome missing = program.run({"run", "f.json", "--out", "no"});
    EXPECT_EQ(missing.code, 4);
    EXPECT_EQ(missing.errors(), std::vector<std::string>{"E-FREEZE-001"});
    EXPECT_EQ(program.run({"validate", "f.json"}).errors(),
              std::vector<std::string>{"E-FREEZE-001"});
    ASSERT_EQ(program.run({"run", "f.json", "--out", "first", "--freeze", "square"}).code, 0);
    EXPECT_EQ(program.read("first/artifacts/lines.txt"), "3\n6\n11\n18\n");
    program.write("numbers.txt", "9 9 9 9\n");
    for (const char* cache : {"--no-cache", "--keep-going"}) {
        const Outcome outcome =
            program.run({"run", "f.json", "--out", "again", "--overwrite", cache});
        ASSERT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_EQ(program.read("again/artifacts/lines.txt"), "3\n6\n11\n18\n");
    }
    EXPECT_EQ(program.run({"run", "f.json", "--out", "x", "--freeze", "nobody"}).errors(),
              std::vector<std::string>{"E-FREEZE-004"});
    EXPECT_EQ(program.run({"run", "f.json", "--out", "first", "--resume", "--freeze", "all"}).code,
              2);
}

TEST_F(RunCommand, WritesATraceWithATrackForEachThread) {
    ASSERT_EQ(program.run({"run", "g.json", "--out", "o", "--no-cache", "--trace", "t.json"}).code,
              0);
    const engine::Value trace = program.read_json("t.json");
    int spans = 0;
    int threads = 0;
    for (const engine::Value& event : trace.find("traceEvents")->as_array()) {
        spans += event.find("ph")->as_string() == "X" && event.find("name")->as_string() == "square"
                     ? 1
                     : 0;
        threads += event.find("name")->as_string() == "thread_name" ? 1 : 0;
    }
    EXPECT_EQ(spans, 4);
    EXPECT_GE(threads, 1);
}

TEST_F(RunCommand, SetsParametersThroughEveryName) {
    program.write("elsewhere/numbers.txt", "5\n");
    ASSERT_EQ(program
                  .run({"run", "g.json", "--out", "a", "--set", "input=elsewhere/numbers.txt",
                        "--set", "square.offset=0.5"})
                  .code,
              0);
    EXPECT_EQ(program.read("a/artifacts/lines.txt"), "25.5\n");
    // The graph as run is kept with its overrides, and runs again from where it lies.
    ASSERT_EQ(program.run({"run", "a/graph.json", "--out", "b"}).code, 0);
    EXPECT_EQ(program.read("b/artifacts/lines.txt"), "25.5\n");
    ASSERT_EQ(program
                  .run({"run", "g.json", "--out", "c", "--root", "data=elsewhere", "--set",
                        "source.file=${data}/numbers.txt"})
                  .code,
              0);
    EXPECT_EQ(program.read("c/artifacts/lines.txt"), "27\n");
    const Outcome unknown = program.run({"run", "g.json", "--out", "d", "--set", "square.ofset=1"});
    EXPECT_EQ(unknown.code, 2);
    EXPECT_NE(unknown.err.find("square.offset"), std::string::npos) << unknown.err;
    EXPECT_FALSE(program.exists("d"));
}

TEST_F(RunCommand, JsonIsOneObjectWhateverLibrariesPrint) {
    const Outcome outcome = program.run({"run", "g.json", "--out", "o", "--json", "--no-cache"});
    EXPECT_EQ(outcome.code, 0);
    const engine::Value object = outcome.json();
    EXPECT_EQ(object.find("command")->as_string(), "run");
    EXPECT_EQ(object.find("schema_version")->as_int(), 1);
    EXPECT_NE(outcome.err.find("a library says something"), std::string::npos);
}

TEST_F(RunCommand, EventsAreOneObjectALine) {
    const Outcome outcome = program.run({"run", "g.json", "--out", "o", "--events"});
    EXPECT_EQ(outcome.code, 0);
    std::istringstream lines(outcome.out);
    int number = 0;
    for (std::string line; std::getline(lines, line); ++number)
        EXPECT_NE(engine::parse_json(line, "line").find("event"), nullptr);
    EXPECT_GE(number, 2);
    EXPECT_EQ(outcome.out, program.read("o/events.ndjson"));
}

TEST_F(RunCommand, RefusesAFolderWithAnotherRun) {
    ASSERT_EQ(program.run({"run", "g.json", "--out", "o"}).code, 0);
    const Outcome again = program.run({"run", "g.json", "--out", "o"});
    EXPECT_EQ(again.code, 2);
    EXPECT_NE(again.err.find("E-CLI-005"), std::string::npos);
    program.write("o/mine.txt", "kept");
    EXPECT_EQ(program.run({"run", "g.json", "--out", "o", "--overwrite"}).code, 0);
    EXPECT_EQ(program.read("o/mine.txt"), "kept");
    // Not a run folder, but a file a run would replace: left alone even with --overwrite.
    program.write("p/graph.json", "mine");
    EXPECT_EQ(program.run({"run", "g.json", "--out", "p", "--overwrite"}).code, 2);
    EXPECT_EQ(program.read("p/graph.json"), "mine");
}

TEST_F(RunCommand, ExitCodesOfFailures) {
    EXPECT_EQ(program.run({"run", "g.json", "--out", "a", "--set", "check.at=11"}).code, 1);
    EXPECT_EQ(program.read_json("a/run.json").find("status")->as_string(), "failed");
    EXPECT_EQ(
        program.run({"run", "g.json", "--out", "b", "--set", "check.at=11", "--keep-going"}).code,
        1);
    EXPECT_EQ(program.read("b/artifacts/lines.txt"), "3\n6\n18\n");
    EXPECT_EQ(program.run({"run", "g.json", "--out", "c", "--set", "square.offset=5000"}).code, 3);
    EXPECT_EQ(program.run({"run", "g.json", "--out", "d", "--set", "input=absent.txt"}).code, 4);
    EXPECT_EQ(program.run({"run", "slow.json", "--out", "e", "--timeout", "0.2"}).code, 6);
    EXPECT_EQ(program.run({"run", "slow.json", "--out", "f", "--memory", "1"}).code, 7);
    write_with("clitest.out_of_memory");
    EXPECT_EQ(program.run({"run", "one.json", "--out", "g"}).code, 7);
    write_with("clitest.unheard_of");
    EXPECT_EQ(program.run({"run", "one.json", "--out", "h"}).code, 4);
    EXPECT_FALSE(program.exists("h"));
}

/// A model's file is input like any other; the checkpoints of runs are not what those codes mean.
TEST_F(RunCommand, ExitCodesOfCheckpointsOfModels) {
    write_with("clitest.fail_with");
    const std::vector<std::pair<const char*, int>> cases = {
        {"E-CKPT-020", 4},  // not there
        {"E-CKPT-023", 4},  // not all of it
        {"E-CKPT-028", 7},  // too large for the memory
        {"E-CKPT-021", 1},  // there but malformed, as of other files
        {"E-CKPT-052", 1}, {"E-FILE-030", 1}, {"E-CKPT-003", 1}};  // of a run
    for (const auto& [code, exit] : cases) {
        const std::string out = std::string("of-") + code;
        const Outcome outcome = program.run(
            {"run", "one.json", "--out", out, "--set", std::string("one.code=") + code});
        EXPECT_EQ(outcome.code, exit) << code;
        // Items that are under way at once may all fail before the run has stopped.
        ASSERT_FALSE(outcome.errors().empty()) << outcome.err;
        for (const std::string& error : outcome.errors()) EXPECT_EQ(error, code);
    }
}

TEST_F(RunCommand, AnInterruptStopsInGoodOrder) {
    const Outcome outcome = program.run_and_signal({"run", "slow.json", "--out", "o"}, SIGINT,
                                                   "o/artifacts/lines.txt", 6);
    EXPECT_EQ(outcome.code, 130) << outcome.err;
    const engine::Value report = program.read_json("o/run.json");
    EXPECT_EQ(report.find("status")->as_string(), "stopped");
    EXPECT_EQ(report.find("exit_code")->as_int(), 130);
}

TEST_F(RunCommand, ACallThatNeverEndsDoesNotHoldUpTheEnd) {
    write_with("clitest.deaf");
    const Outcome outcome = program.run_and_signal({"run", "one.json", "--out", "o", "--json"},
                                                   SIGTERM, "o/artifacts/in_the_call", 3);
    EXPECT_EQ(outcome.code, 130);
    EXPECT_EQ(program.read_json("o/run.json").find("exit_code")->as_int(), 130);
    EXPECT_EQ(outcome.json().find("status")->as_string(), "stopped");
    EXPECT_NE(outcome.err.find("W-RUN-007"), std::string::npos);
}

TEST_F(RunCommand, ASecondInterruptEndsAtOnce) {
    write_with("clitest.deaf");
    const Outcome outcome = program.run_and_signal({"run", "one.json", "--out", "o"}, SIGINT,
                                                   "o/artifacts/in_the_call", 3, true);
    EXPECT_EQ(outcome.code, 130);
    EXPECT_EQ(program.read_json("o/run.json").find("status")->as_string(), "running");
}

TEST_F(RunCommand, ResumesAfterAKill) {
    const std::vector<std::string> words = {"run",
                                            "slow.json",
                                            "--out",
                                            "o",
                                            "--set",
                                            "count.items=60",
                                            "--set",
                                            "limit.per_second=200",
                                            "--checkpoint-items",
                                            "7"};
    EXPECT_EQ(program.run_and_signal(words, SIGKILL, "o/artifacts/lines.txt", 60).code,
              128 + SIGKILL);
    ASSERT_TRUE(program.exists("o/checkpoints"));
    std::vector<std::string> again = words;
    again.emplace_back("--resume");
    const Outcome outcome = program.run(again);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    std::string expected;
    for (int i = 0; i < 60; ++i) expected += std::to_string(i) + "\n";
    EXPECT_EQ(program.read("o/artifacts/lines.txt"), expected);
    EXPECT_TRUE(program.read_json("o/run.json").find("resumed")->as_bool());
    // A run of another graph can't follow, and leaves what is there as it is.
    EXPECT_EQ(program.run({"run", "slow.json", "--out", "o", "--resume"}).code, 2);
    EXPECT_EQ(program.read_json("o/run.json").find("status")->as_string(), "succeeded");
}

TEST_F(RunCommand, OneRunAtATimeInAFolder) {
    std::filesystem::create_directories(program.folder / "o");
    const int held = open((program.folder / "o").c_str(), O_RDONLY | O_DIRECTORY);
    ASSERT_EQ(flock(held, LOCK_EX), 0);  // as another run would
    const Outcome outcome = program.run({"run", "g.json", "--out", "o"});
    close(held);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_NE(outcome.err.find("E-CLI-013"), std::string::npos) << outcome.err;
    EXPECT_EQ(program.run({"run", "g.json", "--out", "o"}).code, 0);
}

}  // namespace
}  // namespace millrace::tests
